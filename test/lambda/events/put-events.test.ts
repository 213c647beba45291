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

test('an entry that the bus did not take is an error that says why', async () => {
  const failed = { ErrorCode: 'ThrottlingException', ErrorMessage: 'slow down' };
  aws.answers = [{ json: { FailedEntryCount: 1, Entries: [{ EventId: '1' }, failed] } }];
  await expect(putEvents(client, 'my-bus', [event(1), event(2)])).rejects.toThrow(
    'the bus my-bus did not take 1 events: ThrottlingException slow down',
  );
});

test.each([
  ['a count without entries', { FailedEntryCount: 2 }],
  ['an entry without a count', { Entries: [{ ErrorCode: 'InternalFailure', ErrorMessage: 'broken' }] }],
])('%s is an error too', async (_, json) => {
  aws.answers = [{ json }];
  await expect(putEvents(client, 'default', [event(1)])).rejects.toThrow('did not take');
});

test('later events are not put after a failure, so that the order holds when the message is retried', async () => {
  aws.answers = [{ json: { FailedEntryCount: 1, Entries: [{ ErrorCode: 'InternalFailure' }] } }];
  const events = Array.from({ length: 11 }, (_, n) => event(n));
  await expect(putEvents(client, 'default', events)).rejects.toThrow();
  expect(aws.received).toHaveLength(1);
});
