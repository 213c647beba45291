import { pipeline, type Readable, Transform } from 'node:stream';

/** More than one image can have: 4 MiB, each character escaped, and room for the rest of the answer. */
export const MAX_RESPONSE_BYTES = 16 * 1024 * 1024;

/** Some hundred ordinary manifests are smaller. */
const LARGE_RESPONSE_BYTES = 256 * 1024;

/** An answer that would not fit the memory of the function. It is not read to its end. */
export class ResponseTooLarge extends Error {}

interface Result {
  readonly response: unknown;
}
type Next<Args> = (args: Args) => Promise<Result>;

/** What can be changed about a command before it is sent; a part of the SDK's middleware stack. */
interface Command {
  readonly middlewareStack: {
    // biome-ignore lint/suspicious/noExplicitAny: the SDK types middleware by its step; these two fit any step.
    add(middleware: (next: any) => (args: any) => Promise<any>, options: object): void;
  };
}

/**
 * Reads an answer only as far as memory has room for it.
 * @param beforeLarge called before each piece beyond 256 KiB; what is left of the answer waits on the wire until it resolves
 */
export function boundResponse(command: Command, beforeLarge: () => Promise<void>): void {
  const bound =
    <Args>(next: Next<Args>) =>
    async (args: Args): Promise<Result> => {
      const result = await next(args);
      const response = result.response as { body: Readable };
      response.body = bounded(response.body, beforeLarge);
      return result;
    };
  // `low` is nearest to the connection, so that the SDK's parser reads the bounded body.
  command.middlewareStack.add(bound, { step: 'deserialize', priority: 'low' });
}

function bounded(body: Readable, beforeLarge: () => Promise<void>): Readable {
  let bytes = 0;
  const bound = new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      bytes += chunk.length;
      if (bytes > MAX_RESPONSE_BYTES) done(new ResponseTooLarge());
      else if (bytes <= LARGE_RESPONSE_BYTES) done(null, chunk);
      else beforeLarge().then(() => done(null, chunk), done);
    },
  });
  // Either ends with the other. The reader gets the error, so the callback has nothing to do.
  return pipeline(body, bound, () => {});
}

/** Runs before each attempt of a command, also those of the SDK's own retries. */
export function beforeEachAttempt(command: Command, run: () => Promise<void>): void {
  const wait =
    <Args>(next: Next<Args>) =>
    async (args: Args): Promise<Result> => {
      await run();
      return next(args);
    };
  command.middlewareStack.add(wait, { step: 'finalizeRequest', priority: 'low' });
}
