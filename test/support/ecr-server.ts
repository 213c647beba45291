import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EcrCall, type EcrOptions, type EventBridgeEvent, LOCAL_ACCOUNT, LocalEcr } from '../../local';
import { RegistryClient } from '../../local/images/registry-client';

/** The local ECR over HTTP, without the rest of the account. */
export class EcrServer {
  /** Runs before each call; may throw an AwsError, or push in the meantime. */
  before: (call: EcrCall) => void | Promise<void> = () => {};
  readonly events: EventBridgeEvent[] = [];
  readonly #options: Partial<EcrOptions>;
  readonly #directory = mkdtempSync(join(tmpdir(), 'ecr-'));
  #registries = 0;
  #ecr = this.#emptyRegistry();
  readonly #server = createServer((request, response) => {
    this.#ecr
      .handle(request, response, this.endpoint, (call) => this.before(call))
      .then(
        (handled) => handled || response.writeHead(404).end(),
        (error: unknown) => response.destroy(error instanceof Error ? error : new Error(String(error))),
      );
  });

  static async start(options: Partial<EcrOptions> = {}): Promise<EcrServer> {
    const server = new EcrServer(options);
    await server.listen();
    return server;
  }

  constructor(options: Partial<EcrOptions> = {}) {
    this.#options = options;
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  get ecr(): LocalEcr {
    return this.#ecr;
  }

  /** Where the blobs are. */
  get blobDirectory(): string {
    return join(this.#directory, String(this.#registries));
  }

  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get endpoint(): string {
    return `http://${this.host}`;
  }

  get registry(): RegistryClient {
    return new RegistryClient(this.endpoint);
  }

  /** PUSH and DELETE events as `action tag digest`. */
  actions(): string[] {
    return this.events.map(({ detail }) => `${detail['action-type']} ${detail['image-tag']} ${detail['image-digest']}`);
  }

  /** Starts over with an empty registry. */
  reset(): void {
    this.before = () => {};
    this.events.length = 0;
    this.#ecr = this.#emptyRegistry();
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
    rmSync(this.#directory, { recursive: true });
  }

  #emptyRegistry(): LocalEcr {
    this.#registries += 1;
    return new LocalEcr({
      ...LOCAL_ACCOUNT,
      blobDirectory: this.blobDirectory,
      onEvent: (event) => void this.events.push(event),
      ...this.#options,
    });
  }
}

/**
 * One server for the tests of a file, with an empty registry for each test.
 * @param prepare fills the registry before each test
 */
export function useEcrServer(
  prepare: (server: EcrServer) => unknown = () => {},
  options: Partial<EcrOptions> = {},
): EcrServer {
  const server = new EcrServer(options);
  beforeAll(() => server.listen());
  beforeEach(async () => {
    server.reset();
    await prepare(server);
  });
  afterAll(() => server.stop());
  return server;
}
