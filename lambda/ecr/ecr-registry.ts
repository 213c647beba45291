import { BatchDeleteImageCommand, type ECRClient, PutImageCommand } from '@aws-sdk/client-ecr';
import type { Inventory, ListPage, ManifestBatch } from '../core/audit/inventory';
import { type TagFacts, tagsToKeep } from '../core/companion/deletion';
import { OPT_OUT_TAG } from '../core/contract';
import { RegistryRefusal } from '../core/errors';
import type { LayerStore } from '../core/layers/layer-store';
import type { RepositoryImage } from '../core/lifecycle/planned-companions';
import type { LifecyclePolicy, NotUnderstood } from '../core/lifecycle/policy';
import { SKIP_REASONS } from '../core/reasons';
import type { KeptTag, PutResult, StoredManifest, TaggedManifest } from '../core/registry';
import type { RegistryAddress } from '../core/registry-address';
import { beforeEachAttempt } from './bounded-response';
import { download } from './download';
import { EcrCalls } from './ecr-calls';
import { nameOf, putRefusalOf } from './ecr-errors';
import { EcrLayers } from './ecr-layers';
import { HeavyTurn } from './heavy-turn';
import type { Fetch } from './layer-download';
import { listImages, RecentPolicies, readLifecyclePolicy } from './lifecycle';
import { factsOf, listCachePrefixes, listManifests, listRepositories, type RepositoryPage } from './listings';
import { ManifestReader } from './manifest-reader';
import type { Pacer } from './pacer';
import { RecentTags, ResourceTagLookup } from './resource-tags';

export interface EcrRegistryOptions {
  readonly client: ECRClient;
  /** Spaces PutImage calls. */
  readonly pacer: Pacer;
  readonly address: RegistryAddress;
  /** Ends every call. @default never */
  readonly signal?: AbortSignal;
  /** Shared by the pieces of work of one process. @default a turn of its own */
  readonly heavyTurn?: HeavyTurn;
  /** Shared by the pieces of work of one process. @default its own */
  readonly recentPolicies?: RecentPolicies;
  /** Shared by the pieces of work of one process. @default its own */
  readonly recentTags?: RecentTags;
  /**
   * The policy of the service's role keeps it out of a repository that opted out, and what it is denied is an outcome. A person's credentials
   * may put everywhere, so the repository's tags are read before, and what a person is denied is an error that says so.
   * @default 'service'
   */
  readonly caller?: 'service' | 'person';
  /** Downloads blobs. @default - the global `fetch`, which knows no proxy */
  readonly fetch?: Fetch;
}

/** The registry of the caller's account and Region, over the ECR API, for one piece of work. */
export class EcrRegistry implements Inventory {
  readonly #options: EcrRegistryOptions;
  readonly #calls: EcrCalls;
  readonly #reader: ManifestReader;
  readonly #heavyTurn: HeavyTurn;
  readonly #recentPolicies: RecentPolicies;
  readonly #tags: ResourceTagLookup;

