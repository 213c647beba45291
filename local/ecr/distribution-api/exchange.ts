import type { IncomingMessage, ServerResponse } from 'node:http';
import { isRepositoryName } from '../names';
import type { Registry } from '../registry';
import type { Repository } from '../repository';
import { RegistryError } from './registry-error';

/** One request of the registry API to one repository. */
export interface Exchange {
  readonly registry: Registry;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly method: string;
  readonly repository: string;
  /** Tag, digest or upload id, depending on the path; empty if it has none. */
  readonly reference: string;
  readonly query: URLSearchParams;
}

export function send(response: ServerResponse, status: number, headers: Record<string, string | number> = {}): void {
  response.writeHead(status, { 'content-length': 0, ...headers });
  response.end();
}

/** The repository to push to, created if it doesn't exist. ECR does so where a repository creation template has it: https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-creation-templates.html */
export function repositoryToPush({ registry, repository }: Exchange): Repository {
  if (!isRepositoryName(repository))
    throw new RegistryError(400, 'NAME_INVALID', `'${repository}' is not a repository name that ECR allows`);
  return registry.find(repository) ?? registry.create(repository);
}

export const methodNotAllowed = (method: string, object: string): RegistryError =>
  new RegistryError(405, 'UNSUPPORTED', `${method} is not supported for a ${object}`);
