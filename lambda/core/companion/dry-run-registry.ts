import {
  type KeptTag,
  type PutResult,
  type Registry,
  RegistryDecorator,
  type StoredManifest,
  type TaggedManifest,
} from '../registry';

/** What a put would be answered; nothing if the manifest would be taken. */
export type PutObstacle = (tag: string, isTaken: boolean) => Promise<PutResult | undefined>;

/**
 * Answers reads from the registry and keeps writes to itself, where later reads see them: a repair of it says what it would do and what
 * it finds, and changes nothing. For one repository.
 */
export class DryRunRegistry extends RegistryDecorator {
  readonly #tags = new Map<string, StoredManifest | undefined>();

  /** @param obstacle what would keep a put from succeeding @default nothing */
  constructor(
    registry: Registry,
    readonly obstacle: PutObstacle = async () => undefined,
  ) {
    super(registry);
  }

  override async readTags(repository: string, tags: readonly string[]): Promise<ReadonlyMap<string, TaggedManifest>> {
    const found = new Map(await super.readTags(repository, tags));
    for (const tag of tags) {
      const written = this.#tags.get(tag);
      if (written) found.set(tag, written);
      else if (this.#tags.has(tag)) found.delete(tag);
    }
    return found;
  }

  override async deleteCompanions(
    _repository: string,
    _sourceTag: string,
    tags: readonly string[],
  ): Promise<readonly KeptTag[]> {
    for (const tag of tags) this.#tags.set(tag, undefined);
    return [];
  }

  override async putManifest(repository: string, tag: string, manifest: StoredManifest): Promise<PutResult> {
    const isTaken = (await this.readTags(repository, [tag])).has(tag);
    const obstacle = await this.obstacle(tag, isTaken);
    if (!obstacle) this.#tags.set(tag, manifest);
    return obstacle ?? { kind: 'done' };
  }

  /** The manifest that would be put under the tag. */
  wouldPut(tag: string): StoredManifest | undefined {
    return this.#tags.get(tag);
  }
}