  constructor(options: EcrRegistryOptions) {
    const { client, signal, heavyTurn = new HeavyTurn(), recentPolicies = new RecentPolicies() } = options;
    this.#options = options;
    this.#calls = new EcrCalls(client, options.caller ?? 'service', signal);
    this.#heavyTurn = heavyTurn;
    this.#recentPolicies = recentPolicies;
    this.#tags = new ResourceTagLookup(this.#calls, options.address, options.recentTags ?? new RecentTags());
    this.#reader = new ManifestReader(
      this.#calls,
      () => heavyTurn.take(this, signal),
      async (repository, tag) => (await factsOf(this.#calls, repository, tag))?.isArchived ?? false,
    );
  }

  /** ECR API calls so far. */
  get callCount(): number {
    return this.#calls.count;
  }

  /** The layers that its images are made of. */
  get layers(): LayerStore {
    return new EcrLayers(this.#calls, this.#options.fetch ?? fetch);
  }

  /** Lets other work have what is large. Call it when this work is done. */
  release(): void {
    this.#heavyTurn.end(this);
  }

  /** The first call for an image, so a denial shows here. */
  async readTags(repository: string, tags: readonly string[]): Promise<ReadonlyMap<string, TaggedManifest>> {
    try {
      return await this.#reader.readTags(repository, tags);
    } catch (error) {
      const isDenied = error instanceof RegistryRefusal && error.reason === 'access-denied';
      if (isDenied && (await this.#isKnownToOptOut(repository)))
        throw new RegistryRefusal('opted-out', SKIP_REASONS['opted-out']);
      throw error;
    }
  }

  readManifests(repository: string, digests: readonly string[]): Promise<ManifestBatch> {
    return this.#reader.readManifests(repository, digests);
  }

  readManifest(repository: string, digest: string): Promise<StoredManifest | undefined> {
    return this.#reader.readManifest(repository, digest);
  }

  readBlob(repository: string, digest: string, maxBytes: number): Promise<Uint8Array> {
    return download(this.#calls, repository, digest, maxBytes, this.#options.fetch ?? fetch);
  }

  listManifests(repository: string, nextToken?: string): Promise<ListPage> {
    return listManifests(this.#calls, repository, nextToken);
  }

  listRepositories(nextToken?: string): Promise<RepositoryPage> {
    return listRepositories(this.#calls, nextToken);
  }

  listCachePrefixes(): Promise<readonly string[]> {
    return listCachePrefixes(this.#calls);
  }

  async readLifecyclePolicy(repository: string): Promise<LifecyclePolicy | NotUnderstood> {
    const policy = await readLifecyclePolicy(this.#calls, repository);
    this.#recentPolicies.set(repository, policy);
    return policy;
  }

  async recentLifecyclePolicy(repository: string): Promise<LifecyclePolicy | NotUnderstood> {
    return this.#recentPolicies.get(repository) ?? this.readLifecyclePolicy(repository);
  }

  listImages(repository: string): Promise<readonly RepositoryImage[] | undefined> {
    return listImages(this.#calls, repository);
  }

  /** Whether the repository has the resource tag that says to leave it alone; ECR is asked once. */
  async isOptedOut(repository: string): Promise<boolean> {
    return (await this.#tags.read(repository)).get(OPT_OUT_TAG.key) === OPT_OUT_TAG.value;
  }

  /** As they are now, or were within five minutes. */
  readResourceTags(repository: string): Promise<ReadonlyMap<string, string>> {
    return this.#tags.readRecent(repository);
  }

  /** Someone who requests a repair may have changed the tags before. @param time in milliseconds since the epoch */
  forgetResourceTagsBefore(repository: string, time: number): void {
    this.#tags.recent.forgetBefore(repository, time);
  }

  async putManifest(
    repositoryName: string,
    imageTag: string,
    { bytes, digest, mediaType }: StoredManifest,
  ): Promise<PutResult> {
    if (await this.#mustLeave(repositoryName)) return { kind: 'opted-out' };
    const command = new PutImageCommand({
      repositoryName,
      imageTag,
      imageManifest: new TextDecoder().decode(bytes),
      imageManifestMediaType: mediaType,
      imageDigest: digest,
    });
    const { pacer, signal } = this.#options;
    beforeEachAttempt(command, () => pacer.turn(signal));
    try {
      await this.#calls.attempt((options) => this.#calls.client.send(command, options));
      return { kind: 'done' };
    } catch (error) {
      if (nameOf(error) === 'ImageAlreadyExistsException') return { kind: 'done' };
      if (nameOf(error) === 'ImageTagAlreadyExistsException') return { kind: 'tag-immutable' };
      const reason = putRefusalOf(error);
      if (!reason || this.#calls.isErrorOf(reason)) throw this.#calls.translated(error, 'PutImage', repositoryName);
      if (reason === 'access-denied' && (await this.#isKnownToOptOut(repositoryName))) return { kind: 'opted-out' };
      const { name, message } = error as Error;
      const detail = `PutImage of ${repositoryName}:${imageTag} answered ${name}: ${message}`;
      return { kind: 'refused', reason, detail };
    }
  }

  async deleteCompanions(
    repositoryName: string,
    sourceTag: string,
    tags: readonly string[],
  ): Promise<readonly KeptTag[]> {
    const allKept = tags.map((tag) => ({ tag, why: 'the repository opted out' }));
    if (await this.#mustLeave(repositoryName)) return allKept;
    const facts = new Map<string, TagFacts>();
    for (const tag of [sourceTag, ...tags]) {
      const found = await factsOf(this.#calls, repositoryName, tag);
      if (found) facts.set(tag, found);
    }
    const kept = tagsToKeep(facts, sourceTag, tags, Date.now());
    const imageIds = tags.filter((tag) => !kept.some((one) => one.tag === tag)).map((imageTag) => ({ imageTag }));
    if (imageIds.length === 0) return kept;
    try {
      await this.#calls.call('BatchDeleteImage', repositoryName, (options) =>
        this.#calls.client.send(new BatchDeleteImageCommand({ repositoryName, imageIds }), options),
      );
      return kept;
    } catch (error) {
      const isDenied = error instanceof RegistryRefusal && error.reason === 'access-denied';
      if (isDenied && (await this.#isKnownToOptOut(repositoryName))) return allKept;
      throw error;
    }
  }

  async #mustLeave(repository: string): Promise<boolean> {
    return this.#options.caller === 'person' && (await this.isOptedOut(repository));
  }

  /** The role's policy has the opt-out as a condition, so it costs a call only where something was denied. If that call fails too, the denial counts. */
  #isKnownToOptOut(repository: string): Promise<boolean> {
    return this.isOptedOut(repository).catch(() => false);
  }
}
