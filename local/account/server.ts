import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Activity } from '../clock';
import type { EcrCall, LocalEcr } from '../ecr';
import { type Bus, eventsOperation, type PutEntry, serveEvents } from '../eventbridge';
import type { AccountCall } from './options';
import { Wire } from './wire';

export interface Serving {
  readonly ecr: LocalEcr;
  readonly bus: Bus;
  readonly activity: Activity;
  readonly log: (line: string) => void;
  /** Runs before each call takes effect. */
  readonly received: (call: AccountCall, wire: Wire, entries?: readonly PutEntry[]) => Promise<void>;
}

/** One port for all APIs of the account. */
export class AccountServer {
  readonly #server: Server;
  readonly #serving: Serving;
  #port = 0;

  constructor(serving: Serving) {
    this.#serving = serving;
    this.#server = createServer((request, response) => this.#serve(request, response));
    this.#server.requestTimeout = 0; // A push of many gigabytes takes as long as it takes.
    this.#server.keepAliveTimeout = 60_000; // Longer than a function is idle, or its SDK would meet closed connections.
  }

  /** Host and port, as they stand in an image reference. */
  get host(): string {
    return `127.0.0.1:${this.#port}`;
  }

  async listen(port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
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
    const { activity, log } = this.#serving;
    const what = `${request.method} ${request.headers['x-amz-target'] ?? request.url}`;
    response.once('close', activity.begin(`request ${what}`));
    activity.run(`request ${what}`, async () => {
      try {
        await this.#dispatch(request, response, what);
      } catch (error) {
        const text = error instanceof Error ? error.message : String(error);
        log(`request ${what}: ${text}`);
        // A client that was killed in the middle of its request is no fault of the account.
        if (request.socket.destroyed) return;
        if (response.headersSent) response.destroy();
        else response.writeHead(500, { 'Content-Type': 'application/json' }).end(JSON.stringify({ message: text }));
        throw error;
      }
    });
  }

  async #dispatch(request: IncomingMessage, response: ServerResponse, what: string): Promise<void> {
    const { bus, ecr, received } = this.#serving;
    const operation = eventsOperation(request);
    const wire = new Wire(request, response);
    if (operation !== undefined) {
      await serveEvents(bus, operation, request, response, (entries) =>
        received({ service: 'events', operation }, wire, entries),
      );
      return;
    }
    // ECR has just put the call on one of its two lists.
    const serviceOf = (call: EcrCall) => (ecr.calls.at(-1) === call ? 'ecr' : 'registry');
    const before = (call: EcrCall) => received({ service: serviceOf(call), ...call }, wire);
    if (await ecr.handle(request, response, `http://${this.host}`, before)) return;
    const message = `the local account has no ${what}: it serves ECR (JSON API and /v2/) and EventBridge PutEvents`;
    response.writeHead(404, { 'Content-Type': 'application/json' }).end(JSON.stringify({ message }));
  }
}
