import { Activity, RealClock, SkippingClock, settle } from '../../../local/clock';
import type { MappingView } from '../../../local/cloudformation';
import type { InvocationResult } from '../../../local/lambda';
import { Poller } from '../../../local/lambda';
import { Queue } from '../../../local/sqs';

interface Event {
  readonly Records: readonly {
    readonly messageId: string;
    readonly body: string;
    readonly attributes: Record<string, string>;
  }[];
}

const MAPPING: MappingView = {
  logicalId: 'M',
  queueArn: 'arn:aws:sqs:eu-north-1:1:q',
  functionName: 'f',
  enabled: true,
  batchSize: 10,
  maximumConcurrency: 2,
  reportBatchItemFailures: true,
};
const DONE: InvocationResult = { kind: 'response', response: null };

function start(
  handle: (event: Event) => InvocationResult | Promise<InvocationResult>,
  mapping: Partial<MappingView> = {},
  clock = new SkippingClock() as RealClock,
) {
  const activity = new Activity();
  const lines: string[] = [];
  const batches: Event[] = [];
  const options = {
    arn: MAPPING.queueArn,
    visibilityTimeoutSeconds: 60,
    retentionSeconds: 345_600,
    clock,
  };
  const dead = new Queue({ ...options, logicalId: 'dead', arn: 'dead' });
  const queue = new Queue({ ...options, logicalId: 'q' });
  queue.redriveTo(dead, 3);
  let running = 0;
  const peak = { concurrency: 0 };
  const invoke = async (event: unknown) => {
    batches.push(event as Event);
    running += 1;
    peak.concurrency = Math.max(peak.concurrency, running);
    try {
      return await handle(event as Event);
    } finally {
      running -= 1;
    }
  };
  const log = (line: string) => lines.push(line);
  const poller = new Poller({ mapping: { ...MAPPING, ...mapping }, queue, invoke, clock, activity, log });
  const bodies = () => batches.map(({ Records }) => Records.map(({ body }) => body));
  return {
    clock,
    activity,
    queue,
    dead,
    poller,
    lines,
    batches,
    bodies,
    peak,
    settled: () => settle(activity, clock, 5_000),
  };
}

const turn = () => new Promise<InvocationResult>((resolve) => setImmediate(() => resolve(DONE)));

test('messages that were sent together travel together, up to the batch size', async () => {
  const { queue, bodies, settled } = start(turn, { batchSize: 2 });
  for (const body of ['1', '2', '3']) queue.send(body);
  await settled();
  expect(bodies()).toEqual([['1', '2'], ['3']]);
  expect(queue.messages).toEqual([]);
});

test('the record is as in Lambda', async () => {
  const { queue, batches, settled, clock } = start(() => DONE);
  const { id, sentAt } = queue.send('body', { A: 'b' });
  await settled();
  expect(batches[0]?.Records[0]).toEqual({
    messageId: id,
    receiptHandle: expect.any(String),
    body: 'body',
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: String(sentAt),
      SenderId: expect.any(String),
      ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d+$/),
    },
    messageAttributes: { A: { stringValue: 'b', stringListValues: [], binaryListValues: [], dataType: 'String' } },
    md5OfBody: '841a2d689ad86bd1611447453c22c6fc',
    eventSource: 'aws:sqs',
    eventSourceARN: MAPPING.queueArn,
    awsRegion: 'eu-north-1',
  });
  expect(clock.timers).toEqual([]);
});

test('with the real clock, settling waits for the visibility timeout, and says so', async () => {
  const failure = { kind: 'error', errorType: 'Error', errorMessage: 'no' } as const;
  const { queue, activity, clock, poller } = start(() => failure, {}, new RealClock());
  queue.send('a');
  await activity.whenIdle();
  await expect(settle(activity, clock, 5)).rejects.toThrow(
    /still to do:\n- q: 1 messages wait for their visibility timeout \(in [56]\d\.\d s\)$/,
  );
  poller.stop();
});

