import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

interface Received {
  /** The API operation, or method and path of any other request. */
  readonly operation: string;
  readonly input: Record<string, unknown>;
}

export interface Answer {
  /** @default 200 */
  readonly status?: number;
  readonly json?: object;
  /** Instead of JSON. */
  readonly body?: string;
  /** The request is received, and that is all. */
  readonly hangs?: boolean;
  /** The connection ends after the body, before the answer does. */
  readonly breaksOff?: boolean;
}

export const errorAnswer = (type: string, message = 'because'): Answer => ({
  status: 400,
  json: { __type: type, message },
});

/** An AWS endpoint that gives prepared answers, one after the other, so that a test sees each request as the SDK sends it. */
export class ScriptedAws {
  readonly received: Received[] = [];
  /** Used up in order; without one, it answers 500. */
  answers: Answer[] = [];
  readonly #server: Server;

  /** Call it where tests are declared: one endpoint answers them all, and each begins with no answers and nothing received. */
  static forTests(): ScriptedAws {
    const aws = new ScriptedAws();
    beforeAll(() => once(aws.#server.listen(0, '127.0.0.1'), 'listening'));
    beforeEach(() => {
      aws.received.length = 0;
      aws.answers = [];
    });
    afterAll(() => {
      aws.#server.close();
      aws.#server.closeAllConnections();
    });
    return aws;
  }

  private constructor() {
    this.#server = createServer(async (request, response) => {
      const body = await text(request);
      const [, operation = `${request.method} ${request.url}`] =
        request.headers['x-amz-target']?.toString().split('.') ?? [];
      this.received.push({ operation, input: body ? JSON.parse(body) : {} });
      const answer = this.answers.shift() ?? { status: 500 };
      const { status = 200, json = {}, body: raw = JSON.stringify(json) } = answer;
      if (answer.hangs) return;
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
      if (answer.breaksOff) response.write(raw, () => response.destroy());
      else response.end(raw);
    });
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** For a client of the AWS SDK that tries each call once. */
  get clientOptions() {
    const credentials = { accessKeyId: 'x', secretAccessKey: 'x' };
    return { endpoint: this.endpoint, region: 'eu-north-1', maxAttempts: 1, credentials };
  }

  get operations(): readonly string[] {
    return this.received.map(({ operation }) => operation);
  }

  /** Resolves when so many requests have come. */
  async requests(count: number): Promise<void> {
    while (this.received.length < count) await new Promise(setImmediate);
  }
}
