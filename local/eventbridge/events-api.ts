import type { IncomingMessage, ServerResponse } from 'node:http';
import { operationOf, serveOperation, unknownOperation } from '../aws/json-api';
import type { Bus } from './bus';
import { type PutEntry, putEntriesOf, putEvents } from './put-events';

/** The operation that the request asks of EventBridge, or nothing if it asks another service. */
export const eventsOperation = (request: IncomingMessage): string | undefined => operationOf(request, 'AWSEvents');

/** @param before runs before the call takes effect */
export const serveEvents = (
  bus: Bus,
  operation: string,
  request: IncomingMessage,
  response: ServerResponse,
  before: (entries: readonly PutEntry[]) => Promise<void>,
): Promise<void> =>
  serveOperation(request, response, async (input) => {
    await before(putEntriesOf(input));
    if (operation === 'PutEvents') return putEvents(bus, input);
    throw unknownOperation('EventBridge', operation);
  });