test('no more batches at a time than the mapping allows', async () => {
  const { queue, peak, bodies, settled } = start(turn, { batchSize: 1 });
  for (let n = 0; n < 9; n++) queue.send(String(n));
  await settled();
  expect(bodies()).toHaveLength(9);
  expect(peak.concurrency).toBe(2);
});

test('only the reported messages come back, after their visibility timeout', async () => {
  const { queue, batches, bodies, clock, settled } = start(({ Records }) => {
    const failed = Records.filter(({ body, attributes }) => body === 'b' && attributes.ApproximateReceiveCount === '1');
    const batchItemFailures = failed.map(({ messageId }) => ({ itemIdentifier: messageId }));
    return { kind: 'response', response: { batchItemFailures } };
  });
  const before = clock.now();
  for (const body of ['a', 'b', 'c']) queue.send(body);
  await settled();
  expect(bodies()).toEqual([['a', 'b', 'c'], ['b']]);
  expect(batches[1]?.Records[0]?.attributes.ApproximateReceiveCount).toBe('2');
  expect(clock.now() - before).toBeGreaterThanOrEqual(60_000);
});

test.each<readonly [string, InvocationResult]>([
  ['an error', { kind: 'error', errorType: 'Error', errorMessage: 'no' }],
  ['a malformed response', { kind: 'response', response: { batchItemFailures: [{}] } }],
])('%s returns the whole batch; after three receives it is dead', async (_, result) => {
  const { queue, dead, bodies, lines, settled } = start(() => result);
  queue.send('a');
  queue.send('b');
  await settled();
  expect(bodies()).toEqual([
    ['a', 'b'],
    ['a', 'b'],
    ['a', 'b'],
  ]);
  expect(queue.messages).toEqual([]);
  expect(dead.messages.map(({ body, receiveCount }) => [body, receiveCount])).toEqual([
    ['a', 3],
    ['b', 3],
  ]);
  expect(lines.filter((line) => line.startsWith('q: a batch of 2 failed and stays in the queue'))).toHaveLength(3);
});

test('without ReportBatchItemFailures any response is a success', async () => {
  const response = { batchItemFailures: [{ itemIdentifier: 'x' }] };
  const { queue, bodies, settled } = start(() => ({ kind: 'response', response }), { reportBatchItemFailures: false });
  queue.send('a');
  await settled();
  expect(bodies()).toEqual([['a']]);
  expect(queue.messages).toEqual([]);
});

test('at full concurrency nothing polls until a batch ends', async () => {
  let release: (() => void) | undefined;
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const { queue, bodies, clock, activity, settled } = start(
    async () => {
      await gate;
      return DONE;
    },
    { batchSize: 1 },
  );
  for (const body of ['1', '2', '3']) queue.send(body);
  await new Promise((resolve) => setImmediate(resolve));
  expect(activity.running).toEqual(['invocation with 1 messages of q', 'invocation with 1 messages of q']);
  expect(clock.timers).toEqual([]);
  release?.();
  await settled();
  expect(bodies()).toEqual([['1'], ['2'], ['3']]);
});

test('an invocation longer than the visibility timeout is delivered again', async () => {
  const { queue, bodies, clock, lines, settled } = start(async () => {
    if (bodies().length === 1) {
      clock.schedule(clock.now() + 60_000, () => {}, 'a long invocation');
      await clock.advance();
    }
    return DONE;
  });
  queue.send('slow');
  await settled();
  expect(bodies()).toEqual([['slow'], ['slow']]);
  expect(lines).toEqual([expect.stringContaining('was done after its visibility timeout and is delivered again')]);
});

test('a broken host is a fault of the account, not of the message', async () => {
  const { queue, poller, settled } = start(() => {
    throw new Error('no process');
  });
  queue.send('a');
  await expect(settled()).rejects.toThrow('invocation with 1 messages of q: no process');
  poller.stop();
});

test('a stopped poller leaves nothing running', async () => {
  const { queue, poller, activity, bodies, settled } = start(turn);
  queue.send('a');
  poller.stop();
  expect(activity.idle).toBe(true);
  queue.send('b');
  await settled();
  expect(bodies()).toEqual([]);
  expect(queue.messages).toHaveLength(2);
});
