import { ECRClient } from '@aws-sdk/client-ecr';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { Configuration } from './configuration';
import type { Inventory } from './core/audit/inventory';
import type { Recompressor } from './core/companion/recompressor';
import { REQUEST_BUS } from './core/contract';
import type { LifecyclePolicy, NotUnderstood } from './core/lifecycle/policy';
import { EcrRegistry } from './ecr/ecr-registry';
import { HeavyTurn } from './ecr/heavy-turn';
import { RecentPolicies } from './ecr/lifecycle';
import type { RepositoryPage } from './ecr/listings';
import { Pacer } from './ecr/pacer';
import { RecentTags } from './ecr/resource-tags';
import { type OwnEvent, putEvents } from './events/put-events';

/** The registry as one piece of work sees it. */
export interface ServiceRegistry extends Inventory {
  /** Calls so far. */
  readonly callCount: number;
  isOptedOut(repository: string): Promise<boolean>;
  /** So that this work reads those of its request, and not earlier ones. @param time in milliseconds since the epoch */
  forgetResourceTagsBefore(repository: string, time: number): void;
  /** As it was within the last hour. */
  recentLifecyclePolicy(repository: string): Promise<LifecyclePolicy | NotUnderstood>;
  /** The names of up to 1,000 repositories. */
  listRepositories(nextToken?: string): Promise<RepositoryPage>;
  /** The prefixes of the repositories that are pull-through caches. */
  listCachePrefixes(): Promise<readonly string[]>;
}

/** What the work of one message has. */
export interface Service {
  readonly configuration: Configuration;
  readonly registry: ServiceRegistry;
  /** Only in the function that may upload layers. */
  readonly recompressor?: Recompressor;
  /** Publishes what was done, on the bus that the deployer chose. @throws if the bus did not take all events */
  publish(events: readonly OwnEvent[]): Promise<void>;
  /** Requests further work of the service itself, in order. @throws if the bus did not take all events */
  request(events: readonly OwnEvent[]): Promise<void>;
}

/** One invocation: its messages share a pace. */
export interface Invocation {
  readonly configuration: Configuration;
  /**
   * Runs the work of one message.
   * @param wasPushed whether someone waits for the companion; other puts have a slower pace of their own
   * @param signal ends the work's calls
   */
  run<T>(wasPushed: boolean, signal: AbortSignal, work: (service: Service) => Promise<T>): Promise<T>;
  /** Resolves when the next invocation may put: a put pays for its interval before its invocation ends. */
  rest(): Promise<void>;
}

export interface EnvironmentOptions {
  /** How long one call may take. @default 8,000 */
  readonly requestTimeoutMs?: number;
  /** @default images whose layers must be recompressed are left to another function */
  readonly recompressorOf?: (registry: EcrRegistry, configuration: Configuration) => Recompressor | undefined;
}

/** What all invocations of one execution environment share, over the AWS SDK. */
export class AwsEnvironment {
  readonly #ecr: ECRClient;
  readonly #eventBridge: EventBridgeClient;
  readonly #heavyTurn = new HeavyTurn();
  readonly #recentPolicies = new RecentPolicies();
  readonly #recentTags = new RecentTags();
  readonly #recompressorOf: EnvironmentOptions['recompressorOf'];

  constructor(
    readonly configuration: Configuration,
    { requestTimeoutMs = 8_000, recompressorOf }: EnvironmentOptions = {},
  ) {
    this.#recompressorOf = recompressorOf;
    // Without `throwOnRequestTimeout` the SDK only warns, and an answer that never comes would take the whole batch with it.
    const requestHandler = { connectionTimeout: 2_000, requestTimeout: requestTimeoutMs, throwOnRequestTimeout: true };
    const clientOptions = { maxAttempts: 4, requestHandler };
    this.#ecr = new ECRClient(clientOptions);
    this.#eventBridge = new EventBridgeClient(clientOptions);
  }

  invocation(): Invocation {
    const { configuration } = this;
    const pacers = {
      pushes: new Pacer(configuration.putImagesPerSecond),
      audits: new Pacer(configuration.auditPutImagesPerSecond),
    };
    return {
      configuration,
      run: async (wasPushed, signal, work) => {
        const registry = new EcrRegistry({
          client: this.#ecr,
          pacer: wasPushed ? pacers.pushes : pacers.audits,
          address: configuration.address,
          signal,
          heavyTurn: this.#heavyTurn,
          recentPolicies: this.#recentPolicies,
          recentTags: this.#recentTags,
        });
        const recompressor = this.#recompressorOf?.(registry, configuration);
        try {
          return await work({
            configuration,
            registry,
            ...(recompressor ? { recompressor } : {}),
            publish: (events) => putEvents(this.#eventBridge, configuration.eventBusName, events, signal),
            request: (events) => putEvents(this.#eventBridge, REQUEST_BUS, events, signal),
          });
        } finally {
          registry.release();
        }
      },
      rest: async () => {
        await Promise.all([pacers.pushes.rest(), pacers.audits.rest()]);
      },
    };
  }
}
