import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Activity } from '../clock';
import type { Answers } from '../cloudformation/answers';
import type { LocalEcr } from '../ecr';
import { type Bus, eventsOperation, type PutEntry, serveEvents } from '../eventbridge';
import type { AccountCall } from './options';
import { Wire } from './wire';

export interface AccountServerOptions {
  readonly ecr: LocalEcr;
  readonly bus: Bus;
  /** To the requests of CloudFormation. */
  readonly answers: Answers;
  readonly activity: Activity;
  readonly log: (line: string) => void;
  /** The account's clock, in milliseconds since the epoch. */
  readonly now: () => number;
  /** Runs before each call takes effect. */
  readonly before: (call: AccountCall, wire: Wire, entries?: readonly PutEntry[]) => Promise<void>;
}

/** One port for all APIs of the account. */
export class AccountServer {
  readonly #server: Server;
  #port = 0;

  constructor(readonly options: AccountServerOptions) {
    this.#server = createServer((request, response) => this.#serve(request, response));
    this.#server.requestTimeout = 0; // Pushing many gigabytes takes long.
    this.#server.keepAliveTimeout = 60_000; // Longer than a function is idle, or its SDK would use closed connections.
  }

  /** Host and port, as in an image reference. */
  get host(): string {
    return `127.0.0.1:${this.#port}`;
  }

  /** @throws if the port is in use */
  async listen(port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (error: NodeJS.ErrnoException) =>
        reject(
          error.code === 'EADDRINUSE'
            ? new Error(`Port ${port} is in use. Choose another, or 0 for any free one.`, { cause: error })
            : error,
        ),
      );
      this.#server.listen(port, '127.0.0.1', resolve);
    });
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const { activity, log, now } = this.options;
    // The functions have the account's clock, and the SDK tries an error again if the server seems to have another.
    response.setHeader('date', new Date(now()).toUTCString());
    const name = `request ${request.method} ${request.headers['x-amz-target'] ?? request.url}`;
    response.once('close', activity.begin(name));
    activity.run(name, async () => {
      try {
        await this.#dispatch(request, response);
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        log(`${name}: ${message}`);
        // A client that was killed during its request is not a fault of the account.
        if (request.socket.destroyed) return;
        if (response.headersSent) response.destroy();
        else answerJson(response, 500, { message });
        throw error;
      }
    });
  }

  async #dispatch(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { answers, bus, ecr, before } = this.options;
    if (await answers.handle(request, response)) return;
    const wire = new Wire(request, response);
    const operation = eventsOperation(request);
    if (operation !== undefined) {
      const call = { service: 'events', operation } as const;
      await serveEvents(bus, operation, request, response, (entries) => before(call, wire, entries));
      return;
    }
    const isEcr = await ecr.handle(request, response, `http://${this.host}`, (call, service) =>
      before({ service, ...call }, wire),
    );
    if (isEcr) return;
    const asked = `${request.method} ${request.headers['x-amz-target'] ?? request.url}`;
    const message = `the local account doesn't serve ${asked}; it serves ECR (AWS API and /v2/) and EventBridge PutEvents`;
    answerJson(response, 404, { message });
  }
}

function answerJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}
