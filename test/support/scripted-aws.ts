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
      const { status = 200, json = {}, body: raw = JSON.stringify(json) } = this.answers.shift() ?? { status: 500 };
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(raw);
    });
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get operations(): readonly string[] {
    return this.received.map(({ operation }) => operation);
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
