import type { IncomingMessage, ServerResponse } from 'node:http';
import { AwsError } from '../aws/error';

/** The session token that a call is signed with; each execution environment has its own. */
export function sessionOf({ headers }: IncomingMessage): string | undefined {
  const token = headers['x-amz-security-token'];
  return typeof token === 'string' ? token : undefined;
}

/** The connection of one call, for injecting network faults. */
export class Wire {
  readonly session: string | undefined;
  readonly #response: ServerResponse;

  constructor(request: IncomingMessage, response: ServerResponse) {
    this.session = sessionOf(request);
    this.#response = response;
  }

  /** Breaks the connection before the call takes effect. */
  drop(): never {
    this.#response.destroy();
    throw new AwsError('ServerException', 'the connection was dropped before the call took effect');
  }

  /** Never answers. Rejects when the client has given up, so that the account can settle; the call has no effect. */
  async hang(): Promise<never> {
    await new Promise((resolve) => this.#response.once('close', resolve));
    throw new AwsError('ServerException', 'the client gave up');
  }

  /**
   * Replaces the answer after the call has taken effect.
   * @param change gives the text to send for the answer of an AWS API, or nothing to break the connection
   */
  answerInstead(change: (answer: string) => string | undefined): void {
    const response = this.#response;
    const end = response.end.bind(response);
    response.end = ((answer?: unknown) => {
      const text = change(typeof answer === 'string' ? answer : '');
      return text === undefined ? response.destroy() : end(text);
    }) as typeof response.end;
  }
}
