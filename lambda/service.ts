import { ECRClient } from '@aws-sdk/client-ecr';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { Configuration } from './configuration';
import type { RegistryAddress } from './core/registry-address';
import { EcrRegistry } from './ecr/ecr-registry';
import { Pacer } from './ecr/pacer';

/** What all work of one execution environment shares. */
export class Service {
  readonly eventBridge: EventBridgeClient;
  readonly #ecr: ECRClient;
  readonly #pushes: Pacer;
  readonly #audits: Pacer;

  constructor(readonly configuration: Configuration) {
    // Without `throwOnRequestTimeout` the SDK only warns, and an answer that never comes would take the whole batch with it.
    const requestHandler = { connectionTimeout: 2_000, requestTimeout: 8_000, throwOnRequestTimeout: true };
    const clientOptions = { maxAttempts: 4, requestHandler };
    this.#ecr = new ECRClient(clientOptions);
    this.eventBridge = new EventBridgeClient(clientOptions);
    this.#pushes = new Pacer(configuration.putImagesPerSecond);
    this.#audits = new Pacer(configuration.auditPutImagesPerSecond);
  }

  /** A registry that counts the calls of one piece of work. What nobody has just pushed can wait longer for its put. */
  registry(address: RegistryAddress, wasPushed: boolean): EcrRegistry {
    return new EcrRegistry(this.#ecr, wasPushed ? this.#pushes : this.#audits, address);
  }
}
