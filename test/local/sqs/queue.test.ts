import { SkippingClock } from '../../../local/clock';
import { Queue } from '../../../local/sqs';

const DAY = 86_400;

function start(options: Partial<Queue['options']> = {}) {
  const clock = new SkippingClock();
  const defaults = { visibilityTimeoutSeconds: 30, retentionSeconds: 4 * DAY, clock };
  const create = (logicalId: string, more = {}) =>
    new Queue({ ...defaults, logicalId, arn: `arn:aws:sqs:r:1:${logicalId}`, ...more });
  const later = async (seconds: number) => {
    clock.schedule(clock.now() + seconds * 1_000, () => {}, 'test');
    await clock.advance();
  };
  return { clock, later, create, queue: create('q', options) };
}

test('a received message is hidden, then seen again', async () => {
  const { queue, later, clock } = start();
  const sent = queue.send('body', { A: 'b' });
  const [first] = queue.receive();
  expect(first).toMatchObject({ id: sent.id, body: 'body', attributes: { A: 'b' }, receiveCount: 1 });
  expect(first?.md5OfBody).toBe('841a2d689ad86bd1611447453c22c6fc');
  expect(queue.receive()).toEqual([]);
  expect(queue.visible).toBe(0);
  expect(queue.nextVisibleAt).toBeGreaterThan(clock.now() + 29_000);
  await later(30);
  const [second] = queue.receive();
  expect(second).toMatchObject({ id: sent.id, receiveCount: 2, firstReceivedAt: first?.firstReceivedAt });
  expect(second?.receiptHandle).not.toBe(first?.receiptHandle);
});

test('only the last receipt handle deletes', async () => {
  const { queue, later } = start();
  queue.send('body');
  const [first] = queue.receive();
  await later(30);
  const [second] = queue.receive();
  expect(queue.delete(first?.receiptHandle ?? '')).toBe(false);
  expect(queue.messages).toHaveLength(1);
  expect(queue.delete(second?.receiptHandle ?? '')).toBe(true);
  expect(queue.messages).toEqual([]);
});

test('a receive gets at most as many as requested, in order of arrival', () => {
  const { queue } = start();
  for (const body of ['1', '2', '3']) queue.send(body);
  expect(queue.receive(2).map(({ body }) => body)).toEqual(['1', '2']);
  expect(queue.receive(2).map(({ body }) => body)).toEqual(['3']);
});

test('a message past its retention is gone', async () => {
  const { queue, later } = start();
  queue.send('old');
  await later(2 * DAY);
  queue.send('new');
  await later(2 * DAY);
  expect(queue.messages.map(({ body }) => body)).toEqual(['new']);
});

test('after maxReceiveCount receives it is a dead letter, and can be sent back as a new message', async () => {
  const { queue, later, create } = start();
  const dead = create('dead');
  queue.redriveTo(dead, 2);
  const sent = queue.send('poison', { A: 'b' });
  for (const _ of [1, 2]) {
    expect(queue.receive()).toHaveLength(1);
    await later(30);
  }
  expect(dead.messages).toEqual([]);
  expect(queue.receive()).toEqual([]);
  expect(queue.messages).toEqual([]);
  expect(dead.messages).toEqual([
    expect.objectContaining({ id: sent.id, sentAt: sent.sentAt, receiveCount: 2, deadLetterSource: queue.arn }),
  ]);

  expect(dead.redrive(new Map([[queue.arn, queue]]))).toBe(1);
  expect(dead.messages).toEqual([]);
  expect(queue.messages).toEqual([
    expect.objectContaining({ body: 'poison', attributes: { A: 'b' }, receiveCount: 0 }),
  ]);
  expect(queue.messages[0]?.id).not.toBe(sent.id);
});

test('a message that was sent to the dead-letter queue itself has nowhere to go back to', () => {
  const { queue } = start();
  queue.send('by hand');
  expect(queue.redrive(new Map([[queue.arn, queue]]))).toBe(0);
  expect(queue.messages).toHaveLength(1);
});
