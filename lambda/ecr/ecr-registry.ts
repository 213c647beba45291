import {
  BatchDeleteImageCommand,
  BatchGetImageCommand,
  type BatchGetImageResponse,
  DescribeImagesCommand,
  DescribeRepositoriesCommand,
  type ECRClient,
  GetDownloadUrlForLayerCommand,
  type ImageIdentifier,
  ListTagsForResourceCommand,
  PutImageCommand,
} from '@aws-sdk/client-ecr';
import type { Inventory, ListPage } from '../core/audit/inventory';
import { OPT_OUT_TAG } from '../core/contract';
import { RepositoryNotFound, TransientFailure } from '../core/errors';
import { ACCEPTED_MEDIA_TYPES } from '../core/manifest/media-types';
import type { RefusalReason } from '../core/reasons';
import type { PutResult, StoredManifest } from '../core/registry';
import { type RegistryAddress, repositoryArn } from '../core/registry-address';
import type { Pacer } from './pacer';

/** Errors of PutImage that no retry cures. */
const PUT_REFUSALS = new Map<string, RefusalReason>([
  ['InvalidParameterException', 'rejected-by-registry'],
  ['ReferencedImagesNotFoundException', 'rejected-by-registry'],
  ['LayersNotFoundException', 'layers-missing'],
  ['LimitExceededException', 'limit-exceeded'],
]);

const BLOB_TIMEOUT_MS = 10_000;

/** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchGetImage.html and API_DescribeImages.html */
const MAX_IMAGE_IDS = 100;
const MAX_RESULTS = 1_000;

export interface RepositoryPage {
  readonly names: readonly string[];
  readonly nextToken?: string;
}

/** The registry of the caller's account and Region, over the ECR API. */
export class EcrRegistry implements Inventory {
  #callCount = 0;
  readonly #optedOut = new Map<string, boolean>();

  /**
   * @param optOut who keeps puts out of a repository that opted out: the policy of the service's role, at no cost, or this class, which
   * reads the repository's tags, for credentials that may put everywhere
   */
  constructor(
    readonly client: ECRClient,
    readonly pacer: Pacer,
    readonly address: RegistryAddress,
    readonly optOut: 'held-by-policy' | 'looked-up' = 'held-by-policy',
  ) {}

  /** ECR API calls so far. */
  get callCount(): number {
    return this.#callCount;
  }

  async readTags(repository: string, tags: readonly string[]): Promise<ReadonlyMap<string, StoredManifest>> {
    const found = new Map<string, StoredManifest>();
    for (const some of batches(tags)) {
      for (const entry of await this.#readSomeTags(repository, some)) found.set(...entry);
    }
    return found;
  }

  async #readSomeTags(repository: string, tags: readonly string[]): Promise<ReadonlyMap<string, StoredManifest>> {
    const { images, failures } = await this.#batchGet(
      repository,
      tags.map((imageTag) => ({ imageTag })),
    );
    const found = new Map<string, StoredManifest>();
    for (const image of images) {
      if (image.imageId?.imageTag) found.set(image.imageId.imageTag, storedManifest(image));
    }
    const missing = new Set(failures.map((failure) => failure.imageId?.imageTag));
    const unanswered = tags.filter((tag) => !found.has(tag) && !missing.has(tag));
    if (unanswered.length === tags.length)
      throw new TransientFailure(`ECR said nothing about ${repository}:${tags.join(', ')}`);
    // ECR does not promise one answer for each of two tags that name the same image.
    for (const tag of unanswered) {
      for (const entry of await this.#readSomeTags(repository, [tag])) found.set(...entry);
    }
    return found;
  }

