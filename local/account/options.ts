import type { EcrCall, EventBridgeEvent } from '../ecr';
import type { PutEntry } from '../eventbridge';
import type { Wire } from './wire';

export interface LocalAccountOptions {
  /** The `cdk.out` directory, or one plain template file. */
  readonly assembly: string;
  /** @default the only stack of the assembly */
  readonly stack?: string;
  /** Values of template parameters. @default their defaults */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Where blobs and inline code are kept. @default a temporary directory, removed by `stop` */
  readonly dataDirectory?: string;
  /** @default 123456789012 */
  readonly accountId?: string;
  /** @default eu-north-1 */
  readonly region?: string;
  /** `skipping` leaps over visibility timeouts and batching windows while the account settles. @default real */
  readonly clock?: 'real' | 'skipping';
  /** @default any free port */
  readonly port?: number;
  /** The account's quota of `PutImage` calls a second. @default none */
  readonly putImagesPerSecond?: number;
  /** Runs before each call; throw an `AwsError` to make it fail, or play with the wire. @default nothing */
  readonly beforeCall?: (call: ReceivedCall, wire: Wire) => void | Promise<void>;
  /** Receives each event that is put on a bus. @default nobody */
  readonly onEvent?: (event: EventBridgeEvent) => void;
  /** Receives what goes on, line by line. @default nobody */
  readonly log?: (line: string) => void;
}

/** One call of an AWS JSON API, or of the registry HTTP API. */
export interface AccountCall extends EcrCall {
  readonly service: 'ecr' | 'events' | 'registry';
}

/** A call on its way in, with what does not matter once it is answered. */
export interface ReceivedCall extends AccountCall {
  /** The session token of the caller; nothing if it signed without one, or not at all. */
  readonly session?: string;
  /** What a call of EventBridge puts on which bus. */
  readonly entries: readonly PutEntry[];
}
