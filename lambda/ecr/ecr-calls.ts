import type { ECRClient } from '@aws-sdk/client-ecr';
import { translated } from './ecr-errors';

export interface SendOptions {
  readonly abortSignal?: AbortSignal;
}

/** The calls that one piece of work makes of ECR: counted, ended by its signal, and with errors as the core knows them. */
export class EcrCalls {
  #count = 0;

  constructor(
    readonly client: ECRClient,
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
      throw translated(error, operation, repository);
    }
  }

  /** With ECR's own errors. */
  attempt<T>(send: (options: SendOptions) => Promise<T>): Promise<T> {
    this.#count += 1;
    return send(this.signal ? { abortSignal: this.signal } : {});
  }
}
