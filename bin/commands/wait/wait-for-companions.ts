import type { Policy } from '../../../lambda/core/companion/policy';
import type { Account } from '../../cli/account';
import { CliError } from '../../cli/errors';
import type { ImageReference } from '../../cli/image-reference';
import type { Clock } from '../../cli/io';
import { formatDuration } from '../../cli/units';
import { CompanionPoller, type NotYet, type Polled } from './companion-poller';

export type WaitResult = Exclude<Polled, NotYet> | (Omit<NotYet, 'kind'> & { readonly kind: 'timed-out' });

export interface WaitOptions {
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** Prints what it waits for. */
  readonly note: (line: string) => void;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Polls the tag and its companions until they match. If the tag moves meanwhile, it waits for the new companion, unless the reference has
 * a digest.
 * @throws CliError if there is no such image or ECR can't be reached; after the first answer, network faults and throttling are waited out
 */
export async function waitForCompanions(
  account: Account,
  reference: ImageReference,
  policy: Policy,
  { timeoutMs, clock, note }: WaitOptions,
): Promise<WaitResult> {
  const { repository, tag, text } = reference;
  if (!tag) throw new CliError(`'${text}' has no tag, and companions belong to tags.`, 'Give the tag that was pushed.');
  const deadline = clock.now() + timeoutMs;
  const poller = new CompanionPoller(account, reference, { repository, tag }, policy);
  let lastNote = '';
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS)) {
    const result = await poller.poll();
    if (result.kind !== 'not-yet') return result;
    const left = deadline - clock.now();
    if (left <= 0) return { ...result, kind: 'timed-out' };
    const line = `${result.companionTag} is ${result.state}${result.problem ? ` (${result.problem})` : ''}`;
    if (line !== lastNote) note(`${line}; waiting for up to ${formatDuration(left)}`);
    lastNote = line;
    await clock.sleep(Math.min(pause, left));
  }
}
