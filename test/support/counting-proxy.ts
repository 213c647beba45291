import { connect, createServer, type Server } from 'node:net';

/** Between clients and a server. */
export interface Traffic {
  /** Both ways. */
  readonly movedBytes: number;
  readonly requests: number;
}

/** How a request begins. A client sends one after the answer to another, so each begins a chunk. */
const REQUEST = /^(?:GET|HEAD|POST|PUT|PATCH|DELETE) \//;

/** Counts what goes to an HTTP server and back, whatever the client is. */
export class CountingProxy implements AsyncDisposable {
  #bytes = 0;
  #requests = 0;
  readonly #server: Server;

  /** @param to host and port of the server */
  static async start(to: string): Promise<CountingProxy> {
    const proxy = new CountingProxy(to);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  private constructor(to: string) {
    const { hostname, port } = new URL(`http://${to}`);
    this.#server = createServer((client) => {
      const server = connect(Number(port), hostname);
      client.on('data', (bytes) => {
        if (REQUEST.test(bytes.subarray(0, 16).toString('latin1'))) this.#requests += 1;
      });
      for (const [from, into] of [
        [client, server],
        [server, client],
      ] as const) {
        from.on('data', (bytes) => {
          this.#bytes += bytes.length;
        });
        from.on('error', () => into.destroy());
        from.pipe(into);
      }
    });
  }

  /** Host and port. */
  get host(): string {
    const address = this.#server.address();
    if (typeof address !== 'object' || !address) throw new Error('expected the proxy to have a port');
    return `127.0.0.1:${address.port}`;
  }

  /** What has passed since the last look. */
  take(): Traffic {
    const traffic = { movedBytes: this.#bytes, requests: this.#requests };
    this.#bytes = 0;
    this.#requests = 0;
    return traffic;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
  }
}
