import { registryHost, repositoryArn } from '../../../lambda/core/registry-address';

/** https://docs.aws.amazon.com/general/latest/gr/ecr.html; partitions.json of the AWS SDKs */
test.each([
  ['aws', 'eu-north-1', 'amazonaws.com'],
  ['aws-cn', 'cn-north-1', 'amazonaws.com.cn'],
  ['aws-us-gov', 'us-gov-west-1', 'amazonaws.com'],
  ['aws-eusc', 'eusc-de-east-1', 'amazonaws.eu'],
  ['aws-iso', 'us-iso-east-1', 'c2s.ic.gov'],
])('in the partition %s, host and ARN are of %s and %s', (partition, region, urlSuffix) => {
  const address = { account: '123456789012', region, partition, urlSuffix };
  expect(registryHost(address)).toBe(`123456789012.dkr.ecr.${region}.${urlSuffix}`);
  expect(repositoryArn(address, 'team/app')).toBe(`arn:${partition}:ecr:${region}:123456789012:repository/team/app`);
});
