export * from './companion-policy';
export * from './companion-tag';
export * from './image-platform';
export * from './oci-image-remediation';
export * from './oci-image-remediation-props';
export * from './oci-image-remediation-stack';
export * from './repository-filter';
