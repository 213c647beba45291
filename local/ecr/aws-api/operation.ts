import { imageNotFound, invalidParameter, repositoryNotFound } from '../errors';
import { findImage, type ImageId } from '../image-id';
import type { Registry } from '../registry';
import type { Image, Repository } from '../repository';
import type { Input } from './input';

export interface Context {
  readonly registry: Registry;
  /** `http://127.0.0.1:port`, as the client reached it. */
  readonly origin: string;
  /** The role that signs the call, if it is known. */
  readonly principal?: string;
}

/** Returns the output of one operation, or throws one of its exceptions as an AwsError. */
export type Operation = (input: Input, context: Context) => object | Promise<object>;
export type Operations = Readonly<Record<string, Operation>>;

/** @throws AwsError if the repository does not exist, or the registry is another account's */
export function repositoryOf(input: Input, registry: Registry): Repository {
  const name = input.string('repositoryName', { min: 2, max: 256 });
  checkRegistryId(input, registry, name);
  return registry.get(name);
}

export function checkRegistryId(input: Input, registry: Registry, repository: string): void {
  const registryId = input.optionalString('registryId');
  if (registryId === undefined || registryId === registry.accountId) return;
  if (!/^[0-9]{12}$/.test(registryId))
    throw invalidParameter('registryId', "must satisfy regular expression '[0-9]{12}'");
  throw repositoryNotFound({ repository, registryId });
}

export const imageIdOf = (input: Input): ImageId => ({
  imageDigest: input.optionalString('imageDigest'),
  imageTag: input.optionalString('imageTag', { min: 1, max: 300 }),
});

/** @throws AwsError if there is none: unlike in a batch read, that is an error of the call */
export function imageOf(imageId: ImageId, registry: Registry, repository: Repository): Image {
  const found = findImage(repository, imageId);
  if (found.kind === 'found') return found.image;
  const { failureCode, failureReason } = found.failure;
  if (failureCode !== 'ImageNotFound') throw invalidParameter('imageId', failureReason);
  throw imageNotFound(imageId.imageDigest, imageId.imageTag, registry.idOf(repository.name));
}

/** AWS JSON 1.1 has timestamps in seconds since the epoch. */
export const timestamp = (date: Date): number => date.getTime() / 1000;
