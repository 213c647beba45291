import type { IncomingMessage, ServerResponse } from 'node:http';
import { AwsError } from '../aws/error';
import { jsonOperation, serveJson } from './aws-api/aws-api';
import type { EcrCall } from './calls';
import { isRegistryPath, serveRegistry } from './distribution-api/distribution-api';
import type { Push } from './put-image';
import { Registry, type RegistryOptions } from './registry';
import { readManifest, type StoredManifest } from './stored-manifest';
import { type TagMutabilityMode, tagMutability } from './tag-mutability';
import { TokenBucket } from './token-bucket';

export interface EcrOptions extends RegistryOptions {
  /**
   * The account's quota of `PutImage` calls a second, which the JSON API and pushes over the registry API share: 10 in AWS
   * (https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html). @default none
   */
  readonly putImagesPerSecond?: number;
  /**
   * Runs before each call of either API does anything. Throw an AwsError to have the call fail with it (`ThrottlingException`, say), or change
   * the registry to play a race. @default nothing
   */
  beforeCall?(call: EcrCall): void | Promise<void>;
}

export interface RepositorySettings {
  /** @default MUTABLE */
  readonly imageTagMutability?: TagMutabilityMode;
  /** Wildcard filters, for the two `_WITH_EXCLUSION` modes. @default none */
  readonly exclusionFilters?: readonly string[];
}

/** Amazon ECR on a laptop: its JSON API and its registry API over one state, faithful where the function under test depends on it. */
export class LocalEcr {
  /** Every call of the JSON API, in the order received. */
  readonly calls: EcrCall[] = [];
  /** Every call of the registry API (`GET manifest`, `PUT upload`, …) and every `GET blob-download`, in the order received. */
  readonly registryCalls: EcrCall[] = [];
  readonly #registry: Registry;
  readonly #options: EcrOptions;
  readonly #quota: TokenBucket | undefined;

  constructor(options: EcrOptions) {
    this.#options = options;
    const { putImagesPerSecond: rate, now = () => new Date() } = options;
    if (rate !== undefined) this.#quota = new TokenBucket(rate, () => now().getTime());
    this.#registry = new Registry(options);
  }

  /**
   * Answers the request if it is one of ECR's: `X-Amz-Target: AmazonEC2ContainerRegistry_V20150921.*`, `/v2/…` or `/blob-download/…`.
   * @param origin how the client reaches this server, e.g. `http://127.0.0.1:4566`
   * @param beforeCall runs in place of the option of that name
   * @returns whether it was
   */
  async handle(
    request: IncomingMessage,
    response: ServerResponse,
    origin: string,
    beforeCall: (call: EcrCall) => void | Promise<void> = (call) => this.#options.beforeCall?.(call),
  ): Promise<boolean> {
    const registry = this.#registry;
    const operation = jsonOperation(request);
    if (operation !== undefined) {
      const received = (call: EcrCall) => this.#received(this.calls, call, beforeCall);
      await serveJson(operation, request, response, { registry, origin }, received);
      return true;
    }
    if (!isRegistryPath(request)) return false;
    const received = (call: EcrCall) => this.#received(this.registryCalls, call, beforeCall);
    await serveRegistry(request, response, { registry, received });
    return true;
  }

  /** @throws AwsError when the name is taken or not one, or the settings contradict each other */
  createRepository(
    name: string,
    { imageTagMutability = 'MUTABLE', exclusionFilters = [] }: RepositorySettings = {},
  ): void {
    this.#registry.create(name, tagMutability(imageTagMutability, exclusionFilters));
  }

  /**
   * Stores a manifest as if it had been pushed before anybody listened: its repository appears if it is not there, its blobs count as
   * present, and no event goes out. For registries of a size that nobody wants to push.
   */
  store(repository: string, { bytes, mediaType, tag }: Pick<Push, 'bytes' | 'mediaType' | 'tag'>): StoredManifest {
    const registry = this.#registry;
    if (!registry.find(repository)) this.createRepository(repository);
    const manifest = readManifest(bytes, mediaType);
    const found = registry.get(repository);
    for (const { digest } of [...(manifest.config ? [manifest.config] : []), ...manifest.layers]) found.addBlob(digest);
    found.put(manifest, tag, registry.now());
    return manifest;
  }

  /** Gives the repository resource tags, as `TagResource` does. @throws AwsError `RepositoryNotFoundException` */
  tagResource(repository: string, tags: Readonly<Record<string, string>>): void {
    for (const [key, value] of Object.entries(tags)) this.#registry.get(repository).resourceTags.set(key, value);
  }

  get repositories(): readonly string[] {
    return [...this.#registry.repositories].map(({ name }) => name).sort();
  }

  /** Tag to digest. @throws AwsError `RepositoryNotFoundException` */
  tags(repository: string): ReadonlyMap<string, string> {
    return new Map(this.#registry.get(repository).tags);
  }

  /** None if there is no such repository. */
  resourceTags(repository: string): ReadonlyMap<string, string> {
    return new Map(this.#registry.find(repository)?.resourceTags);
  }

  /** The manifest as it is stored, by tag or by digest. @throws AwsError `RepositoryNotFoundException` */
  manifest(repository: string, reference: string): StoredManifest | undefined {
    const found = this.#registry.get(repository);
    return (found.tagged(reference) ?? found.image(reference))?.manifest;
  }

  async #received(log: EcrCall[], call: EcrCall, beforeCall: (call: EcrCall) => void | Promise<void>): Promise<void> {
    log.push(call);
    await beforeCall(call);
    if (call.operation === 'PutImage' || call.operation === 'PUT manifest') this.#takePutImage();
  }

  #takePutImage(): void {
    if (this.#quota?.take() === false) throw new AwsError('ThrottlingException', 'Rate exceeded');
  }
}
