import type { Configuration } from '../../lambda/configuration';
import type { RegistryAddress } from '../../lambda/core/registry-address';
import type { RepositoryPage } from '../../lambda/ecr/ecr-registry';
import type { OwnEvent } from '../../lambda/events/put-events';
import type { Service, ServiceRegistry } from '../../lambda/service';
import { FakeRegistry } from './fake-registry';
import { DEFAULT_POLICY } from './policy';

/** A registry as the function sees it. */
export class FakeServiceRegistry extends FakeRegistry implements ServiceRegistry {
  readonly optedOut = new Set<string>();
  /** Pages of repository names, each named by its index as the token of the page before. */
  repositoryPages: readonly (readonly string[])[] = [['team/app']];

  get callCount(): number {
    return this.calls.length;
  }

  async isOptedOut(repository: string): Promise<boolean> {
    this.calls.push('isOptedOut');
    await this.before('isOptedOut');
    return this.optedOut.has(repository);
  }

  async listRepositories(nextToken = '0'): Promise<RepositoryPage> {
    this.calls.push(`listRepositories ${nextToken}`);
    const page = Number(nextToken);
    const hasMore = page + 1 < this.repositoryPages.length;
    return { names: this.repositoryPages[page] ?? [], ...(hasMore ? { nextToken: `${page + 1}` } : {}) };
  }
}

/** A service with a registry in memory, and what it published and requested. */
export class FakeService implements Service {
  readonly published: OwnEvent[] = [];
  readonly requested: OwnEvent[] = [];
  /** Whether each registry that was asked for was for a push. */
  readonly registries: { readonly address: RegistryAddress; readonly wasPushed: boolean }[] = [];
  /** Thrown by the bus. */
  busError: Error | undefined;

  constructor(
    readonly fake: FakeServiceRegistry = new FakeServiceRegistry(),
    readonly configuration: Configuration = CONFIGURATION,
  ) {}

  registry(address: RegistryAddress, wasPushed: boolean): ServiceRegistry {
    this.registries.push({ address, wasPushed });
    return this.fake;
  }

  async publish(events: readonly OwnEvent[]): Promise<void> {
    if (this.busError) throw this.busError;
    this.published.push(...events);
  }

  async request(events: readonly OwnEvent[]): Promise<void> {
    if (this.busError) throw this.busError;
    this.requested.push(...events);
  }
}

export const CONFIGURATION: Configuration = {
  policy: DEFAULT_POLICY,
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
