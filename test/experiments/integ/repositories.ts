import { CreateRepositoryCommand, DeleteRepositoryCommand } from '@aws-sdk/client-ecr';
import { partition } from '@aws-sdk/core/client';
import type { RegistryAddress } from '../../../lambda/core/registry-address';
import { removed } from './cleanup';
import type { RunContext } from './run-context';

/** The repositories that a run has made, and where they are. */
export class Repositories {
  readonly #uris = new Map<string, string>();
  #account: string | undefined;

  /** Makes a repository that the run removes, with all its images. */
  async create({ aws, cleanup }: RunContext, repositoryName: string): Promise<void> {
    const made = {
      what: `the repository ${repositoryName}`,
      command: `aws ecr delete-repository --force --repository-name ${repositoryName}`,
      undo: () => removed(() => aws.ecr.send(new DeleteRepositoryCommand({ repositoryName, force: true }))),
    };
    const create = () => aws.ecr.send(new CreateRepositoryCommand({ repositoryName }));
    const { repository } = await cleanup.make(made, () => aws.call('ecr:CreateRepository', create));
    if (!repository?.registryId || !repository.repositoryUri) throw new Error('ecr:CreateRepository gave no URI');
    this.#account = repository.registryId;
    this.#uris.set(repositoryName, repository.repositoryUri);
  }

  get knownAccount(): string | undefined {
    return this.#account;
  }

  /** @throws Error before the first repository */
  get account(): string {
    if (this.#account !== undefined) return this.#account;
    throw new Error('no repository was made');
  }

  /** The registry that they are in. */
  address(region: string): RegistryAddress {
    const { name, dnsSuffix } = partition(region);
    return { account: this.account, region, partition: name, urlSuffix: dnsSuffix };
  }

  uri(repository: string, tag: string): string {
    const uri = this.#uris.get(repository);
    if (uri === undefined) throw new Error(`the repository ${repository} was not made`);
    return `${uri}:${tag}`;
  }
}
