import { isIndex } from '../media-types';
import type { Registry } from '../registry';
import type { Image, Repository } from '../repository';
import { statusOf } from '../storage-class';
import type { Input } from './input';
import { imageIdOf, imageOf, type Operations, repositoryOf, timestamp } from './operation';
import { page } from './pages';

function selected(repository: Repository, input: Input): readonly Image[] {
  const filter = input.object('filter');
  const tagStatus = filter.oneOf('tagStatus', ['TAGGED', 'UNTAGGED', 'ANY'], 'ANY');
  const imageStatus = filter.oneOf('imageStatus', ['ACTIVE', 'ARCHIVED', 'ACTIVATING', 'ANY'], 'ACTIVE');
  return [...repository.images].filter(
    (image) =>
      (tagStatus === 'ANY' || (tagStatus === 'TAGGED') === image.tags.size > 0) &&
      (imageStatus === 'ANY' || imageStatus === statusOf(image)),
  );
}

const optionalTimestamp = (date: Date | undefined) => date && timestamp(date);

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
    imageStatus: statusOf(image),
    lastRecordedPullTime: optionalTimestamp(image.lastPulledAt),
    lastArchivedAt: optionalTimestamp(image.lastArchivedAt),
    lastActivatedAt: optionalTimestamp(image.lastActivatedAt),
  };
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
    const images = new Set(ids.map((id) => imageOf(imageIdOf(id), registry, repository)));
    return { imageDetails: [...images].map((image) => describe(registry, repository, image)) };
  },
};
