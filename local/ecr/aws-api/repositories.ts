import { AwsError } from '../../aws/error';
import { invalidParameter } from '../errors';
import type { Registry } from '../registry';
import type { Repository } from '../repository';
import { type TagMutability, tagMutability } from '../tag-mutability';
import type { Input } from './input';
import { checkRegistryId, type Operations, repositoryOf, timestamp } from './operation';
import { page } from './pages';
import { applyResourceTags } from './resource-tags';

function filtersOf({ exclusions }: TagMutability): object {
  if (exclusions.length === 0) return {};
  return {
    imageTagMutabilityExclusionFilters: exclusions.map((filter) => ({ filterType: 'WILDCARD', filter })),
  };
}

function describe(registry: Registry, repository: Repository): object {
  return {
    repositoryArn: registry.arn(repository.name),
    registryId: registry.accountId,
    repositoryName: repository.name,
    repositoryUri: registry.uri(repository.name),
    createdAt: timestamp(repository.createdAt),
    imageTagMutability: repository.mutability.mode,
    ...filtersOf(repository.mutability),
    imageScanningConfiguration: { scanOnPush: false },
    encryptionConfiguration: { encryptionType: 'AES256' },
  };
}

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

function named(registry: Registry, input: Input, names: readonly string[]): object {
  for (const parameter of ['maxResults', 'nextToken']) {
    if (input.fields[parameter] !== undefined) throw invalidParameter(parameter, 'Not allowed with repositoryNames');
  }
  return { repositories: names.map((name) => describe(registry, registry.get(name))) };
}

export const repositoryOperations: Operations = {
  CreateRepository(input, { registry }) {
    const name = input.string('repositoryName', { min: 2, max: 256 });
    checkRegistryId(input, registry, name);
    const mutability = mutabilityOf(input, input.optionalString('imageTagMutability') ?? 'MUTABLE');
    const repository = registry.create(name, mutability);
    applyResourceTags(repository, input.optionalObjects('tags') ?? []);
    return { repository: describe(registry, repository) };
  },

  DeleteRepository(input, context) {
    const repository = repositoryOf(input, context);
    const { registry } = context;
    if (repository.imageCount > 0 && !input.flag('force')) {
      throw new AwsError(
        'RepositoryNotEmptyException',
        `The repository with name '${repository.name}' in registry with id '${registry.accountId}' cannot be deleted because it still contains images`,
      );
    }
    registry.delete(repository.name);
    return { repository: describe(registry, repository) };
  },

  DescribeRepositories(input, { registry }) {
    const names = input.optionalStrings('repositoryNames', { min: 1, max: 100 });
    checkRegistryId(input, registry, names?.[0] ?? '');
    if (names !== undefined) return named(registry, input, names);
    const sorted = [...registry.repositories].sort((a, b) => (a.name < b.name ? -1 : 1));
    const { rows, nextToken } = page(input, sorted, ({ name }) => name);
    return { repositories: rows.map((repository) => describe(registry, repository)), ...(nextToken && { nextToken }) };
  },

  PutImageTagMutability(input, context) {
    const repository = repositoryOf(input, context);
    repository.mutability = mutabilityOf(input, input.string('imageTagMutability'));
    return {
      registryId: context.registry.accountId,
      repositoryName: repository.name,
      imageTagMutability: repository.mutability.mode,
      ...filtersOf(repository.mutability),
    };
  },
};
