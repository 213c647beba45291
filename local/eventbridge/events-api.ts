import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { AwsError } from '../aws/error';
import type { Bus } from './bus';
import { type ApiAnswer, entriesOf, type PutEntry, putEvents } from './put-events';

const TARGET = 'AWSEvents.';

/** The operation that the request asks of EventBridge's JSON 1.1 API, or nothing when it asks another service. */
export function eventsOperation(request: IncomingMessage): string | undefined {
  const target = request.headers['x-amz-target'];
  return typeof target === 'string' && target.startsWith(TARGET) ? target.slice(TARGET.length) : undefined;
}

export async function serveEvents(
  bus: Bus,
  operation: string,
  request: IncomingMessage,
  response: ServerResponse,
  before: (entries: readonly PutEntry[]) => void | Promise<void> = () => {},
): Promise<void> {
  const text = await readBody(request);
  const { status, body } = (await refusal(() => before(entriesOf(text)))) ?? answer(bus, operation, text);
  response.writeHead(status, { 'Content-Type': 'application/x-amz-json-1.1', 'x-amzn-RequestId': randomUUID() });
  response.end(JSON.stringify(body));
}

function answer(bus: Bus, operation: string, body: string): ApiAnswer {
  if (operation !== 'PutEvents')
    return refused('UnknownOperationException', `the local bus does not serve ${operation}`);
  let request: unknown;
  try {
    request = JSON.parse(body);
  } catch (error) {
    return refused('SerializationException', String(error));
  }
  return putEvents(bus, request);
}

async function refusal(before: () => void | Promise<void>): Promise<ApiAnswer | undefined> {
  try {
    await before();
    return undefined;
  } catch (error) {
    if (error instanceof AwsError)
      return { ...refused(error.code, error.message), status: error.code === 'ServerException' ? 500 : 400 };
    throw error;
  }
}

const refused = (type: string, message: string): ApiAnswer => ({ status: 400, body: { __type: type, message } });

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
