import { once } from 'node:events';
import { createServer, type IncomingMessage, request as send } from 'node:http';
import { type AddressInfo, connect, type Server } from 'node:net';

interface ProxiedRequest {
  /** `CONNECT host:port`, or the method and URL of a request that it passes on. */
  readonly target: string;
  /** Name and password. */
  readonly login?: string;
}

/** An HTTP proxy: whatever host it is asked for, it connects to one of this process's servers. */
export class ConnectProxy {
  readonly requests: ProxiedRequest[] = [];
  /** What it wants of each request. */
  login: string | undefined;
  readonly #server: Server;

  /** @param tlsPort where tunnels end @param plainPort where other requests are passed on to */
  static async start(tlsPort: number, plainPort: number): Promise<ConnectProxy> {
    const proxy = new ConnectProxy(tlsPort, plainPort);
    await once(proxy.#server.listen(0, '127.0.0.1'), 'listening');
    return proxy;
  }

  private constructor(tlsPort: number, plainPort: number) {
    const server = createServer((request, response) => {
      const isWelcome = this.#note(`${request.method} ${request.url}`, request);
      if (!isWelcome) return response.writeHead(407).end('<html>');
      const { pathname } = new URL(request.url ?? '');
      const { method, headers } = request;
      const passedOn = send({ port: plainPort, path: pathname, method, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 0, answer.headers);
        answer.pipe(response);
      });
      return request.pipe(passedOn);
    });
    server.on('connect', (request, socket, head) => {
      const isWelcome = this.#note(`CONNECT ${request.url}`, request);
      if (!isWelcome) return socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n<html>');
      const tunnel = connect(tlsPort, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
        tunnel.write(head);
        tunnel.pipe(socket).pipe(tunnel);
      });
      for (const end of [socket, tunnel]) end.on('error', () => {}); // The other one is told by the pipe.
      return undefined;
    });
    this.#server = server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get targets(): readonly string[] {
    return this.requests.map(({ target }) => target);
  }

  stop(): void {
    this.#server.close();
  }

  #note(target: string, { headers }: IncomingMessage): boolean {
    const [, encoded] = /^Basic (.+)$/.exec(headers['proxy-authorization'] ?? '') ?? [];
    const login = encoded && Buffer.from(encoded, 'base64').toString();
    this.requests.push({ target, ...(login ? { login } : {}) });
    return login === this.login;
  }
}
