import type { EventBridgeEvent } from '../aws/event';
import type { EcrCall, EcrService } from '../ecr';
import type { PutEntry } from '../eventbridge';
import type { Wire } from './wire';

export interface LocalAccountOptions {
  /** The `cdk.out` directory, or one plain template file. */
  readonly assembly: string;
  /** @default the only stack of the assembly */
  readonly stack?: string;
  /** Values of template parameters. @default their defaults */
  readonly parameters?: Readonly<Record<string, string>>;
  /** `skipping` skips visibility timeouts while the account settles. @default real */
  readonly clock?: 'real' | 'skipping';
  /** On 127.0.0.1. @default any free port */
  readonly port?: number;
  /** The account's quota of `PutImage` calls per second. @default none */
  readonly putImagesPerSecond?: number;
  /** Execution environments of each function that are started before any is used again. @default 1 */
  readonly minEnvironments?: number;
  /** Runs before each call. Throw an `AwsError` to make the call fail, or use `wire` to break its connection. @default nothing */
  readonly beforeCall?: (call: ReceivedCall, wire: Wire) => void | Promise<void>;
  /** Receives each event that is put on a bus. @default none */
  readonly onEvent?: (event: EventBridgeEvent) => void;
  /** Receives a line for everything that happens. @default none */
  readonly log?: (line: string) => void;
}

/** One call of an AWS API, or of the registry API. */
export interface AccountCall extends EcrCall {
  readonly service: EcrService | 'events';
}

/** A call before its answer, with details that only then matter. */
export interface ReceivedCall extends AccountCall {
  /** The session token that the call is signed with, if any. */
  readonly session?: string;
  /** What a call of EventBridge puts on which bus. */
  readonly entries: readonly PutEntry[];
}
