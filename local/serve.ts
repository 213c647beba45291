import { once } from 'node:events';
import { LocalAccount } from './account/account';
import { describeServing, lineOfOutcome } from './demo/serving';
import type { EventBridgeEvent } from './ecr';

export interface ServeOptions {
  /** The `cdk.out` directory. */
  readonly assembly: string;
  /** On 127.0.0.1; 0 is any free port. */
  readonly port: number;
  /** How the reader calls the CLI. */
  readonly cli: string;
  /** Receives what a person wants to read. */
  readonly print: (text: string) => void;
  /** Receives the account once, and each outcome, instead of text. @default nobody */
  readonly onJson?: (value: object) => void;
  /** Receives what goes on, line by line. @default nobody */
  readonly log?: (line: string) => void;
}

/** Runs the account until SIGINT or SIGTERM. */
export async function serve({ assembly, port, cli, print, onJson, log }: ServeOptions): Promise<void> {
  const account = await LocalAccount.start({ assembly, port, onEvent: tell, ...(log ? { log } : {}) });
  function tell(event: EventBridgeEvent): void {
    const line = lineOfOutcome(event, account.registryHost);
    if (line && onJson) onJson(event.detail);
    else if (line) print(line);
  }
  // Before anything is printed: whoever reads it may send the signal at once.
  const ended = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  if (onJson) onJson({ endpoint: account.endpoint });
  else print(describeServing(account.registryHost, cli));
  await ended;
  await account.stop();
}
