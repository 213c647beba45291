import type { IncomingMessage, ServerResponse } from 'node:http';
import { isObject, type JsonObject } from '../../aws/json';
import { operationOf, serveOperation, unknownOperation } from '../../aws/json-api';
import type { EcrCall } from '../calls';
import { imageListOperations } from './image-lists';
import { imageOperations } from './images';
import { Input } from './input';
import { layerOperations } from './layers';
import type { Context, Operation } from './operation';
import { repositoryOperations } from './repositories';

const OPERATIONS: ReadonlyMap<string, Operation> = new Map(
  Object.entries({
    ...repositoryOperations,
    ...imageOperations,
    ...imageListOperations,
    ...layerOperations,
  }),
);

/** The operation that the request asks of ECR's AWS API, or nothing if it asks another API. */
export const ecrOperation = (request: IncomingMessage): string | undefined =>
  operationOf(request, 'AmazonEC2ContainerRegistry_V20150921');

/** @param before runs before the call takes effect */
export const serveAwsApi = (
  operation: string,
  request: IncomingMessage,
  response: ServerResponse,
  context: Context,
  before: (call: EcrCall) => Promise<void>,
): Promise<void> =>
  serveOperation(request, response, async (fields) => {
    await before(callOf(operation, fields));
    const run = OPERATIONS.get(operation);
    if (run === undefined) throw unknownOperation('ECR', operation);
    return run(new Input(fields), context);
  });

function callOf(
  operation: string,
  { repositoryName, resourceArn, imageTag, imageIds, layerDigests }: JsonObject,
): EcrCall {
  const repository = repositoryName ?? /:repository\/(.+)$/.exec(String(resourceArn))?.[1];
  const first: unknown = Array.isArray(imageIds) ? imageIds[0] : undefined;
  const tag = imageTag ?? (isObject(first) ? first.imageTag : undefined);
  const layer: unknown =
    operation === 'CompleteLayerUpload' && Array.isArray(layerDigests) ? layerDigests[0] : undefined;
  return {
    operation,
    ...(typeof repository === 'string' ? { repository } : {}),
    ...(typeof tag === 'string' ? { tag } : {}),
    ...(typeof layer === 'string' ? { layer } : {}),
  };
}
