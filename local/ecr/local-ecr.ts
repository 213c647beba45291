import type { IncomingMessage, ServerResponse } from 'node:http';
import { AwsError } from '../aws/error';
import { readRepositoryPolicy, type Statement } from '../iam/policy';
import { ecrOperation, serveAwsApi } from './aws-api/aws-api';
import type { EcrCall, EcrService } from './calls';
import { isRegistryPath, serveRegistry } from './distribution-api/distribution-api';
import { runLifecyclePolicy } from './lifecycle';
import { readLifecyclePolicy } from './lifecycle-policy';
import type { Push } from './put-image';
import { Registry, type RegistryOptions, type UpstreamFailure } from './registry';
import type { Image } from './repository';
import { addResourceTags } from './resource-tags';
import { readManifest, type StoredManifest } from './stored-manifest';
import type { TagMutability } from './tag-mutability';
import { TokenBucket } from './token-bucket';

/** Runs before a call takes effect. Throw an AwsError (`ThrottlingException`, say) to make it fail, or change the registry to play a race. */
export type BeforeCall = (call: EcrCall, service: EcrService) => void | Promise<void>;

export interface EcrOptions extends RegistryOptions {
  /**
   * The account's quota of `PutImage` calls per second, which the AWS API and pushes over the registry API share: 10 in AWS
   * (https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html). @default none
   */
  readonly putImagesPerSecond?: number;
  /** The ARN of the role that signs a request. @default nobody's */
  readonly principalOf?: (request: IncomingMessage) => string | undefined;
}

/** Amazon ECR on a laptop: its AWS API and its registry API over one state. */
export class LocalEcr {
  /** Every call of the AWS API, in the order received. */
  readonly calls: EcrCall[] = [];
  /** Every call of the registry API (`GET manifest`, `PUT upload`, …) and every `GET blob-download`, in the order received. */
  readonly registryCalls: EcrCall[] = [];
  readonly #registry: Registry;
  readonly #principalOf: (request: IncomingMessage) => string | undefined;
  readonly #putImageQuota: TokenBucket | undefined;

  constructor({ putImagesPerSecond, principalOf = () => undefined, ...options }: EcrOptions) {
    this.#principalOf = principalOf;
    this.#registry = new Registry(options);
    if (putImagesPerSecond !== undefined)
      this.#putImageQuota = new TokenBucket(putImagesPerSecond, () => this.#registry.now().getTime());
  }

