import type { ECRClient } from '@aws-sdk/client-ecr';
import { RegistryRefusal } from '../core/errors';
import { translated } from './ecr-errors';

export interface SendOptions {
  readonly abortSignal?: AbortSignal;
}

/** The calls that one piece of work makes of ECR: counted, ended by its signal, and with errors as the core knows them. */
export class EcrCalls {
  #count = 0;

  constructor(
    readonly client: ECRClient,
    readonly caller: 'service' | 'person',
    readonly signal?: AbortSignal,
  ) {}

  get count(): number {
    return this.#count;
  }

  /** @param repository for messages */
  async call<T>(operation: string, repository: string, send: (options: SendOptions) => Promise<T>): Promise<T> {
    try {
      return await this.attempt(send);
    } catch (error) {
      throw this.translated(error, operation, repository);
    }
  }

  translated(error: unknown, operation: string, repository: string): unknown {
    const known = translated(error, operation, repository);
    return known instanceof RegistryRefusal && this.isErrorOf(known.reason) ? error : known;
  }

  /** Whether this is an error to a person, who can get the permission, and an outcome to the service, which can't. */
  isErrorOf(reason: string): boolean {
    return this.caller === 'person' && (reason === 'access-denied' || reason === 'kms-key');
  }

  /** With ECR's own errors. */
  attempt<T>(send: (options: SendOptions) => Promise<T>): Promise<T> {
    this.#count += 1;
    return send(this.signal ? { abortSignal: this.signal } : {});
  }
}
