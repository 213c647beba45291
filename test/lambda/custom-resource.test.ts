import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import {
  AnswerNotTaken,
  handleRequest,
  NotProvided,
  type ProvidedResource,
  type ResourceRequest,
} from '../../lambda/custom-resource';
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

test('what is provided is answered', async () => {
  expect(await answerTo(async () => provided)).toEqual({
    Status: 'SUCCESS',
    ...IDS,
    PhysicalResourceId: 'team/app@sha256:1',
    Data: { DigestHex: '1' },
  });
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
      'TypeError: x is not a function. Deploy again. If it fails again, the log group logs has more, under the request id.',
    );
    expect(lines.logs()).toEqual([expect.objectContaining({ level: 'ERROR', stack: expect.any(String) })]);
  });

  test('within what CloudFormation takes, whatever the message is', async () => {
    const { Reason } = await answerTo(fails(new NotProvided('"€'.repeat(5_000))));
    expect(Reason).toMatch(/^"€.*…$/);
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

describe('the answer', () => {
  let server: Server;
  let statuses: number[] = [];
  const received: { method?: string | undefined; type?: string | undefined; body: string }[] = [];
  beforeAll(async () => {
    server = createServer(async (request, response) => {
      received.push({
        method: request.method,
        type: request.headers['content-type'],
        body: await text(request),
      });
      response.writeHead(statuses.shift() ?? 200).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  beforeEach(() => {
    received.length = 0;
  });
  afterAll(() => server.close());
  const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/answer`;
  const send = () => handleRequest({ ...REQUEST, ResponseURL: url() }, context(), async () => provided);

  test('is a PUT without a content type, which the URL is not signed for', async () => {
    statuses = [];
    await send();
    expect(received).toEqual([{ method: 'PUT', type: undefined, body: expect.stringContaining('"SUCCESS"') }]);
  });

  test('is sent again if it was not taken', async () => {
    statuses = [503];
    await send();
    expect(received).toHaveLength(2);
  });

  test('that CloudFormation never takes is an error, so that Lambda tries the request again', async () => {
    const attempts: string[] = [];
    const refuse = async (_: string, body: string) => {
      attempts.push(body);
      throw new AnswerNotTaken('no');
    };
    await expect(handleRequest(REQUEST, context(), async () => provided, refuse)).rejects.toThrow(AnswerNotTaken);
    expect(attempts).toHaveLength(1);
  });
});
