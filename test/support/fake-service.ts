import type { Configuration } from '../../lambda/configuration';
import type { RepositoryPage } from '../../lambda/ecr/listings';
import type { OwnEvent } from '../../lambda/events/put-events';
import type { Invocation, Service, ServiceRegistry } from '../../lambda/service';
import { FakeRegistry } from './fake-registry';
import { DEFAULT_POLICY } from './policy';

/** A registry as the function sees it. */
export class FakeServiceRegistry extends FakeRegistry implements ServiceRegistry {
  readonly optedOut = new Set<string>();
  /** Repositories whose resource tags must be no older than a time. */
  readonly forgotten: { readonly repository: string; readonly time: number }[] = [];
  cachePrefixes: readonly string[] = [];
  /** Pages of repository names; the token of a page is its index. */
  repositoryPages: readonly (readonly string[])[] = [['team/app']];

  get callCount(): number {
    return this.calls.length;
  }

  async isOptedOut(repository: string): Promise<boolean> {
    await this.#made('isOptedOut');
    return this.optedOut.has(repository);
  }

  forgetResourceTagsBefore(repository: string, time: number): void {
    this.forgotten.push({ repository, time });
  }

  recentLifecyclePolicy(repository: string) {
    return this.readLifecyclePolicy(repository);
  }

  async listRepositories(nextToken = '0'): Promise<RepositoryPage> {
    await this.#made(`listRepositories ${nextToken}`);
    const page = Number(nextToken);
    const hasMore = page + 1 < this.repositoryPages.length;
    return { names: this.repositoryPages[page] ?? [], ...(hasMore ? { nextToken: `${page + 1}` } : {}) };
  }

  async listCachePrefixes(): Promise<readonly string[]> {
    await this.#made('listCachePrefixes');
    return this.cachePrefixes;
  }

  async #made(call: string): Promise<void> {
    this.calls.push(call);
    await this.before(call);
  }
}

/** A service with a registry in memory, and what it published and requested. */
export class FakeService implements Service, Invocation {
  readonly published: OwnEvent[] = [];
  readonly requested: OwnEvent[] = [];
  /** The work that was run: whether someone waited for it, and what ends it. */
  readonly runs: { readonly wasPushed: boolean; readonly signal: AbortSignal }[] = [];
  rests = 0;
  /** Thrown by the bus. */
  busError: Error | undefined;

  constructor(
    readonly registry: FakeServiceRegistry = new FakeServiceRegistry(),
    readonly configuration: Configuration = CONFIGURATION,
  ) {}

  async publish(events: readonly OwnEvent[]): Promise<void> {
    if (this.busError) throw this.busError;
    this.published.push(...events);
  }

  async request(events: readonly OwnEvent[]): Promise<void> {
    if (this.busError) throw this.busError;
    this.requested.push(...events);
  }

  run<T>(wasPushed: boolean, signal: AbortSignal, work: (service: Service) => Promise<T>): Promise<T> {
    this.runs.push({ wasPushed, signal });
    return work(this);
  }

  async rest(): Promise<void> {
    this.rests += 1;
  }
}

export const ADDRESS = {
  account: '123456789012',
  region: 'eu-north-1',
  partition: 'aws',
  urlSuffix: 'amazonaws.com',
} as const;

export const CONFIGURATION: Configuration = {
  address: ADDRESS,
  policy: DEFAULT_POLICY,
  auditWindowDays: 7,
  eventBusName: 'default',
  putImagesPerSecond: 1_000,
  auditPutImagesPerSecond: 1_000,
  functionName: 'remediation',
};

export const REQUEST = { id: 'event-1', account: '123456789012', region: 'eu-north-1' };

interface Line {
  readonly level?: string;
  readonly message?: string;
  readonly [field: string]: unknown;
}

/** Collects what is written to stdout as JSON lines while a test runs. */
export function captureLines(): { readonly logs: () => readonly Line[]; readonly metrics: () => readonly Line[] } {
  let lines: Line[] = [];
  let spy: jest.SpyInstance;
  beforeEach(() => {
    lines = [];
    spy = jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
      lines.push(JSON.parse(String(text)));
      return true;
    });
  });
  afterEach(() => spy.mockRestore());
  return {
    logs: () => lines.filter((line) => !('_aws' in line)),
    metrics: () => lines.filter((line) => '_aws' in line),
  };
}
