import { invalidParameter, repositoryNotFound } from '../errors';
import type { ImageId } from '../image-id';
import type { Registry } from '../registry';
import type { Repository } from '../repository';
import type { Input } from './input';

export interface Context {
  readonly registry: Registry;
  /** `http://127.0.0.1:port`, as the client reached it. */
  readonly origin: string;
}

/** Answers one operation's output; throws an AwsError for its exceptions. */
export type Operation = (input: Input, context: Context) => object | Promise<object>;
export type Operations = Readonly<Record<string, Operation>>;

/** @throws AwsError when the name is not there, or the registry is another account's */
export function repositoryOf(input: Input, { registry }: Context): Repository {
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

export function imageIdOf(input: Input): ImageId {
  const imageDigest = input.optionalString('imageDigest');
  const imageTag = input.optionalString('imageTag', { min: 1, max: 300 });
  return { ...(imageDigest === undefined ? {} : { imageDigest }), ...(imageTag === undefined ? {} : { imageTag }) };
}

/** AWS JSON 1.1 carries timestamps as seconds since the epoch. */
export const timestamp = (date: Date): number => date.getTime() / 1000;
