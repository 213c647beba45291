import { type ClientRequest, Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { Agent, type AgentConnectOpts } from 'agent-base';
import { HttpProxyAgent } from 'http-proxy-agent';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { CliError } from './errors';
import { proxyFor } from './proxy-choice';

const KEEP_ALIVE = { keepAlive: true };

/** Sends each request through the proxy that the environment names for its host, or there directly. */
export class ProxyAgent extends Agent {
  readonly #http = new HttpAgent(KEEP_ALIVE);
  readonly #https = new HttpsAgent(KEEP_ALIVE);
  readonly #proxied = new Map<string, HttpAgent>();

  constructor(readonly environment: Readonly<Record<string, string | undefined>>) {
    super(KEEP_ALIVE);
  }

  override connect(_request: ClientRequest, { secureEndpoint, host, port }: AgentConnectOpts): HttpAgent {
    const hostname = host?.includes(':') ? `[${host}]` : host;
    const proxy = proxyFor(new URL(`${secureEndpoint ? 'https' : 'http'}://${hostname}:${port}`), this.environment);
    if (!proxy) return secureEndpoint ? this.#https : this.#http;
    const key = `${secureEndpoint} ${proxy.href}`;
    const agent = this.#proxied.get(key) ?? (secureEndpoint ? new Tunnel(proxy) : new Relay(proxy));
    this.#proxied.set(key, agent);
    return agent;
  }

  override destroy(): void {
    for (const agent of [this.#http, this.#https, ...this.#proxied.values()]) agent.destroy();
    super.destroy();
  }
}

/** To an HTTPS host: the proxy connects, and sees nothing. */
class Tunnel extends HttpsProxyAgent<string> {
  constructor(proxy: URL) {
    super(proxy, KEEP_ALIVE);
  }

  override async connect(request: ClientRequest, options: AgentConnectOpts) {
    let status: number | undefined;
    request.once('proxyConnect', ({ statusCode }: { readonly statusCode: number }) => {
      status = statusCode;
    });
    const socket = await super.connect(request, options).catch((error: Error) => {
      throw status === undefined ? unreachable(this.proxy, error) : error;
    });
    if (status === 200) return socket;
    // The library would pass the proxy's answer on as if it were that of the host.
    socket.destroy();
    throw refused(this.proxy, `${options.host}:${options.port}`, status);
  }
}

/** To an HTTP host: the proxy passes the request on. The library rewrites a request only on a connection of its own. */
class Relay extends HttpProxyAgent<string> {
  override async connect(...call: Parameters<HttpProxyAgent<string>['connect']>) {
    return super.connect(...call).catch((error: Error) => {
      throw unreachable(this.proxy, error);
    });
  }
}

/** Without the name and password. */
const nameOf = ({ protocol, host }: URL): string => `${protocol}//${host}`;

function unreachable(proxy: URL, error: NodeJS.ErrnoException): CliError {
  const message = `Can't connect to the proxy ${nameOf(proxy)} (${error.code ?? error.message}).`;
  const hint = 'Check HTTPS_PROXY and HTTP_PROXY. NO_PROXY lists the hosts that need no proxy.';
  return new CliError(message, hint, undefined, { cause: error, isTransient: true });
}

function refused(proxy: URL, target: string, status: number | undefined): CliError {
  const message = `The proxy ${nameOf(proxy)} refuses to connect to ${target}: it answered ${status}.`;
  const hint =
    status === 407
      ? 'It wants a name and password: HTTPS_PROXY=http://name:password@host:port.'
      : 'Ask its administrator to allow the host, or list it in NO_PROXY if it needs no proxy.';
  return new CliError(message, hint);
}
