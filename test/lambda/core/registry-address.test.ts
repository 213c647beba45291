import { registryHost, repositoryArn } from '../../../lambda/core/registry-address';

/** https://docs.aws.amazon.com/general/latest/gr/ecr.html */
test.each([
  ['eu-north-1', 'amazonaws.com', 'aws'],
  ['cn-north-1', 'amazonaws.com.cn', 'aws-cn'],
  ['us-gov-west-1', 'amazonaws.com', 'aws-us-gov'],
])('in %s the host ends with %s, and ARNs are of the partition %s', (region, suffix, partition) => {
  const address = { account: '123456789012', region };
  expect(registryHost(address)).toBe(`123456789012.dkr.ecr.${region}.${suffix}`);
  expect(repositoryArn(address, 'team/app')).toBe(`arn:${partition}:ecr:${region}:123456789012:repository/team/app`);
});
