export type { EcrCall } from './calls';
export { EcrError } from './errors';
export type { EventBridgeEvent } from './event';
export { type EcrOptions, LocalEcr, type RepositorySettings } from './local-ecr';
export type { StoredManifest } from './stored-manifest';
export type { TagMutabilityMode } from './tag-mutability';
