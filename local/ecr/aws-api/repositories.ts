import { readRepositoryPolicy } from '../../iam/policy';
import type { Registry } from '../registry';
import type { Repository } from '../repository';
import type { TagMutability } from '../tag-mutability';
import { checkRegistryId, type Operations, repositoryOf, timestamp } from './operation';
import { page } from './pages';

const describeMutability = ({ imageTagMutability = 'MUTABLE', exclusionFilters }: TagMutability): object => ({
  imageTagMutability,
  imageTagMutabilityExclusionFilters: exclusionFilters?.map((filter) => ({ filterType: 'WILDCARD', filter })),
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

  /** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_SetRepositoryPolicy.html */
  SetRepositoryPolicy(input, { registry }) {
    const repository = repositoryOf(input, registry);
    const policyText = input.string('policyText', { max: 10_240 });
    repository.policy = readRepositoryPolicy(JSON.parse(policyText));
    return { registryId: registry.accountId, repositoryName: repository.name, policyText };
  },
};
