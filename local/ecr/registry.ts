import type { AccountRegion } from '../aws/account-region';
import { AwsError } from '../aws/error';
import type { EventBridgeEvent } from '../aws/event';
import { BlobStore, type BlobUpload } from './blob-store';
import { invalidParameter, type RepositoryId, repositoryNotFound } from './errors';
import { type ImageAction, imageActionEvent } from './image-action';
import { isRepositoryName } from './names';
import { Repository } from './repository';
import type { TagMutability } from './tag-mutability';

export interface RegistryOptions extends AccountRegion {
  /** Where blobs are kept; created if missing. Manifests and tags live in memory, so nothing outlives the process. */
  readonly blobDirectory: string;
  /** Receives each event at the moment of the push or delete, before the client has its answer. */
  readonly onEvent: (event: EventBridgeEvent) => void;
  /** @default the system's clock */
  readonly now?: () => Date;
  /** ARNs of principals whose pulls leave the pull time as it is. @default none */
  readonly pullTimeExclusions?: readonly string[];
}

/** What BatchGetImage answers for a tag if ECR can't ask the upstream registry for it. */
export type UpstreamFailure = 'UpstreamAccessDenied' | 'UpstreamTooManyRequests' | 'UpstreamUnavailable';

export interface LayerUpload {
  readonly repository: string;
  readonly blob: BlobUpload;
  /** Only the last part may be below the minimum. */
  readonly partSizes: number[];
}

/** One account's registry in one Region: the state behind both APIs. */
export class Registry {
  readonly #repositories = new Map<string, Repository>();
  /** Pull-through cache rules, by the prefix of their repositories. */
  readonly cacheRules = new Map<string, { readonly createdAt: Date; readonly failure: UpstreamFailure | undefined }>();
  readonly blobs: BlobStore;
  /** Uploads of the registry API in progress, by their paths. */
  readonly uploads = new Map<string, BlobUpload>();
  /** Those of the AWS API, by their ids. */
  readonly layerUploads = new Map<string, LayerUpload>();

  constructor(readonly options: RegistryOptions) {
    this.blobs = new BlobStore(options.blobDirectory);
  }

  /** The registry's id. */
  get accountId(): string {
    return this.options.accountId;
  }

  get repositories(): Iterable<Repository> {
    return this.#repositories.values();
  }

  now(): Date {
    return this.options.now?.() ?? new Date();
  }

  idOf(repository: string): RepositoryId {
    return { repository, registryId: this.accountId };
  }

  arn(repository: string): string {
    return `arn:aws:ecr:${this.options.region}:${this.accountId}:repository/${repository}`;
  }

  uri(repository: string): string {
    return `${this.accountId}.dkr.ecr.${this.options.region}.amazonaws.com/${repository}`;
  }

  find(name: string): Repository | undefined {
    return this.#repositories.get(name);
  }

  /** @throws AwsError `RepositoryNotFoundException` */
  get(name: string): Repository {
    const repository = this.find(name);
    if (repository === undefined) throw repositoryNotFound(this.idOf(name));
    return repository;
  }

  /** @throws AwsError if the name is not valid or is taken */
  create(name: string, mutability: TagMutability = {}): Repository {
    if (!isRepositoryName(name)) throw invalidParameter('repositoryName', 'must be a valid repository name');
    if (this.#repositories.has(name)) {
      throw new AwsError(
        'RepositoryAlreadyExistsException',
        `The repository with name '${name}' already exists in the registry with id '${this.accountId}'`,
      );
    }
    const repository = new Repository(name, this.now(), mutability);
    this.#repositories.set(name, repository);
    return repository;
  }

  /** @throws AwsError `RepositoryNotFoundException` */
  delete(name: string): Repository {
    const repository = this.get(name);
    this.#repositories.delete(name);
    return repository;
  }

  /** Nothing if the upstream registry is up, or the repository is no cache. */
  upstreamFailureOf(repository: string): UpstreamFailure | undefined {
    const prefix = [...this.cacheRules.keys()].find((key) => repository.startsWith(`${key.replace(/\/$/, '')}/`));
    return this.cacheRules.get(prefix ?? 'ROOT')?.failure;
  }

  /**
   * AWS records one pull a day at least; this records each, but those of excluded principals.
   * https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-time-update-exclusions.html
   */
  recordPull(repository: Repository, digest: string, principal: string | undefined): void {
    const isExcluded = principal !== undefined && this.options.pullTimeExclusions?.includes(principal);
    if (!isExcluded) repository.update(digest, { lastPulledAt: this.now() });
  }

  /** Sends the event. Call it after the change, so that a listener that reads at once sees the change. */
  publish(action: ImageAction): void {
    this.options.onEvent(imageActionEvent(action, this.accountId, this.options.region, this.now()));
  }
}
