import { setTimeout as pause } from 'node:timers/promises';
import { handleRequest, NotProvided, type ProvidedResource, type ResourceRequest } from '../../lambda/custom-resource';
import { AnswerNotTaken } from '../../lambda/put-answer';
import { captureLines } from '../support/fake-service';

const lines = captureLines();
const REQUEST: ResourceRequest = {
  RequestType: 'Create',
  ResponseURL: 'https://example.com/answer',
  StackId: 'stack',
  RequestId: 'request',
  LogicalResourceId: 'Image',
  ResourceProperties: {},
};
const IDS = { StackId: 'stack', RequestId: 'request', LogicalResourceId: 'Image' };
const context = (ms = 60_000) => ({ getRemainingTimeInMillis: () => ms, logGroupName: 'logs', awsRequestId: 'id' });
const provided: ProvidedResource = { id: 'team/app@sha256:1', attributes: { DigestHex: '1' } };

/** @returns the answer, which is the only one */
async function answerTo(
  provide: (request: ResourceRequest, signal: AbortSignal) => Promise<ProvidedResource>,
  request: Partial<ResourceRequest> = {},
  ms?: number,
): Promise<Record<string, unknown>> {
  const answers: string[] = [];
  await handleRequest({ ...REQUEST, ...request }, context(ms), provide, async (_, body) => {
    answers.push(body);
  });
  expect(answers).toHaveLength(1);
  expect(Buffer.byteLength(answers[0] ?? '')).toBeLessThanOrEqual(4_096);
  return JSON.parse(answers[0] ?? '');
}

const fails = (error: unknown) => async () => {
  throw error;
};

test('what is provided in time is answered, and no timer is left', async () => {
  const [set, clear] = [jest.spyOn(globalThis, 'setTimeout'), jest.spyOn(globalThis, 'clearTimeout')];
  const provide = async () => {
    await pause(5);
    return provided;
  };
  expect(await answerTo(provide)).toEqual({
    Status: 'SUCCESS',
    ...IDS,
    PhysicalResourceId: 'team/app@sha256:1',
    Data: { DigestHex: '1' },
  });
  const timers = set.mock.results.map(({ value }) => value);
  expect(timers).toHaveLength(1);
  expect(clear.mock.calls).toEqual([timers]);
  jest.restoreAllMocks();
});

test('a deletion deletes nothing', async () => {
  const provide = jest.fn();
  const answer = await answerTo(provide, { RequestType: 'Delete', PhysicalResourceId: 'team/app@sha256:1' });
  expect(answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'team/app@sha256:1' });
  expect(provide).not.toHaveBeenCalled();
});

describe('a failure is answered', () => {
  test('with our sentence', async () => {
    expect(await answerTo(fails(new NotProvided('Push it.')))).toEqual({
      Status: 'FAILED',
      Reason: 'Push it.',
      ...IDS,
      PhysicalResourceId: 'Image-not-created',
    });
  });

  test('of an update with the physical id that it has: no other is to be deleted', async () => {
    const answer = await answerTo(fails(new NotProvided('no')), { RequestType: 'Update', PhysicalResourceId: 'old' });
    expect(answer.PhysicalResourceId).toBe('old');
  });

  test('of a kind that nobody expected, with where to look', async () => {
    const { Reason } = await answerTo(fails(new TypeError('x is not a function')));
    expect(Reason).toBe(
      'TypeError: x is not a function. Deploy again. If it fails again, deploy with --no-rollback: the log group logs, which a rollback deletes, has more under the request id.',
    );
    expect(lines.logs()).toEqual([
      expect.objectContaining({
        level: 'ERROR',
        message: 'the resource was not provided',
        error: 'TypeError: x is not a function',
        stack: expect.any(String),
      }),
    ]);
  });

  test('if something is thrown that is no error', async () => {
    expect((await answerTo(fails('text'))).Reason).toMatch(/^Error: text\. Deploy again/);
  });

  test('within what CloudFormation takes, whatever the message is', async () => {
    const { Reason } = await answerTo(fails(new NotProvided('"€'.repeat(5_000))));
    expect(Reason).toMatch(/^(?:"€){600,}"?…$/);
    const others = JSON.stringify({ Status: 'FAILED', Reason: '', ...IDS, PhysicalResourceId: 'Image-not-created' });
    const longest = 'x'.repeat(4_096 - others.length);
    expect((await answerTo(fails(new NotProvided(longest)))).Reason).toBe(longest);
  });

  test('before the function ends, if the work does not', async () => {
    const signals: AbortSignal[] = [];
    const never = (_: unknown, signal: AbortSignal) => {
      signals.push(signal);
      return new Promise<never>(() => {});
    };
    const { Status, Reason } = await answerTo(never, {}, 20_010);
    expect([Status, Reason]).toEqual(['FAILED', expect.stringContaining('the work was not done within 0 seconds')]);
    expect(signals[0]?.aborted).toBe(true);
  });

  test('once, although the work fails later', async () => {
    const late = (_: unknown, signal: AbortSignal) =>
      new Promise<never>((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
    expect((await answerTo(late, {}, 20_010)).Status).toBe('FAILED');
  });
});

test('an answer that CloudFormation never takes is an error, so that Lambda tries the request again', async () => {
  const attempts: string[] = [];
  const refuse = async (_: string, body: string) => {
    attempts.push(body);
    throw new AnswerNotTaken('no');
  };
  await expect(handleRequest(REQUEST, context(), async () => provided, refuse)).rejects.toThrow(AnswerNotTaken);
  expect(attempts).toHaveLength(1);
});
