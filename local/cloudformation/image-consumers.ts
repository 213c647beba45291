import { asList, asObject, asString, optional } from '../aws/json';
import { DOCKER_LIST, DOCKER_MANIFEST, OCI_INDEX } from '../ecr/media-types';
import { isImageFunction } from './functions';
import type { Template } from './index';
import type { Resource } from './resources';

/** @returns the media type of the manifest that a URI names; nothing if there is no such image */
export type MediaTypeOf = (imageUri: string) => string | undefined;

/**
 * Why AWS would not create a resource that runs an image, in its own words.
 * https://github.com/aws/aws-lambda-roadmap/issues/82, https://github.com/aws/amazon-sagemaker-feedback/issues/180
 */
export function refusalOfImages({ resources }: Template, mediaTypeOf: MediaTypeOf): string | undefined {
  for (const resource of resources) {
    for (const uri of imagesOf(resource)) {
      const mediaType = mediaTypeOf(uri);
      if (mediaType === undefined)
        return `${resource.logicalId}: Source image ${uri} does not exist. Provide a valid source image.`;
      const isIndex = mediaType === OCI_INDEX || mediaType === DOCKER_LIST;
      if (resource.type === 'AWS::Lambda::Function' && isIndex)
        return `${resource.logicalId}: The image manifest, config or layer media type for the source image ${uri} is not supported.`;
      if (resource.type === 'AWS::SageMaker::Model' && mediaType !== DOCKER_MANIFEST)
        return `${resource.logicalId}: Unsupported manifest media type ${mediaType} for image ${uri}. Ensure that valid manifest media type is used for specified image.`;
    }
  }
  return undefined;
}

function imagesOf(resource: Resource): readonly string[] {
  const { type, path } = resource;
  if (type === 'AWS::Lambda::Function' && isImageFunction(resource))
    return [asString(asObject(resource.get('Code'), path).ImageUri, `${path}.Code.ImageUri`)];
  if (type !== 'AWS::SageMaker::Model') return [];
  const primary = resource.get('PrimaryContainer');
  const containers = [...(primary === undefined ? [] : [primary]), ...asList(resource.get('Containers') ?? [], path)];
  return containers.flatMap((container) => optional(asObject(container, path).Image, path, asString) ?? []);
}
