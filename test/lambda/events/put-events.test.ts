import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { type OwnEvent, putEvents } from '../../../lambda/events/put-events';
import { ScriptedAws } from '../../support/scripted-aws';

const aws = ScriptedAws.forTests();
let client: EventBridgeClient;
beforeAll(() => {
  client = new EventBridgeClient(aws.clientOptions);
});

const event = (n: number): OwnEvent => ({ detailType: 'Image Repair Requested', detail: { n } });
const taken = (count: number) => ({
  json: { FailedEntryCount: 0, Entries: Array.from({ length: count }, (_, n) => ({ EventId: `${n}` })) },
});

test('puts each event on the bus, as this service', async () => {
  aws.answers = [taken(1)];
  await putEvents(client, 'my-bus', [event(1)]);
  expect(aws.received).toEqual([
    {
      operation: 'PutEvents',
      input: {
        Entries: [
          {
            EventBusName: 'my-bus',
            Source: 'ecr-oci-remediation',
            DetailType: 'Image Repair Requested',
            Detail: '{"n":1}',
          },
        ],
      },
    },
  ]);
});

test('puts at most ten in a call, in order, all of them', async () => {
  aws.answers = [taken(10), taken(10), taken(1)];
  await putEvents(
    client,
    'default',
    Array.from({ length: 21 }, (_, n) => event(n)),
  );
  const calls = aws.received.map(({ input }) => input.Entries as { readonly Detail: string }[]);
  expect(calls.map((entries) => entries.length)).toEqual([10, 10, 1]);
  expect(calls.flat().map(({ Detail }) => JSON.parse(Detail).n)).toEqual(Array.from({ length: 21 }, (_, n) => n));
});

test('no events, no call', async () => {
  await putEvents(client, 'default', []);
  expect(aws.received).toEqual([]);
});

const THROTTLED = { ErrorCode: 'ThrottlingException', ErrorMessage: 'slow down' };
const entriesOf = (call: number) =>
  ((aws.received[call]?.input.Entries ?? []) as { readonly Detail: string }[]).map(
    ({ Detail }) => JSON.parse(Detail).n,
  );

describe('entries that the bus does not take', () => {
  test('are put once more, alone', async () => {
    aws.answers = [
      { json: { FailedEntryCount: 1, Entries: [{ EventId: '1' }, THROTTLED, { EventId: '3' }] } },
      taken(1),
    ];
    await putEvents(client, 'my-bus', [event(1), event(2), event(3)]);
    expect([entriesOf(0), entriesOf(1)]).toEqual([[1, 2, 3], [2]]);
  });

  test('are an error that says why, if they fail again', async () => {
    const failed = { json: { FailedEntryCount: 1, Entries: [THROTTLED] } };
    aws.answers = [{ json: { FailedEntryCount: 1, Entries: [{ EventId: '1' }, THROTTLED] } }, failed];
    await expect(putEvents(client, 'my-bus', [event(1), event(2)])).rejects.toThrow(
      'the bus my-bus did not take 1 events: ThrottlingException slow down',
    );
    expect(aws.received).toHaveLength(2);
  });

  test('without a word which ones, are all put again', async () => {
    aws.answers = [{ json: { FailedEntryCount: 2 } }, taken(2)];
    await putEvents(client, 'default', [event(1), event(2)]);
    expect([entriesOf(0), entriesOf(1)]).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });

  test('without a word which ones are an error that says how many, if they fail again', async () => {
    aws.answers = Array(2).fill({ json: { FailedEntryCount: 2 } });
    await expect(putEvents(client, 'default', [event(1), event(2)])).rejects.toThrow(
      'the bus default did not take 2 events: 2 failed',
    );
  });

  test('keep later events back, so that the order holds when the message is retried', async () => {
    const failed = { json: { FailedEntryCount: 1, Entries: [{ ErrorCode: 'InternalFailure' }] } };
    aws.answers = [failed, failed];
    const events = Array.from({ length: 11 }, (_, n) => event(n));
    await expect(putEvents(client, 'default', events)).rejects.toThrow('InternalFailure');
    expect(aws.received).toHaveLength(2);
  });
});

test('the signal ends the call', async () => {
  const abort = new AbortController();
  aws.answers = [{ hangs: true }];
  const failed = expect(putEvents(client, 'default', [event(1)], abort.signal)).rejects.toThrow('aborted');
  await aws.requests(1);
  abort.abort();
  await failed;
});
