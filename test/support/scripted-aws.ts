import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { ECRClient } from '@aws-sdk/client-ecr';

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
  /** Never answers. */
  readonly hangs?: boolean;
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
  readonly #waiting: (() => void)[] = [];

  static async start(): Promise<ScriptedAws> {
    const started = new ScriptedAws();
    await once(started.#server.listen(0, '127.0.0.1'), 'listening');
    return started;
  }

  private constructor() {
    this.#server = createServer(async (request, response) => {
      const body = await text(request);
      const [, operation = `${request.method} ${request.url}`] =
        request.headers['x-amz-target']?.toString().split('.') ?? [];
      this.received.push({ operation, input: body ? JSON.parse(body) : {} });
      const answer = this.answers.shift() ?? { status: 500 };
      const { status = 200, json = {}, body: raw = JSON.stringify(json) } = answer;
      for (const wake of this.#waiting.splice(0)) wake();
      if (answer.hangs) return;
      response.writeHead(status, {
        'content-type': 'application/x-amz-json-1.1',
        'content-length': Buffer.byteLength(raw),
      });
      response.end(raw);
    });
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** A client that asks it, each call once. */
  ecrClient(): ECRClient {
    const credentials = { accessKeyId: 'x', secretAccessKey: 'x' };
    return new ECRClient({ endpoint: this.endpoint, region: 'eu-north-1', maxAttempts: 1, credentials });
  }

  get operations(): readonly string[] {
    return this.received.map(({ operation }) => operation);
  }

  /** Resolves when the next request has come. */
  next(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Resolves when so many requests have come. */
  async answered(count: number): Promise<void> {
    while (this.received.length < count) await this.next();
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
