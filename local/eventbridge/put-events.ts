import { randomUUID } from 'node:crypto';
import { isObject, type JsonObject } from '../aws/json';
import { busName } from '../cloudformation/rules';
import { type Bus, eventTime } from './bus';

/** An answer of the API: the JSON and its HTTP status. */
export interface ApiAnswer {
  readonly status: 200 | 400 | 500;
  readonly body: JsonObject;
}

type ResultEntry = { readonly EventId: string } | { readonly ErrorCode: string; readonly ErrorMessage: string };

/** 1 MB since 2026-01-29: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html */
const LARGEST_REQUEST = 1_048_576;
const MOST_ENTRIES = 10;

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
export function putEvents(bus: Bus, request: unknown): ApiAnswer {
  const entries = isObject(request) ? request.Entries : undefined;
  if (!Array.isArray(entries) || entries.length < 1 || entries.length > MOST_ENTRIES) {
    const bound =
      Array.isArray(entries) && entries.length > 0
        ? `less than or equal to ${MOST_ENTRIES}`
        : 'greater than or equal to 1';
    return invalid(
      `1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length ${bound}`,
    );
  }
  const given = entries.map((entry: unknown) => (isObject(entry) ? entry : {}));
  const size = given.reduce((sum, entry) => sum + entrySize(entry), 0);
  if (size > LARGEST_REQUEST) return invalid('Total size of the entries in the request is over the limit.');
  const results = given.map((entry) => putEntry(bus, entry));
  const failed = results.filter((result) => 'ErrorCode' in result).length;
  return { status: 200, body: { FailedEntryCount: failed, Entries: results } };
}

/** What one entry of a request asks for, as far as permissions and faults depend on it. */
export interface PutEntry {
  readonly busName: string;
  readonly source: string;
  readonly detailType: string;
  readonly detail: JsonObject;
}

/** The entries of a request that is not checked yet; what is no entry of a request is left out. */
export function entriesOf(text: string): readonly PutEntry[] {
  const request = parseDetail(text);
  const entries: unknown = request?.Entries;
  return (Array.isArray(entries) ? entries.filter(isObject) : []).map((entry) => ({
    busName: busName(String(entry.EventBusName ?? 'default')),
    source: String(entry.Source),
    detailType: String(entry.DetailType),
    detail: parseDetail(String(entry.Detail)) ?? {},
  }));
}

function putEntry(bus: Bus, entry: JsonObject): ResultEntry {
  const { Source: source, DetailType: detailType, Detail: text } = entry;
  if (typeof source !== 'string' || source === '') return missing('Source');
  if (typeof detailType !== 'string' || detailType === '') return missing('DetailType');
  if (typeof text !== 'string' || text === '') return missing('Detail');
  if (source.startsWith('aws.')) {
    return { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized for the source.' };
  }
  const detail = parseDetail(text);
  if (!detail) return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
  const name = busName(typeof entry.EventBusName === 'string' ? entry.EventBusName : 'default');
  const id = randomUUID();
  if (!bus.has(name)) {
    bus.drop(name);
    return { EventId: id };
  }
  const { Resources: resources, Time: time } = entry;
  bus.put(
    {
      version: '0',
      id,
      'detail-type': detailType,
      source,
      account: bus.accountId,
      time: eventTime(typeof time === 'number' ? time * 1_000 : bus.now),
      region: bus.region,
      resources: Array.isArray(resources) ? resources.map(String) : [],
      detail,
    },
    name,
  );
  return { EventId: id };
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

const missing = (parameter: string): ResultEntry => ({
  ErrorCode: 'InvalidArgument',
  ErrorMessage: `Parameter ${parameter} is not valid. Reason: ${parameter} is a required argument.`,
});

const invalid = (message: string): ApiAnswer => ({ status: 400, body: { __type: 'ValidationException', message } });
