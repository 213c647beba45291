/** Whose registry it is, and where. */
export interface RegistryAddress {
  readonly account: string;
  readonly region: string;
}

/** https://docs.aws.amazon.com/general/latest/gr/ecr.html */
export const registryHost = ({ account, region }: RegistryAddress): string =>
  `${account}.dkr.ecr.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html */
export const repositoryArn = ({ account, region }: RegistryAddress, repository: string): string => {
  const partition = region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
  return `arn:${partition}:ecr:${region}:${account}:repository/${repository}`;
};
