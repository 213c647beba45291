import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { AwsError } from './error';
import { readBody } from './http-body';
import { isObject, type JsonObject } from './json';

/** Room for a 4 MiB manifest with every character escaped. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;

/** The operation that the request asks of this service, or nothing if it asks another service. */
export function operationOf(request: IncomingMessage, service: string): string | undefined {
  const target = request.headers['x-amz-target'];
  return typeof target === 'string' && target.startsWith(`${service}.`) ? target.slice(service.length + 1) : undefined;
}

/**
 * Answers one call of an AWS JSON 1.1 API.
 * @param run gives the output, or throws an AwsError; any other error is a bug here, and rejects
 */
export async function serveOperation(
  request: IncomingMessage,
  response: ServerResponse,
  run: (input: JsonObject) => Promise<object>,
): Promise<void> {
  try {
    answer(response, 200, await run(await readInput(request)));
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    // https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html#operation-error-serialization
    const { code, message, fields } = error;
    const status = code === 'ServerException' ? 500 : 400;
    answer(response, status, { __type: code, message, ...fields }, { 'x-amzn-errortype': code });
  }
}

export const unknownOperation = (service: string, operation: string): AwsError =>
  new AwsError(
    'UnknownOperationException',
    `the local account has no operation '${operation}' of ${service}; local/README.md says how to add one`,
  );

async function readInput(request: IncomingMessage): Promise<JsonObject> {
  const body = await readBody(request, MAX_BODY_BYTES);
  if (body === undefined)
    throw new AwsError('RequestEntityTooLargeException', `The request body is larger than ${MAX_BODY_BYTES} bytes`);
  const input = body.length === 0 ? {} : parse(body);
  if (isObject(input)) return input;
  throw new AwsError('SerializationException', 'The request body is not a JSON object');
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined; // AWS has one answer for everything that it can't parse.
  }
}

function answer(response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}): void {
  const common = { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': randomUUID() };
  response.writeHead(status, { ...common, ...headers }).end(JSON.stringify(body));
}
