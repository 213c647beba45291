/** Whose registry it is, and where. The partition and the suffix are not to be guessed from the Region: new partitions come. */
export interface RegistryAddress {
  readonly account: string;
  readonly region: string;
  /** Such as `aws` or `aws-us-gov`. */
  readonly partition: string;
  /** Such as `amazonaws.com`. */
  readonly urlSuffix: string;
}

/** https://docs.aws.amazon.com/general/latest/gr/ecr.html */
export const registryHost = ({ account, region, urlSuffix }: RegistryAddress): string =>
  `${account}.dkr.ecr.${region}.${urlSuffix}`;

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html */
export const repositoryArn = ({ account, region, partition }: RegistryAddress, repository: string): string =>
  `arn:${partition}:ecr:${region}:${account}:repository/${repository}`;
