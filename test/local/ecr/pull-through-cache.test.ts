import { BatchGetImageCommand, type ImageIdentifier, paginateDescribePullThroughCacheRules } from '@aws-sdk/client-ecr';
import { ACCEPT_ALL, manifest, pushImage, sha256, useEcr } from './support';

const NOW = new Date('2026-01-02T03:04:05.678Z');
const { server, client } = useEcr(
  ({ ecr }) => {
    for (const prefix of ['quay', 'docker-hub/', 'ROOT']) ecr.createPullThroughCacheRule(prefix);
  },
  { now: () => NOW },
);

test('lists the rules, page by page, with the prefix as it was given', async () => {
  const rules: unknown[] = [];
  for await (const { pullThroughCacheRules } of paginateDescribePullThroughCacheRules({ client, pageSize: 2 }, {}))
    rules.push(pullThroughCacheRules);
  const rule = { registryId: '123456789012', upstreamRegistryUrl: 'registry-1.docker.io', createdAt: NOW };
  expect(rules).toEqual([
    [
      { ...rule, ecrRepositoryPrefix: 'ROOT' },
      { ...rule, ecrRepositoryPrefix: 'docker-hub/' },
    ],
    [{ ...rule, ecrRepositoryPrefix: 'quay' }],
  ]);
});

describe('a read of a cached image', () => {
  const digest = sha256(manifest('a'));
  async function read(repositoryName: string, ...imageIds: ImageIdentifier[]) {
    await pushImage(server.endpoint, repositoryName, 'a', { tag: 'v1' });
    const command = new BatchGetImageCommand({ repositoryName, imageIds, acceptedMediaTypes: ACCEPT_ALL });
    const { images, failures } = await client.send(command);
    return [images?.length, failures?.map(({ failureCode }) => failureCode)];
  }

  test('by tag needs the upstream registry, by digest not', async () => {
    server.ecr.createPullThroughCacheRule('docker-hub/', 'UpstreamTooManyRequests');
    const ids = [{ imageTag: 'v1' }, { imageDigest: digest }];
    expect(await read('docker-hub/library/alpine', ...ids)).toEqual([1, ['UpstreamTooManyRequests']]);
    expect(await read('docker-hubs/alpine', ...ids)).toEqual([2, []]);
    expect(await read('quay/alpine', ...ids)).toEqual([2, []]);
  });

  test('the rule ROOT is for repositories that no other rule has', async () => {
    server.ecr.createPullThroughCacheRule('ROOT', 'UpstreamUnavailable');
    expect(await read('team/app', { imageTag: 'v1' })).toEqual([0, ['UpstreamUnavailable']]);
    expect(await read('quay/app', { imageTag: 'v1' })).toEqual([1, []]);
  });
});
