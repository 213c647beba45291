import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { AwsError } from '../../aws/error';
import type { EcrCall } from '../calls';
import { readBody } from '../http-body';
import { authorizationOperations } from './authorization';
import { imageListOperations } from './image-lists';
import { imageOperations } from './images';
import { Input } from './input';
import { layerOperations } from './layers';
import type { Context, Operation } from './operation';
import { repositoryOperations } from './repositories';
import { resourceTagOperations } from './resource-tags';

const TARGET_PREFIX = 'AmazonEC2ContainerRegistry_V20150921.';
const CONTENT_TYPE = 'application/x-amz-json-1.1';
/** Room for a 20 MiB layer part in base64, and for a 4 MiB manifest with every character escaped. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;

const OPERATIONS: ReadonlyMap<string, Operation> = new Map(
  Object.entries({
    ...repositoryOperations,
    ...resourceTagOperations,
    ...imageOperations,
    ...imageListOperations,
    ...layerOperations,
    ...authorizationOperations,
  }),
);

/** The operation that the request names, or undefined if it is for another service. */
export function jsonOperation(request: IncomingMessage): string | undefined {
  const target = request.headers['x-amz-target'];
  return typeof target === 'string' && target.startsWith(TARGET_PREFIX)
    ? target.slice(TARGET_PREFIX.length)
    : undefined;
}

async function readInput(request: IncomingMessage): Promise<Input> {
  const body = await readBody(request, MAX_BODY_BYTES);
  if (body === undefined) {
    throw new AwsError('RequestEntityTooLargeException', `The request body is larger than ${MAX_BODY_BYTES} bytes`);
  }
  try {
    const value: unknown = body.length === 0 ? {} : JSON.parse(body.toString('utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return new Input(value as Readonly<Record<string, unknown>>);
    }
  } catch {
    // Falls through: AWS has one answer for whatever it cannot parse.
  }
  throw new AwsError('SerializationException', 'The request body is not a JSON object');
}

function callOf(operation: string, { fields }: Input): EcrCall {
  const { repositoryName, resourceArn, imageTag, imageIds } = fields;
  const repository = repositoryName ?? /:repository\/(.+)$/.exec(String(resourceArn))?.[1];
  const [first] = Array.isArray(imageIds) ? (imageIds as readonly { readonly imageTag?: unknown }[]) : [];
  const tag = imageTag ?? first?.imageTag;
  return {
    operation,
    ...(typeof repository === 'string' ? { repository } : {}),
    ...(typeof tag === 'string' ? { tag } : {}),
  };
}

function answer(response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': CONTENT_TYPE, 'x-amzn-requestid': randomUUID(), ...headers });
  response.end(JSON.stringify(body));
}

/** https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html#operation-error-serialization */
function answerError(response: ServerResponse, error: unknown): void {
  const known = error instanceof AwsError ? error : new AwsError('ServerException', String(error));
  const status = known.code === 'ServerException' ? 500 : 400;
  answer(
    response,
    status,
    { __type: known.code, message: known.message, ...known.fields },
    { 'x-amzn-errortype': known.code },
  );
}

/** Reads, announces and answers one call of the JSON API. */
export async function serveJson(
  operation: string,
  request: IncomingMessage,
  response: ServerResponse,
  context: Context,
  received: (call: EcrCall) => void | Promise<void>,
): Promise<void> {
  try {
    const input = await readInput(request);
    await received(callOf(operation, input));
    const run = OPERATIONS.get(operation);
    if (run === undefined) {
      throw new AwsError('UnknownOperationException', `The local ECR has no operation '${operation}'`);
    }
    answer(response, 200, await run(input, context));
  } catch (error) {
    answerError(response, error);
  }
}
