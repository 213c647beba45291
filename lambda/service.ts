import { ECRClient } from '@aws-sdk/client-ecr';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { Configuration } from './configuration';
import type { Inventory } from './core/audit/inventory';
import { REQUEST_BUS } from './core/contract';
import type { RegistryAddress } from './core/registry-address';
import { EcrRegistry, type RepositoryPage } from './ecr/ecr-registry';
import { Pacer } from './ecr/pacer';
import { type OwnEvent, putEvents } from './events/put-events';

/** The registry as one piece of work sees it. */
export interface ServiceRegistry extends Inventory {
  /** Calls so far. */
  readonly callCount: number;
  isOptedOut(repository: string): Promise<boolean>;
  /** The names of up to 1,000 repositories. */
  listRepositories(nextToken?: string): Promise<RepositoryPage>;
}

/** What all work of one execution environment shares. */
export interface Service {
  readonly configuration: Configuration;
  /** @param wasPushed whether someone waits for the companion; other puts have a slower pace of their own */
  registry(address: RegistryAddress, wasPushed: boolean): ServiceRegistry;
  /** Publishes what was done, on the bus that the deployer chose. @throws if the bus did not take all events */
  publish(events: readonly OwnEvent[]): Promise<void>;
  /** Requests further work of the service itself, in order. @throws if the bus did not take all events */
  request(events: readonly OwnEvent[]): Promise<void>;
}

/** The service over the AWS SDK. */
export class AwsService implements Service {
  readonly #ecr: ECRClient;
  readonly #eventBridge: EventBridgeClient;
  readonly #pushes: Pacer;
  readonly #audits: Pacer;

  constructor(readonly configuration: Configuration) {
    // Without `throwOnRequestTimeout` the SDK only warns, and an answer that never comes would take the whole batch with it.
    const requestHandler = { connectionTimeout: 2_000, requestTimeout: 8_000, throwOnRequestTimeout: true };
    const clientOptions = { maxAttempts: 4, requestHandler };
    this.#ecr = new ECRClient(clientOptions);
    this.#eventBridge = new EventBridgeClient(clientOptions);
    this.#pushes = new Pacer(configuration.putImagesPerSecond);
    this.#audits = new Pacer(configuration.auditPutImagesPerSecond);
  }

  registry(address: RegistryAddress, wasPushed: boolean): ServiceRegistry {
    return new EcrRegistry(this.#ecr, wasPushed ? this.#pushes : this.#audits, address);
  }

  publish(events: readonly OwnEvent[]): Promise<void> {
    return putEvents(this.#eventBridge, this.configuration.eventBusName, events);
  }

  request(events: readonly OwnEvent[]): Promise<void> {
    return putEvents(this.#eventBridge, REQUEST_BUS, events);
  }
}
