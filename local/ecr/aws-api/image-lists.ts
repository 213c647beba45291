import { imageNotFound, invalidParameter } from '../errors';
import { findImage } from '../image-id';
import { isIndex } from '../media-types';
import type { Registry } from '../registry';
import type { Image, Repository } from '../repository';
import type { Input } from './input';
import { imageIdOf, type Operations, repositoryOf, timestamp } from './operation';
import { page, sequenceKey } from './pages';

type TagStatus = 'TAGGED' | 'UNTAGGED' | 'ANY';

function filterOf(input: Input): { readonly tagStatus: TagStatus; readonly active: boolean } {
  const filter = input.object('filter');
  const tagStatus = filter.oneOf('tagStatus', ['TAGGED', 'UNTAGGED', 'ANY'], 'ANY');
  const imageStatus = filter.oneOf('imageStatus', ['ACTIVE', 'ARCHIVED', 'ACTIVATING', 'ANY'], 'ACTIVE');
  return { tagStatus, active: imageStatus === 'ACTIVE' || imageStatus === 'ANY' };
}

function selected(repository: Repository, input: Input): readonly Image[] {
  const { tagStatus, active } = filterOf(input);
  if (!active) return [];
  return [...repository.images].filter(({ tags }) => tagStatus === 'ANY' || (tagStatus === 'TAGGED') === tags.size > 0);
}

/** Of an index it is the size of its largest image: https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageDetail.html */
function sizeOf(repository: Repository, { manifest }: Image): number {
  if (!isIndex(manifest.mediaType)) return manifest.layers.reduce((sum, { size }) => sum + size, 0);
  const children = manifest.manifests.map(({ digest }) => repository.image(digest));
  return Math.max(0, ...children.map((child) => (child === undefined ? 0 : sizeOf(repository, child))));
}

function detail(registry: Registry, repository: Repository, image: Image): object {
  const { manifest, tags } = image;
  return {
    registryId: registry.accountId,
    repositoryName: repository.name,
    imageDigest: manifest.digest,
    ...(tags.size === 0 ? {} : { imageTags: [...tags].sort() }),
    imageSizeInBytes: sizeOf(repository, image),
    imagePushedAt: timestamp(image.pushedAt),
    imageManifestMediaType: manifest.mediaType,
    ...(manifest.artifactMediaType === undefined ? {} : { artifactMediaType: manifest.artifactMediaType }),
    ...(manifest.subjectDigest === undefined ? {} : { subjectManifestDigest: manifest.subjectDigest }),
    imageStatus: 'ACTIVE',
  };
}

/** Unlike in a batch read, an image that is not there is an error of the call here. */
function byId(registry: Registry, repository: Repository, ids: readonly Input[]): readonly Image[] {
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

export const imageListOperations: Operations = {
  DescribeImages(input, context) {
    const repository = repositoryOf(input, context);
    const describe = (image: Image) => detail(context.registry, repository, image);
    const ids = input.optionalObjects('imageIds', { min: 1, max: 100 });
    if (ids === undefined) {
      const { rows, nextToken } = page(input, selected(repository, input), ({ sequence }) => sequenceKey(sequence));
      return { imageDetails: rows.map(describe), ...(nextToken && { nextToken }) };
    }
    for (const parameter of ['maxResults', 'nextToken']) {
      if (input.fields[parameter] !== undefined) throw invalidParameter(parameter, 'Not allowed with imageIds');
    }
    return { imageDetails: byId(context.registry, repository, ids).map(describe) };
  },

  ListImages(input, context) {
    const pairs = selected(repositoryOf(input, context), input).flatMap(({ manifest, tags, sequence }) =>
      (tags.size === 0 ? [''] : [...tags].sort()).map((tag) => ({ digest: manifest.digest, tag, sequence })),
    );
    const { rows, nextToken } = page(input, pairs, ({ sequence, tag }) => `${sequenceKey(sequence)} ${tag}`);
    const imageIds = rows.map(({ digest, tag }) => ({ imageDigest: digest, ...(tag && { imageTag: tag }) }));
    return { imageIds, ...(nextToken && { nextToken }) };
  },
};
