import { isSha256 } from './digest';
import {
  imageDigestDoesNotMatch,
  imageTagAlreadyExists,
  invalidParameter,
  kmsFailure,
  layersNotFound,
  type RepositoryId,
  referencedImagesNotFound,
  tooManyTagsOnImage,
} from './errors';
import { isForeignLayer, isManifestMediaType } from './media-types';
import { isTag } from './names';
import type { Registry } from './registry';
import type { Repository } from './repository';
import { moveImage } from './storage-class';
import { readManifest, type StoredManifest } from './stored-manifest';
import { isTagMutable } from './tag-mutability';

/** Not adjustable: https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html */
const MAX_TAGS_PER_IMAGE = 1000;

export interface Push {
  readonly bytes: Buffer;
  readonly mediaType?: string;
  readonly tag?: string;
  /** The digest that the client expects. */
  readonly digest?: string;
}

export type PushResult =
  | { readonly kind: 'stored'; readonly manifest: StoredManifest }
  /** Digest and tag were there already: nothing changed, and there is no event. An error in the AWS API, not in `docker push`. */
  | { readonly kind: 'already there'; readonly manifest: StoredManifest };

function checkDigest(given: string | undefined, manifest: StoredManifest): void {
  if (given === undefined) return;
  if (!isSha256(given)) throw invalidParameter('imageDigest', "must satisfy regular expression 'sha256:[a-f0-9]{64}'");
  if (given !== manifest.digest) throw imageDigestDoesNotMatch(given, manifest.digest);
}

/** Like ECR, it doesn't check the layers' media types: ECR stores Docker manifests with zstd layers. https://github.com/triggerdotdev/trigger.dev/pull/4184 */
function checkReferences(repository: Repository, manifest: StoredManifest, id: RepositoryId): void {
  // BuildKit's registry cache is an index whose children are layers and a config, pushed as blobs:
  // https://github.com/moby/buildkit/blob/master/cache/remotecache/export.go
  const children = manifest.manifests.filter(({ mediaType }) => isManifestMediaType(mediaType));
  const blobs = [
    ...(manifest.config ? [manifest.config] : []),
    ...manifest.layers.filter(({ mediaType }) => !isForeignLayer(mediaType)),
    ...manifest.manifests.filter(({ mediaType }) => !isManifestMediaType(mediaType)),
  ];
  const missing = (digests: readonly string[], has: (digest: string) => boolean) => [
    ...new Set(digests.filter((digest) => !has(digest))),
  ];
  const images = missing(
    children.map(({ digest }) => digest),
    (digest) => repository.image(digest) !== undefined,
  );
  if (images.length > 0) throw referencedImagesNotFound(images, id);
  const layers = missing(
    blobs.map(({ digest }) => digest),
    (digest) => repository.hasBlob(digest),
  );
  if (layers.length > 0) throw layersNotFound(layers, id);
}

function checkTag(repository: Repository, tag: string, digest: string, id: RepositoryId): void {
  const moves = (repository.tags.get(tag) ?? digest) !== digest;
  if (moves && !isTagMutable(repository.mutability, tag)) throw imageTagAlreadyExists(tag, id);
  if ((repository.image(digest)?.tags.size ?? 0) >= MAX_TAGS_PER_IMAGE)
    throw tooManyTagsOnImage(digest, MAX_TAGS_PER_IMAGE, id);
}

/**
 * Puts a manifest as ECR's `PutImage` does: checks it, stores it, moves the tag, and sends the event. "If you push an image that is
 * currently archived, that image will be automatically restored": https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push.html
 * https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutImage.html
 *
 * Reports differ on the same digest and tag in an immutable repository (aws/aws-sdk#750, aws/containers-roadmap#2179); here it
 * is `already there`, as in a mutable one.
 * @throws AwsError the exceptions of `PutImage`, except `ImageAlreadyExistsException`
 */
export function putImage(registry: Registry, repository: Repository, push: Push): PushResult {
  const { tag } = push;
  const id = registry.idOf(repository.name);
  if (tag !== undefined && !isTag(tag))
    throw invalidParameter('imageTag', "must satisfy regular expression '[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}'");
  if (!repository.isKeyUsable) throw kmsFailure(id);
  const manifest = readManifest(push.bytes, push.mediaType);
  checkDigest(push.digest, manifest);
  checkReferences(repository, manifest, id);
  const known = repository.image(manifest.digest);
  const isArchived = known?.storageClass === 'ARCHIVE';
  if (known && !isArchived && (tag === undefined || known.tags.has(tag))) return { kind: 'already there', manifest };
  if (tag !== undefined) checkTag(repository, tag, manifest.digest, id);
  repository.put(manifest, tag, registry.now());
  if (isArchived) moveImage(registry, repository, known, 'STANDARD');
  const stored = known?.manifest ?? manifest;
  registry.publish({ type: 'PUSH', repository: repository.name, tag: tag ?? '', manifest: stored });
  return { kind: 'stored', manifest: stored };
}
