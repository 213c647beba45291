import type { ImageTag } from '../core/outcome';

/** A push that ECR reported. https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html */
export interface PushEvent {
  readonly id: string;
  readonly account: string;
  readonly region: string;
  /** When ECR saw the push, in milliseconds since the epoch. */
  readonly at: number;
  readonly image: ImageTag;
}

/** An event that is none of ours, or not of the form that AWS documents: a person must look, so it goes the way to the dead-letter queue. */
export class UnreadableEvent extends Error {
  override readonly name = 'UnreadableEvent';
}

/**
 * @param body an EventBridge event as JSON
 * @throws UnreadableEvent that names the field
 */
export function readPushEvent(body: string): PushEvent {
  const event = objectOf(parse(body), 'the event');
  expect(event, 'source', 'aws.ecr');
  expect(event, 'detail-type', 'ECR Image Action');
  const detail = objectOf(event.detail, 'detail');
  expect(detail, 'action-type', 'PUSH');
  expect(detail, 'result', 'SUCCESS');
  const at = Date.parse(text(event, 'time'));
  if (Number.isNaN(at)) throw new UnreadableEvent(`time is ${JSON.stringify(event.time)}, expected a timestamp`);
  return {
    id: text(event, 'id'),
    account: text(event, 'account'),
    region: text(event, 'region'),
    at,
    image: {
      repository: text(detail, 'repository-name'),
      tag: detail['image-tag'] === undefined ? '' : text(detail, 'image-tag', ''),
    },
  };
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    throw new UnreadableEvent(`the message body is not JSON: ${error instanceof Error ? error.message : error}`);
  }
}

type Fields = Readonly<Record<string, unknown>>;

function objectOf(value: unknown, name: string): Fields {
  if (typeof value !== 'object' || value === null)
    throw new UnreadableEvent(`${name} is ${JSON.stringify(value)}, expected an object`);
  return value as Fields;
}

function text(fields: Fields, name: string, shortest = '.'): string {
  const value = fields[name];
  if (typeof value === 'string' && value.length >= shortest.length) return value;
  throw new UnreadableEvent(`${name} is ${JSON.stringify(value)}, expected text`);
}

function expect(fields: Fields, name: string, value: string): void {
  if (fields[name] !== value)
    throw new UnreadableEvent(`${name} is ${JSON.stringify(fields[name])}, expected ${JSON.stringify(value)}`);
}
