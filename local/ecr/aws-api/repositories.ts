import { invalidParameter } from '../errors';
import type { Registry } from '../registry';
import type { Repository } from '../repository';
import { type TagMutability, tagMutability } from '../tag-mutability';
import type { Input } from './input';
import { checkRegistryId, type Operations, repositoryOf, timestamp } from './operation';
import { page } from './pages';
import { addResourceTags } from './resource-tags';

const describeMutability = ({ mode, exclusions }: TagMutability): object => ({
  imageTagMutability: mode,
  imageTagMutabilityExclusionFilters:
    exclusions.length === 0 ? undefined : exclusions.map((filter) => ({ filterType: 'WILDCARD', filter })),
});

const describe = (registry: Registry, repository: Repository): object => ({
  repositoryArn: registry.arn(repository.name),
  registryId: registry.accountId,
  repositoryName: repository.name,
  repositoryUri: registry.uri(repository.name),
  createdAt: timestamp(repository.createdAt),
  ...describeMutability(repository.mutability),
  imageScanningConfiguration: { scanOnPush: false },
  encryptionConfiguration: { encryptionType: 'AES256' },
});

function mutabilityOf(input: Input, mode: string): TagMutability {
  const filters = input.optionalObjects('imageTagMutabilityExclusionFilters') ?? [];
  return tagMutability(
    mode,
    filters.map((filter) => {
      if (filter.string('filterType') !== 'WILDCARD') {
        throw invalidParameter(`${filter.path}filterType`, 'Member must satisfy enum value set: [WILDCARD]');
      }
      return filter.string('filter');
    }),
  );
}

export const repositoryOperations: Operations = {
  CreateRepository(input, { registry }) {
    const name = input.string('repositoryName', { min: 2, max: 256 });
    checkRegistryId(input, registry, name);
    const mutability = mutabilityOf(input, input.optionalString('imageTagMutability') ?? 'MUTABLE');
    const repository = registry.create(name, mutability);
    addResourceTags(repository, input.optionalObjects('tags') ?? []);
    return { repository: describe(registry, repository) };
  },

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

  PutImageTagMutability(input, { registry }) {
    const repository = repositoryOf(input, registry);
    repository.mutability = mutabilityOf(input, input.string('imageTagMutability'));
    const { name, mutability } = repository;
    return { registryId: registry.accountId, repositoryName: name, ...describeMutability(mutability) };
  },
};
