import {
  BatchGetImageCommand,
  type BatchGetImageResponse,
  type ImageFailure,
  type ImageIdentifier,
} from '@aws-sdk/client-ecr';
import type { ManifestBatch } from '../core/audit/inventory';
import { RegistryRefusal, TransientFailure } from '../core/errors';
import { ACCEPTED_MEDIA_TYPES } from '../core/manifest/media-types';
import type { StoredManifest, TaggedManifest } from '../core/registry';
import { boundResponse, MAX_RESPONSE_BYTES, ResponseTooLarge } from './bounded-response';
import type { EcrCalls } from './ecr-calls';
import { errorOf } from './ecr-errors';

/** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchGetImage.html */
const MAX_IMAGE_IDS = 100;

/** No more is read once a batch of manifests holds this. */
const MAX_BATCH_BYTES = 8 * 1024 * 1024;

/** Reads manifests by BatchGetImage, never more at a time than memory has room for. */
export class ManifestReader {
  /**
   * @param calls those of the work that reads
   * @param beforeLarge called before a large answer is read; may wait until there is room
   * @param isArchived whether a tag names an archived image
   */
  constructor(
    readonly calls: EcrCalls,
    readonly beforeLarge: () => Promise<void>,
    readonly isArchived: (repository: string, tag: string) => Promise<boolean>,
  ) {}

  async readTags(repository: string, tags: readonly string[]): Promise<ReadonlyMap<string, TaggedManifest>> {
    const found = new Map<string, TaggedManifest>();
    let bytes = 0;
    for (const some of batches(tags)) {
      for (const [tag, manifest] of await this.#readSomeTags(repository, some)) {
        bytes += manifest.bytes?.length ?? 0;
        found.set(tag, bytes <= MAX_BATCH_BYTES ? manifest : withoutBytes(manifest));
      }
    }
    return found;
  }

  async #readSomeTags(repository: string, tags: readonly string[]): Promise<ReadonlyMap<string, TaggedManifest>> {
    const answer = await this.#batchGet(
      repository,
      tags.map((imageTag) => ({ imageTag })),
    );
    if (!answer) return this.#readHalves(repository, tags);
    const found = new Map<string, TaggedManifest>();
    for (const image of answer.images) {
      if (image.imageId?.imageTag) found.set(image.imageId.imageTag, storedManifest(image));
    }
    await this.#refuseUnreadable(repository, answer.failures);
    const missing = new Set(answer.failures.map((failure) => failure.imageId?.imageTag));
    const unanswered = tags.filter((tag) => !found.has(tag) && !missing.has(tag));
    if (unanswered.length === tags.length)
      throw new TransientFailure(`ECR said nothing about ${repository}:${tags.join(', ')}`);
    // ECR does not promise one answer for each of two tags that name the same image.
    for (const tag of unanswered) {
      for (const entry of await this.#readSomeTags(repository, [tag])) found.set(...entry);
    }
    return found;
  }

  async #readHalves(repository: string, tags: readonly string[]): Promise<ReadonlyMap<string, TaggedManifest>> {
    const half = tags.length / 2;
    const first = await this.#readSomeTags(repository, tags.slice(0, half));
    const second = await this.#readSomeTags(repository, tags.slice(half));
    return new Map([...first, ...second].map(([tag, manifest]) => [tag, withoutBytes(manifest)]));
  }

  async #refuseUnreadable(repository: string, failures: readonly ImageFailure[]): Promise<void> {
    const failure = failures.find(({ failureCode }) => failureCode !== 'ImageNotFound');
    if (!failure) return;
    const { imageTag } = failure.imageId ?? {};
    const mayBeArchived = failure.failureCode === 'ImageInaccessible' && imageTag;
    if (mayBeArchived && (await this.isArchived(repository, imageTag)))
      throw new RegistryRefusal('archived', `${repository}:${imageTag} is archived`);
    throw errorOf(failure, repository);
  }

  /** One that ECR does not return is left out. Ends when there is no room for more. */
  async readManifests(repository: string, digests: readonly string[]): Promise<ManifestBatch> {
    const manifests = new Map<string, StoredManifest>();
    const unread = [...digests];
    let bytes = 0;
    for (let size = MAX_IMAGE_IDS; unread.length > 0 && bytes < MAX_BATCH_BYTES; ) {
      const some = unread.slice(0, size);
      const answer = await this.#batchGet(
        repository,
        some.map((imageDigest) => ({ imageDigest })),
      );
      if (!answer) size = Math.floor(some.length / 2);
      else unread.splice(0, some.length);
      for (const image of answer?.images ?? []) {
        const stored = storedManifest(image);
        bytes += stored.bytes.length;
        manifests.set(stored.digest, stored);
      }
    }
    return { manifests, unread };
  }

  async readManifest(repository: string, imageDigest: string): Promise<StoredManifest | undefined> {
    const { images = [], failures = [] } = (await this.#batchGet(repository, [{ imageDigest }])) ?? {};
    await this.#refuseUnreadable(repository, failures);
    return images[0] && storedManifest(images[0]);
  }

  /** @returns nothing if the answer for several images is too large */
  async #batchGet(
    repositoryName: string,
    imageIds: ImageIdentifier[],
  ): Promise<Required<Pick<BatchGetImageResponse, 'images' | 'failures'>> | undefined> {
    const acceptedMediaTypes = [...ACCEPTED_MEDIA_TYPES];
    const command = new BatchGetImageCommand({ repositoryName, imageIds, acceptedMediaTypes });
    boundResponse(command, this.beforeLarge);
    try {
      const { images = [], failures = [] } = await this.calls.call('BatchGetImage', repositoryName, (options) =>
        this.calls.client.send(command, options),
      );
      if (images.length + failures.length === 0) throw new TransientFailure(`ECR said nothing about ${repositoryName}`);
      return { images, failures };
    } catch (error) {
      if (!(error instanceof ResponseTooLarge)) throw error;
      if (imageIds.length > 1) return undefined;
      const image = imageIds[0]?.imageTag ?? imageIds[0]?.imageDigest;
      const detail = `${repositoryName} ${image}: the answer has more than ${MAX_RESPONSE_BYTES} bytes`;
      throw new RegistryRefusal('too-large', detail);
    }
  }
}

const withoutBytes = ({ digest, mediaType }: TaggedManifest): TaggedManifest => ({ digest, mediaType });

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
