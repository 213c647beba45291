import { randomUUID } from 'node:crypto';
import { AwsError } from '../aws/error';
import { isObject, type JsonObject } from '../aws/json';
import { busName } from '../cloudformation/rules';
import { type Bus, eventTime } from './bus';

type EntryResult = { readonly EventId: string } | { readonly ErrorCode: string; readonly ErrorMessage: string };

interface PutEventsOutput {
  readonly FailedEntryCount: number;
  readonly Entries: readonly EntryResult[];
}

/** 1 MB since 2026-01-29: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html */
const MAX_REQUEST_BYTES = 1_048_576;
const MAX_ENTRIES = 10;

/**
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
 * @throws AwsError `ValidationException`
 */
export function putEvents(bus: Bus, input: JsonObject): PutEventsOutput {
  const entries = Array.isArray(input.Entries) ? input.Entries : [];
  if (entries.length < 1) throw invalidLength('greater than or equal to 1');
  if (entries.length > MAX_ENTRIES) throw invalidLength(`less than or equal to ${MAX_ENTRIES}`);
  const objects = entries.map((entry: unknown) => (isObject(entry) ? entry : {}));
  if (objects.reduce((sum, entry) => sum + entrySize(entry), 0) > MAX_REQUEST_BYTES)
    throw new AwsError('ValidationException', 'Total size of the entries in the request is over the limit.');
  const results = objects.map((entry) => putEntry(bus, entry));
  return { FailedEntryCount: results.filter((result) => 'ErrorCode' in result).length, Entries: results };
}

/** The part of an entry that permissions and injected faults depend on. */
export interface PutEntry {
  readonly busName: string;
  readonly source: string;
  readonly detailType: string;
  readonly detail: JsonObject;
}

/** The entries of a request that isn't validated yet. */
export function putEntriesOf({ Entries }: JsonObject): readonly PutEntry[] {
  return (Array.isArray(Entries) ? Entries.filter(isObject) : []).map((entry) => ({
    busName: busName(String(entry.EventBusName ?? 'default')),
    source: String(entry.Source),
    detailType: String(entry.DetailType),
    detail: parseDetail(String(entry.Detail)) ?? {},
  }));
}

function putEntry(bus: Bus, entry: JsonObject): EntryResult {
  const { Source: source, DetailType: detailType, Detail: text } = entry;
  if (typeof source !== 'string' || source === '') return missing('Source');
  if (typeof detailType !== 'string' || detailType === '') return missing('DetailType');
  if (typeof text !== 'string' || text === '') return missing('Detail');
  if (source.startsWith('aws.'))
    return { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized for the source.' };
  const detail = parseDetail(text);
  if (!detail) return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
  const { EventBusName: name, Resources: resources, Time: time } = entry;
  const event = {
    version: '0',
    id: randomUUID(),
    'detail-type': detailType,
    source,
    account: bus.options.accountId,
    time: eventTime(typeof time === 'number' ? time * 1_000 : bus.now),
    region: bus.options.region,
    resources: Array.isArray(resources) ? resources.map(String) : [],
    detail,
  } as const;
  bus.put(event, busName(typeof name === 'string' ? name : 'default'));
  return { EventId: event.id };
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html#eb-putevent-size */
function entrySize({ Source, DetailType, Detail, Resources, Time }: JsonObject): number {
  const texts = [Source, DetailType, Detail, ...(Array.isArray(Resources) ? Resources : [])];
  const bytes = texts.map((text) => (typeof text === 'string' ? Buffer.byteLength(text) : 0));
  return bytes.reduce((sum, length) => sum + length, Time === undefined ? 0 : 14);
}

function parseDetail(text: string): JsonObject | undefined {
  try {
    const detail: unknown = JSON.parse(text);
    return isObject(detail) ? detail : undefined;
  } catch {
    return undefined; // The caller answers MalformedDetail.
  }
}

const missing = (parameter: string): EntryResult => ({
  ErrorCode: 'InvalidArgument',
  ErrorMessage: `Parameter ${parameter} is not valid. Reason: ${parameter} is a required argument.`,
});

const invalidLength = (bound: string): AwsError =>
  new AwsError(
    'ValidationException',
    `1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length ${bound}`,
  );
