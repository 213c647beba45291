import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { putAnswer } from '../../lambda/put-answer';

let server: Server;
let statuses: number[] = [];
const received: { method?: string | undefined; type?: string | undefined; body: string }[] = [];
const waits: number[] = [];
beforeAll(async () => {
  server = createServer(async (request, response) => {
    received.push({ method: request.method, type: request.headers['content-type'], body: await text(request) });
    response.writeHead(statuses.shift() ?? 200).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
beforeEach(() => {
  received.length = 0;
  waits.length = 0;
});
afterAll(() => server.close());

const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/answer`;
const put = (to = url()) =>
  putAnswer(to, 'an answer', async (ms) => {
    waits.push(ms);
  });

test('an answer is a PUT without a content type, which the URL is not signed for', async () => {
  await put();
  expect(received).toEqual([{ method: 'PUT', type: undefined, body: 'an answer' }]);
  expect(waits).toEqual([]);
});

test('it is sent again until it is taken', async () => {
  statuses = [503, 500];
  await put();
  expect(received).toHaveLength(3);
  expect(waits).toEqual([500, 1_000]);
});

test('it is an error if it is never taken', async () => {
  statuses = [503, 403, 503, 500];
  await expect(put()).rejects.toMatchObject({
    name: 'AnswerNotTaken',
    message: 'CloudFormation took no answer: HTTP 503, HTTP 403, HTTP 503, HTTP 500',
  });
  expect(waits).toEqual([500, 1_000, 2_000]);
});

test('it is an error if nobody is there', async () => {
  await expect(put('http://127.0.0.1:1/answer')).rejects.toThrow('TypeError: fetch failed, TypeError: fetch failed');
});
