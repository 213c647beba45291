import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--remote-debugging-port=0',
];

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: { readonly request?: { readonly url: string }; readonly entry?: { readonly text: string } };
  readonly result?: Record<string, unknown>;
}

/** A page in headless Chromium, driven by its DevTools protocol. https://chromedevtools.github.io/devtools-protocol/ */
export class Page {
  /** Every URL that the page asked for, its own first. */
  readonly requests: string[] = [];
  /** Errors on the console: from scripts, and of what the page's policy blocked. */
  readonly errors: string[] = [];
  readonly #answers = new Map<number, (result: Record<string, unknown>) => void>();
  readonly #events = new Map<string, () => void>();
  #id = 0;

  static async open(file: string): Promise<Page> {
    const profile = mkdtempSync(join(tmpdir(), 'chromium-'));
    const chromium = spawn('chromium', [...ARGUMENTS, `--user-data-dir=${profile}`], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const target = new URL(await endpointOf(chromium));
    const pages = await fetch(`http://${target.host}/json/new?about:blank`, { method: 'PUT' });
    const { webSocketDebuggerUrl } = (await pages.json()) as { webSocketDebuggerUrl: string };
    const socket = new WebSocket(webSocketDebuggerUrl);
    await new Promise((resolve, reject) => {
      socket.addEventListener('open', resolve, { once: true });
      socket.addEventListener('error', reject, { once: true });
    });
    const page = new Page(chromium, profile, socket);
    for (const domain of ['Page', 'Network', 'Log', 'Runtime']) await page.#send(`${domain}.enable`);
    const loaded = page.#event('Page.loadEventFired');
    await page.#send('Page.navigate', { url: pathToFileURL(file).href });
    await loaded;
    return page;
  }

  private constructor(
    readonly chromium: ChildProcess,
    readonly profile: string,
    readonly socket: WebSocket,
  ) {
    socket.addEventListener('message', ({ data }) => this.#received(JSON.parse(String(data))));
  }

  /** Runs an expression in the page, and waits if it is a promise. @throws what it throws */
  async run(expression: string): Promise<unknown> {
    const answer = await this.#send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
    const { result, exceptionDetails } = answer as { result: { value: unknown }; exceptionDetails?: object };
    if (exceptionDetails) throw new Error(JSON.stringify(exceptionDetails));
    return result.value;
  }

  async close(): Promise<void> {
    this.socket.close();
    const gone = once(this.chromium, 'exit');
    this.chromium.kill('SIGKILL');
    await gone;
    rmSync(this.profile, { recursive: true, force: true, maxRetries: 5 });
  }

  #send(method: string, params: object = {}): Promise<Record<string, unknown>> {
    this.#id += 1;
    const answer = new Promise<Record<string, unknown>>((resolve) => this.#answers.set(this.#id, resolve));
    this.socket.send(JSON.stringify({ id: this.#id, method, params }));
    return answer;
  }

  #event(method: string): Promise<void> {
    return new Promise((resolve) => this.#events.set(method, resolve));
  }

  #received({ id, method = '', params, result = {} }: Message): void {
    if (id !== undefined) this.#answers.get(id)?.(result);
    if (method === 'Network.requestWillBeSent' && params?.request) this.requests.push(params.request.url);
    if (method === 'Log.entryAdded' && params?.entry) this.errors.push(params.entry.text);
    if (method === 'Runtime.exceptionThrown') this.errors.push(JSON.stringify(params));
    this.#events.get(method)?.();
  }
}

async function endpointOf({ stderr }: ChildProcess): Promise<string> {
  if (!stderr) throw new Error('no pipe to chromium');
  for await (const line of createInterface(stderr)) {
    const [, url] = /DevTools listening on (ws:\S+)/.exec(line) ?? [];
    if (url) return url;
  }
  throw new Error('chromium ended before it listened');
}
