import { AwsError } from '../../aws/error';
import { checkRegistryId, type Operations, timestamp } from './operation';
import { page } from './pages';

export const pullThroughCacheOperations: Operations = {
  /** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribePullThroughCacheRules.html */
  DescribePullThroughCacheRules(input, { registry }) {
    checkRegistryId(input, registry, '');
    const { cacheRules, accountId: registryId } = registry;
    const wanted = input.optionalStrings('ecrRepositoryPrefixes', { min: 1, max: 100 }) ?? [...cacheRules.keys()];
    const { rows, nextToken } = page(input, [...wanted].sort(), (prefix) => prefix);
    const pullThroughCacheRules = rows.map((ecrRepositoryPrefix) => {
      const rule = cacheRules.get(ecrRepositoryPrefix);
      const upstreamRegistryUrl = 'registry-1.docker.io';
      if (rule) return { ecrRepositoryPrefix, registryId, upstreamRegistryUrl, createdAt: timestamp(rule.createdAt) };
      throw new AwsError(
        'PullThroughCacheRuleNotFoundException',
        `The pull through cache rule for prefix '${ecrRepositoryPrefix}' does not exist in the registry with id '${registryId}'`,
      );
    });
    return { pullThroughCacheRules, nextToken };
  },
};
