import { ListTagsForResourceCommand } from '@aws-sdk/client-ecr';
import { type RegistryAddress, repositoryArn } from '../core/registry-address';
import type { EcrCalls } from './ecr-calls';
import { Recent } from './recent';

type ResourceTags = ReadonlyMap<string, string>;

const FIVE_MINUTES_MS = 300_000;

/** The resource tags that were read within five minutes, or are being read. */
export class RecentTags extends Recent<Promise<ResourceTags>> {
  constructor() {
    super(FIVE_MINUTES_MS);
  }
}

/** The resource tags of repositories, for one piece of work: it reads those of a repository once. */
export class ResourceTagLookup {
  readonly #own = new Map<string, Promise<ResourceTags>>();

  constructor(
    readonly calls: EcrCalls,
    readonly address: RegistryAddress,
    readonly recent: RecentTags,
  ) {}

  /** As they are now. */
  read(repository: string): Promise<ResourceTags> {
    return this.#own.get(repository) ?? this.#list(repository);
  }

  /** As they are now, or as other work of this process read them within five minutes. */
  readRecent(repository: string): Promise<ResourceTags> {
    return this.#own.get(repository) ?? this.recent.get(repository) ?? this.#list(repository);
  }

  /** Work that waits for the same tags waits for the same call. An error isn't remembered. */
  #list(repository: string): Promise<ResourceTags> {
    const listed = listTags(this.calls, this.address, repository);
    this.#own.set(repository, listed);
    this.recent.set(repository, listed);
    listed.catch(() => {
      this.#own.delete(repository);
      this.recent.forget(repository, listed);
    });
    return listed;
  }
}

/** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ListTagsForResource.html */
async function listTags(calls: EcrCalls, address: RegistryAddress, repository: string): Promise<ResourceTags> {
  const command = new ListTagsForResourceCommand({ resourceArn: repositoryArn(address, repository) });
  const { tags = [] } = await calls.call('ListTagsForResource', repository, (options) =>
    calls.client.send(command, options),
  );
  return new Map(tags.map(({ Key = '', Value = '' }) => [Key, Value]));
}