  /**
   * Answers the request if it's for ECR: `X-Amz-Target: AmazonEC2ContainerRegistry_V20150921.*`, `/v2/…` or `/blob-download/…`.
   * @param origin how the client reaches this server, such as `http://127.0.0.1:4566`
   * @returns whether it was
   */
  async handle(
    request: IncomingMessage,
    response: ServerResponse,
    origin: string,
    beforeCall: BeforeCall = () => {},
  ): Promise<boolean> {
    const registry = this.#registry;
    const operation = ecrOperation(request);
    if (operation !== undefined) {
      const before = (call: EcrCall) => this.#received(call, 'ecr', beforeCall);
      const context = { registry, origin, principal: this.#principalOf(request) };
      await serveAwsApi(operation, request, response, context, before);
      return true;
    }
    if (!isRegistryPath(request)) return false;
    const before = (call: EcrCall) => this.#received(call, 'registry', beforeCall);
    await serveRegistry(request, response, registry, before);
    return true;
  }

  /** @throws AwsError if the name is taken or not valid */
  createRepository(name: string, mutability: TagMutability = {}): void {
    this.#registry.create(name, mutability);
  }

  /** @throws AwsError `RepositoryNotFoundException` */
  setTagMutability(repository: string, mutability: TagMutability): void {
    this.#registry.get(repository).mutability = mutability;
  }

  /**
   * Stores a manifest as if it had been pushed before the service was deployed: creates the repository if need be, takes its
   * blobs as present, and sends no event. For registries too large to push, and for old images.
   */
  store(
    repository: string,
    { bytes, mediaType, tag, pushedAt }: Pick<Push, 'bytes' | 'mediaType' | 'tag'> & { readonly pushedAt?: Date },
  ): StoredManifest {
    const registry = this.#registry;
    if (!registry.find(repository)) this.createRepository(repository);
    const manifest = readManifest(bytes, mediaType);
    const found = registry.get(repository);
    for (const { digest } of [...(manifest.config ? [manifest.config] : []), ...manifest.layers]) found.addBlob(digest);
    found.put(manifest, tag, pushedAt ?? registry.now());
    return manifest;
  }

  /** Gives the repository resource tags, as `TagResource` does. @throws AwsError as that does */
  tagResource(repository: string, tags: Readonly<Record<string, string>>): void {
    const { resourceTags } = this.#registry.get(repository);
    addResourceTags(resourceTags, Object.entries(tags), this.#registry.idOf(repository));
  }

  /**
   * Makes repositories with this prefix caches of another registry.
   * @param prefix such as `docker-hub`, or `ROOT` for all repositories that have no other rule:
   *   https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-creating-rule.html
   * @param failure of every read of a tag, which ECR asks the other registry for; default: the cache has the image
   */
  createPullThroughCacheRule(prefix: string, failure?: UpstreamFailure): void {
    this.#registry.cacheRules.set(prefix, { createdAt: this.#registry.now(), failure });
  }

  /** @throws if the policy says something that the local IAM doesn't know */
  setRepositoryPolicy(repository: string, document: object): void {
    this.#registry.get(repository).policy = readRepositoryPolicy(document);
  }

  /** None if the repository doesn't exist. */
  repositoryPolicy(repository: string): readonly Statement[] {
    return this.#registry.find(repository)?.policy ?? [];
  }

  /** Takes the KMS key of the repository away from ECR, or gives it back. */
  setKeyUsable(repository: string, isUsable: boolean): void {
    this.#registry.get(repository).isKeyUsable = isUsable;
  }

  /** @throws AwsError `InvalidParameterException`, `RepositoryNotFoundException` */
  putLifecyclePolicy(repository: string, text: string): void {
    readLifecyclePolicy(text);
    this.#registry.get(repository).lifecyclePolicy = text;
  }

  /** Does what ECR does by itself within 24 hours: expires and archives the images of repositories with a lifecycle policy. */
  runLifecyclePolicies(): void {
    for (const repository of this.#registry.repositories) runLifecyclePolicy(this.#registry, repository);
  }

  get repositories(): readonly string[] {
    return [...this.#registry.repositories].map(({ name }) => name).sort();
  }

  /** Tag to digest. @throws AwsError `RepositoryNotFoundException` */
  tags(repository: string): ReadonlyMap<string, string> {
    return new Map(this.#registry.get(repository).tags);
  }

  /** The images of a repository as they are now, archived ones too. @throws AwsError `RepositoryNotFoundException` */
  images(repository: string): readonly Image[] {
    return [...this.#registry.get(repository).images].map((image) => ({ ...image, tags: new Set(image.tags) }));
  }

  /** None if the repository doesn't exist. */
  resourceTags(repository: string): ReadonlyMap<string, string> {
    return new Map(this.#registry.find(repository)?.resourceTags);
  }

  /** The manifest as it is stored, by tag or by digest. @throws AwsError `RepositoryNotFoundException` */
  manifest(repository: string, reference: string): StoredManifest | undefined {
    const found = this.#registry.get(repository);
    return (found.tagged(reference) ?? found.image(reference))?.manifest;
  }

  async #received(call: EcrCall, service: EcrService, beforeCall: BeforeCall): Promise<void> {
    (service === 'ecr' ? this.calls : this.registryCalls).push(call);
    await beforeCall(call, service);
    const isPut = call.operation === 'PutImage' || call.operation === 'PUT manifest';
    if (isPut && this.#putImageQuota?.take() === false) throw new AwsError('ThrottlingException', 'Rate exceeded');
  }
}
