import { imageNotFound, invalidParameter } from '../errors';
import { findImage } from '../image-id';
import { isIndex } from '../media-types';
import type { Registry } from '../registry';
import type { Image, Repository } from '../repository';
import type { Input } from './input';
import { imageIdOf, type Operations, repositoryOf, timestamp } from './operation';
import { page } from './pages';

function selected(repository: Repository, input: Input): readonly Image[] {
  const filter = input.object('filter');
  const tagStatus = filter.oneOf('tagStatus', ['TAGGED', 'UNTAGGED', 'ANY'], 'ANY');
  const imageStatus = filter.oneOf('imageStatus', ['ACTIVE', 'ARCHIVED', 'ACTIVATING', 'ANY'], 'ACTIVE');
  if (imageStatus !== 'ACTIVE' && imageStatus !== 'ANY') return []; // Every image here is active.
  return [...repository.images].filter(({ tags }) => tagStatus === 'ANY' || (tagStatus === 'TAGGED') === tags.size > 0);
}

/** For an index, the size of its largest image: https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageDetail.html */
function sizeOf(repository: Repository, { manifest }: Image): number {
  if (!isIndex(manifest.mediaType)) return manifest.layers.reduce((sum, { size }) => sum + size, 0);
  const children = manifest.manifests.map(({ digest }) => repository.image(digest));
  return Math.max(0, ...children.map((child) => (child === undefined ? 0 : sizeOf(repository, child))));
}

function describe(registry: Registry, repository: Repository, image: Image): object {
  const { manifest, tags } = image;
  return {
    registryId: registry.accountId,
    repositoryName: repository.name,
    imageDigest: manifest.digest,
    imageTags: tags.size === 0 ? undefined : [...tags].sort(),
    imageSizeInBytes: sizeOf(repository, image),
    imagePushedAt: timestamp(image.pushedAt),
    imageManifestMediaType: manifest.mediaType,
    artifactMediaType: manifest.artifactMediaType,
    subjectManifestDigest: manifest.subjectDigest,
    imageStatus: 'ACTIVE',
  };
}

/** Here, unlike in a batch read, a missing image is an error of the call. */
function imagesById(registry: Registry, repository: Repository, ids: readonly Input[]): readonly Image[] {
  const images = ids.map((id) => {
    const imageId = imageIdOf(id);
    const found = findImage(repository, imageId);
    if (found.kind === 'found') return found.image;
    const { failureCode, failureReason } = found.failure;
    if (failureCode !== 'ImageNotFound') throw invalidParameter('imageIds', failureReason);
    throw imageNotFound(imageId.imageDigest, imageId.imageTag, registry.idOf(repository.name));
  });
  return [...new Set(images)];
}

/** A sequence number as text that sorts like the number. */
const sequenceKey = ({ sequence }: Image): string => sequence.toString().padStart(12, '0');

export const imageListOperations: Operations = {
  DescribeImages(input, { registry }) {
    const repository = repositoryOf(input, registry);
    const ids = input.optionalObjects('imageIds', { min: 1, max: 100 });
    if (ids === undefined) {
      const { rows, nextToken } = page(input, selected(repository, input), sequenceKey);
      return { imageDetails: rows.map((image) => describe(registry, repository, image)), nextToken };
    }
    input.refuse(['maxResults', 'nextToken'], 'imageIds');
    const images = imagesById(registry, repository, ids);
    return { imageDetails: images.map((image) => describe(registry, repository, image)) };
  },
};
