import { AwsError } from '../../aws/error';
import { invalidParameter, repositoryNotEmpty, repositoryNotFound } from '../errors';
import { readLifecyclePolicy } from '../lifecycle-policy';
import type { Registry } from '../registry';
import type { Repository } from '../repository';
import { addResourceTags } from '../resource-tags';
import type { Input } from './input';
import { checkRegistryId, type Operations, repositoryOf, timestamp } from './operation';
import { page } from './pages';

const TOKEN_SECONDS = 12 * 3_600;

const describe = (registry: Registry, { name, createdAt, mutability }: Repository): object => ({
  repositoryArn: registry.arn(name),
  registryId: registry.accountId,
  repositoryName: name,
  repositoryUri: registry.uri(name),
  createdAt: timestamp(createdAt),
  imageTagMutability: mutability.imageTagMutability ?? 'MUTABLE',
  imageTagMutabilityExclusionFilters: mutability.exclusionFilters?.map((filter) => ({
    filterType: 'WILDCARD',
    filter,
  })),
  imageScanningConfiguration: { scanOnPush: false },
  encryptionConfiguration: { encryptionType: 'AES256' },
});

export const repositoryOperations: Operations = {
  DescribeRepositories(input, { registry }) {
    const names = input.optionalStrings('repositoryNames', { min: 1, max: 100 });
    checkRegistryId(input, registry, names?.[0] ?? '');
    if (names !== undefined) {
      input.refuse(['maxResults', 'nextToken'], 'repositoryNames');
      return { repositories: names.map((name) => describe(registry, registry.get(name))) };
    }
    const sorted = [...registry.repositories].sort((a, b) => (a.name < b.name ? -1 : 1));
    const { rows, nextToken } = page(input, sorted, ({ name }) => name);
    return { repositories: rows.map((repository) => describe(registry, repository)), nextToken };
  },

  /** Without its settings. https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html */
  CreateRepository(input, { registry }) {
    const name = input.string('repositoryName', { min: 2, max: 256 });
    checkRegistryId(input, registry, name);
    const repository = registry.create(name);
    for (const tag of input.optionalObjects('tags') ?? [])
      repository.resourceTags.set(tag.string('Key'), tag.string('Value'));
    return { repository: describe(registry, repository) };
  },

  /** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DeleteRepository.html */
  DeleteRepository(input, { registry }) {
    const repository = repositoryOf(input, registry);
    const isEmpty = [...repository.images].length === 0;
    if (!isEmpty && input.fields.force !== true) throw repositoryNotEmpty(registry.idOf(repository.name));
    return { repository: describe(registry, registry.delete(repository.name)) };
  },

  /** A token for the registry API, which takes any. https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetAuthorizationToken.html */
  GetAuthorizationToken(_input, { registry, origin }) {
    const authorizationToken = Buffer.from('AWS:local').toString('base64');
    const expiresAt = registry.now().getTime() / 1_000 + TOKEN_SECONDS;
    return { authorizationData: [{ authorizationToken, expiresAt, proxyEndpoint: origin }] };
  },

  /** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribePullThroughCacheRules.html */
  DescribePullThroughCacheRules(input, { registry }) {
    checkRegistryId(input, registry, '');
    input.refuse(['ecrRepositoryPrefixes'], 'the local account');
    const sorted = [...registry.cacheRules].sort(([a], [b]) => (a < b ? -1 : 1));
    const { rows, nextToken } = page(input, sorted, ([prefix]) => prefix);
    const pullThroughCacheRules = rows.map(([ecrRepositoryPrefix, { createdAt }]) => ({
      ecrRepositoryPrefix,
      registryId: registry.accountId,
      upstreamRegistryUrl: 'registry-1.docker.io',
      createdAt: timestamp(createdAt),
    }));
    return { pullThroughCacheRules, nextToken };
  },

  PutLifecyclePolicy(input, { registry }) {
    const repository = repositoryOf(input, registry);
    const lifecyclePolicyText = input.string('lifecyclePolicyText', { min: 100, max: 30_720 });
    readLifecyclePolicy(lifecyclePolicyText);
    repository.lifecyclePolicy = lifecyclePolicyText;
    return { registryId: registry.accountId, repositoryName: repository.name, lifecyclePolicyText };
  },

  GetLifecyclePolicy(input, { registry }) {
    const { accountId } = registry;
    const { name, lifecyclePolicy } = repositoryOf(input, registry);
    if (lifecyclePolicy !== undefined)
      return { registryId: accountId, repositoryName: name, lifecyclePolicyText: lifecyclePolicy };
    throw new AwsError(
      'LifecyclePolicyNotFoundException',
      `Lifecycle policy does not exist for the repository with name '${name}' in the registry with id '${accountId}'`,
    );
  },

  ListTagsForResource(input, { registry }) {
    return { tags: [...repositoryByArn(input, registry).resourceTags].map(([Key, Value]) => ({ Key, Value })) };
  },

  TagResource(input, { registry }) {
    const { name, resourceTags } = repositoryByArn(input, registry);
    const added = input.objects('tags').map((tag) => [tag.string('Key'), tag.string('Value')] as const);
    addResourceTags(resourceTags, added, registry.idOf(name));
    return {};
  },

  /** A key that the repository doesn't have is passed over. */
  UntagResource(input, { registry }) {
    const { resourceTags } = repositoryByArn(input, registry);
    for (const key of input.strings('tagKeys', { max: 200 })) resourceTags.delete(key);
    return {};
  },
};

function repositoryByArn(input: Input, registry: Registry): Repository {
  const arn = input.string('resourceArn');
  const name = /^arn:[^:]+:ecr:[^:]*:[0-9]{12}:repository\/(.+)$/.exec(arn)?.[1];
  if (name === undefined) throw invalidParameter('resourceArn', 'Invalid ARN');
  if (registry.arn(name) !== arn) throw repositoryNotFound(registry.idOf(name));
  return registry.get(name);
}