  async readManifests(repository: string, digests: readonly string[]): Promise<ReadonlyMap<string, StoredManifest>> {
    const found = new Map<string, StoredManifest>();
    for (const some of batches(digests)) {
      const { images } = await this.#batchGet(
        repository,
        some.map((imageDigest) => ({ imageDigest })),
      );
      for (const image of images) {
        const stored = storedManifest(image);
        found.set(stored.digest, stored);
      }
    }
    return found;
  }

  async listManifests(repositoryName: string, nextToken?: string): Promise<ListPage> {
    // Archived images are left out by default, and cannot be pulled: https://docs.aws.amazon.com/AmazonECR/latest/userguide/archive-image.html
    const request = { repositoryName, nextToken, maxResults: MAX_RESULTS, filter: { tagStatus: 'TAGGED' as const } };
    const page = await this.#call(repositoryName, () => this.client.send(new DescribeImagesCommand(request)));
    const manifests = (page.imageDetails ?? []).map(
      ({ imageDigest = '', imageManifestMediaType = '', imageTags = [] }) => ({
        digest: imageDigest,
        mediaType: imageManifestMediaType,
        tags: imageTags,
      }),
    );
    return { manifests, ...(page.nextToken ? { nextToken: page.nextToken } : {}) };
  }

  /** The names of up to 1,000 repositories. */
  async listRepositories(nextToken?: string): Promise<RepositoryPage> {
    const command = new DescribeRepositoriesCommand({ nextToken, maxResults: MAX_RESULTS });
    const page = await this.#call('', () => this.client.send(command));
    const names = (page.repositories ?? []).flatMap(({ repositoryName }) => repositoryName ?? []);
    return { names, ...(page.nextToken ? { nextToken: page.nextToken } : {}) };
  }

  /** Whether the repository has the resource tag that says to leave it alone; ECR is asked once. */
  async isOptedOut(repository: string): Promise<boolean> {
    const known = this.#optedOut.get(repository);
    if (known !== undefined) return known;
    const command = new ListTagsForResourceCommand({ resourceArn: repositoryArn(this.address, repository) });
    const { tags = [] } = await this.#call(repository, () => this.client.send(command));
    const isOptedOut = tags.some(({ Key, Value }) => Key === OPT_OUT_TAG.key && Value === OPT_OUT_TAG.value);
    this.#optedOut.set(repository, isOptedOut);
    return isOptedOut;
  }

  async readManifest(repository: string, imageDigest: string): Promise<StoredManifest | undefined> {
    const { images } = await this.#batchGet(repository, [{ imageDigest }]);
    return images[0] && storedManifest(images[0]);
  }

  async readBlob(repositoryName: string, layerDigest: string, maxBytes: number): Promise<Uint8Array> {
    const { downloadUrl } = await this.#call(repositoryName, () =>
      this.client.send(new GetDownloadUrlForLayerCommand({ repositoryName, layerDigest })),
    );
    if (!downloadUrl) throw new TransientFailure(`ECR gave no download URL for ${layerDigest} of ${repositoryName}`);
    const response = await fetch(downloadUrl, { signal: AbortSignal.timeout(BLOB_TIMEOUT_MS) });
    if (!response.ok || !response.body)
      throw new TransientFailure(`download of ${layerDigest} of ${repositoryName} answered ${response.status}`);
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of response.body) {
      size += chunk.length;
      if (size > maxBytes) throw new Error(`blob ${layerDigest} of ${repositoryName} has more than ${maxBytes} bytes`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }

  async putManifest(
    repositoryName: string,
    imageTag: string,
    { bytes, digest, mediaType }: StoredManifest,
  ): Promise<PutResult> {
    if (await this.#mustLeave(repositoryName)) return { kind: 'opted-out' };
    await this.pacer.turn();
    try {
      await this.#call(repositoryName, () =>
        this.client.send(
          new PutImageCommand({
            repositoryName,
            imageTag,
            imageManifest: new TextDecoder().decode(bytes),
            imageManifestMediaType: mediaType,
            imageDigest: digest,
          }),
        ),
      );
      return { kind: 'done' };
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if (error.name === 'ImageAlreadyExistsException') return { kind: 'done' };
      if (error.name === 'ImageTagAlreadyExistsException') return { kind: 'tag-immutable' };
      if (await this.#isOptOut(error, repositoryName)) return { kind: 'opted-out' };
      const reason = PUT_REFUSALS.get(error.name);
      if (!reason) throw error;
      return {
        kind: 'refused',
        reason,
        detail: `PutImage of ${repositoryName}:${imageTag} answered ${error.name}: ${error.message}`,
      };
    }
  }

  async deleteTags(repositoryName: string, tags: readonly string[]): Promise<void> {
    if (await this.#mustLeave(repositoryName)) return;
    const command = new BatchDeleteImageCommand({ repositoryName, imageIds: tags.map((imageTag) => ({ imageTag })) });
    try {
      await this.#call(repositoryName, () => this.client.send(command));
    } catch (error) {
      if (!(await this.#isOptOut(error, repositoryName))) throw error;
    }
  }

  async #mustLeave(repository: string): Promise<boolean> {
    return this.optOut === 'looked-up' && (await this.isOptedOut(repository));
  }

  /** The role's policy has the opt-out as a condition, so it costs a call only where something was denied. If that call fails too, the denial counts. */
  async #isOptOut(error: unknown, repository: string): Promise<boolean> {
    const isDenied = error instanceof Error && error.name === 'AccessDeniedException';
    return isDenied && (await this.isOptedOut(repository).catch(() => false));
  }

  async #batchGet(repositoryName: string, imageIds: ImageIdentifier[]): Promise<Required<BatchGetImageResponse>> {
    const { images = [], failures = [] } = await this.#call(repositoryName, () =>
      this.client.send(
        new BatchGetImageCommand({ repositoryName, imageIds, acceptedMediaTypes: [...ACCEPTED_MEDIA_TYPES] }),
      ),
    );
    if (images.length + failures.length === 0) throw new TransientFailure(`ECR said nothing about ${repositoryName}`);
    const unreadable = failures.find((failure) => failure.failureCode !== 'ImageNotFound');
    if (!unreadable) return { images, failures };
    const { failureCode, failureReason, imageId } = unreadable;
    throw new TransientFailure(
      `ECR cannot read ${repositoryName} ${imageId?.imageTag ?? imageId?.imageDigest}: ${failureCode} ${failureReason}`,
    );
  }

  async #call<T>(repository: string, send: () => Promise<T>): Promise<T> {
    this.#callCount += 1;
    try {
      return await send();
    } catch (error) {
      if (error instanceof Error && error.name === 'RepositoryNotFoundException')
        throw new RepositoryNotFound(repository);
      throw error;
    }
  }
}

function* batches<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < all.length; at += MAX_IMAGE_IDS) yield all.slice(at, at + MAX_IMAGE_IDS);
}

function storedManifest({
  imageId,
  imageManifest,
  imageManifestMediaType,
}: NonNullable<BatchGetImageResponse['images']>[number]): StoredManifest {
  const digest = imageId?.imageDigest;
  if (!digest || !imageManifest)
    throw new TransientFailure('ECR answered with an image without its digest or manifest');
  return { digest, mediaType: imageManifestMediaType ?? '', bytes: new TextEncoder().encode(imageManifest) };
}
