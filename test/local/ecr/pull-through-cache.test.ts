import { DescribePullThroughCacheRulesCommand, paginateDescribePullThroughCacheRules } from '@aws-sdk/client-ecr';
import { useEcr } from './support';

const NOW = new Date('2026-01-02T03:04:05.678Z');
const { client } = useEcr(
  ({ ecr }) => {
    for (const prefix of ['quay', 'docker-hub/', 'ROOT']) ecr.createPullThroughCacheRule(prefix);
  },
  { now: () => NOW },
);

test('lists the rules, page by page, with the prefix as it was given', async () => {
  const prefixes: unknown[] = [];
  for await (const { pullThroughCacheRules } of paginateDescribePullThroughCacheRules({ client, pageSize: 2 }, {}))
    prefixes.push(pullThroughCacheRules?.map(({ ecrRepositoryPrefix }) => ecrRepositoryPrefix));
  expect(prefixes).toEqual([['ROOT', 'docker-hub/'], ['quay']]);
});

test('finds a rule by its prefix', async () => {
  const rules = (ecrRepositoryPrefixes: string[]) =>
    client.send(new DescribePullThroughCacheRulesCommand({ ecrRepositoryPrefixes }));
  expect((await rules(['quay'])).pullThroughCacheRules).toEqual([
    {
      ecrRepositoryPrefix: 'quay',
      registryId: '123456789012',
      upstreamRegistryUrl: 'registry-1.docker.io',
      createdAt: NOW,
    },
  ]);
  await expect(rules(['quay', 'ghcr'])).rejects.toMatchObject({ name: 'PullThroughCacheRuleNotFoundException' });
});
