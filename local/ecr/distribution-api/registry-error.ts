import type { ServerResponse } from 'node:http';
import { AwsError } from '../../aws/error';

/** An error of the registry API. https://github.com/opencontainers/distribution-spec/blob/v1.1.0/spec.md#error-codes */
export class RegistryError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly detail: object = {},
  ) {
    super(message);
  }
}

/** The registry API's codes for ECR's exceptions: https://github.com/distribution/distribution/blob/v3.0.0/registry/api/v2/errors.go */
const CODES: Readonly<Record<string, readonly [status: number, code: string]>> = {
  InvalidParameterException: [400, 'MANIFEST_INVALID'],
  RepositoryNotFoundException: [404, 'NAME_UNKNOWN'],
  ImageDigestDoesNotMatchException: [400, 'DIGEST_INVALID'],
  LayersNotFoundException: [400, 'MANIFEST_BLOB_UNKNOWN'],
  ReferencedImagesNotFoundException: [400, 'MANIFEST_BLOB_UNKNOWN'],
  ImageTagAlreadyExistsException: [400, 'TAG_INVALID'],
  ImageNotFoundException: [404, 'MANIFEST_UNKNOWN'],
  LimitExceededException: [403, 'DENIED'],
  ThrottlingException: [429, 'TOOMANYREQUESTS'],
};

function asRegistryError(error: unknown): RegistryError {
  if (error instanceof RegistryError) return error;
  const [status, code] = (error instanceof AwsError ? CODES[error.code] : undefined) ?? [500, 'UNKNOWN'];
  return new RegistryError(status, code, error instanceof Error ? error.message : String(error));
}

export function answerRegistryError(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    // A blob is already on its way. The client can notice only a broken connection.
    response.destroy();
    return;
  }
  const { status, code, message, detail } = asRegistryError(error);
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ errors: [{ code, message, detail }] }));
}
