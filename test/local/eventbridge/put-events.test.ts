import { LOCAL_ACCOUNT } from '../../../local/aws/account-region';
import type { JsonObject } from '../../../local/aws/json';
import { Bus } from '../../../local/eventbridge';
import { putEvents } from '../../../local/eventbridge/put-events';

const start = () => {
  const now = () => Date.UTC(2026, 10, 21, 12, 0, 0, 999);
  return new Bus({
    ...LOCAL_ACCOUNT,
    rules: [],
    busNames: ['default', 'orders'],
    queues: new Map(),
    now,
    log: () => {},
  });
};
const entry = (more: object = {}) => ({ Source: 'probe', DetailType: 'Probe', Detail: '{"a":1}', ...more });

test('an entry becomes an event of this account', () => {
  const bus = start();
  const output = putEvents(bus, {
    Entries: [entry(), entry({ Time: 1_700_000_000, Resources: ['r'], EventBusName: 'orders' })],
  });
  expect(output).toEqual({ FailedEntryCount: 0, Entries: bus.events.map(({ id }) => ({ EventId: id })) });
  expect(bus.events).toEqual([
    {
      version: '0',
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      'detail-type': 'Probe',
      source: 'probe',
      account: '123456789012',
      time: '2026-11-21T12:00:00Z',
      region: 'eu-north-1',
      resources: [],
      detail: { a: 1 },
    },
    expect.objectContaining({ time: '2023-11-14T22:13:20Z', resources: ['r'] }),
  ]);
});

test.each<readonly [string, object, string, string]>([
  [
    'no source',
    { Source: undefined },
    'InvalidArgument',
    'Parameter Source is not valid. Reason: Source is a required argument.',
  ],
  ['no detail type', { DetailType: '' }, 'InvalidArgument', 'DetailType is a required argument'],
  ['no detail', { Detail: undefined }, 'InvalidArgument', 'Detail is a required argument'],
  ['detail that is not JSON', { Detail: '{' }, 'MalformedDetail', 'Detail is malformed.'],
  ['detail that is not an object', { Detail: '[1]' }, 'MalformedDetail', 'Detail is malformed.'],
  ['a source of AWS', { Source: 'aws.ecr' }, 'NotAuthorizedForSourceException', 'Not authorized for the source.'],
])('%s fails that entry alone', (_, broken, ErrorCode, message) => {
  const bus = start();
  expect(putEvents(bus, { Entries: [entry(), entry(broken)] })).toEqual({
    FailedEntryCount: 1,
    Entries: [{ EventId: expect.any(String) }, { ErrorCode, ErrorMessage: expect.stringContaining(message) }],
  });
  expect(bus.events).toHaveLength(1);
});

test('an event for a bus that does not exist is dropped with success, as in AWS', () => {
  const bus = start();
  expect(putEvents(bus, { Entries: [entry({ EventBusName: 'missing' })] }).FailedEntryCount).toBe(0);
  expect(bus.events).toEqual([]);
});

test('a bus may be named by its ARN', () => {
  const EventBusName = 'arn:aws:events:eu-north-1:123456789012:event-bus/orders';
  expect(putEvents(start(), { Entries: [entry({ EventBusName })] }).FailedEntryCount).toBe(0);
});

const ofSize = (bytes: number) => entry({ Detail: JSON.stringify({ a: 'x'.repeat(bytes - 8 - 'probeProbe'.length) }) });

test.each<readonly [string, JsonObject, string]>([
  ['no entries', {}, 'greater than or equal to 1'],
  ['an empty list', { Entries: [] }, 'greater than or equal to 1'],
  ['eleven entries', { Entries: Array.from({ length: 11 }, () => entry()) }, 'less than or equal to 10'],
  [
    'more than 1 MB in all',
    { Entries: [ofSize(600_000), ofSize(448_577)] },
    'Total size of the entries in the request is over the limit',
  ],
])('%s fails the request', (_, request, message) => {
  const bus = start();
  expect(() => putEvents(bus, request)).toThrow(
    expect.objectContaining({ code: 'ValidationException', message: expect.stringContaining(message) }),
  );
  expect(bus.events).toEqual([]);
});

test('1 MB exactly is taken', () => {
  const bus = start();
  putEvents(bus, { Entries: [ofSize(600_000), ofSize(448_576)] });
  expect(bus.events).toHaveLength(2);
});
