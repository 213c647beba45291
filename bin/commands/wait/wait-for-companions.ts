import { sourceTagOf } from '../../../lambda/core/companion/companion-tag';
import {
  type CompanionState,
  companionStateOf,
  type ImageTag,
  type Outcome,
} from '../../../lambda/core/companion/outcome';
import type { Policy } from '../../../lambda/core/companion/policy';
import type { StoredManifest } from '../../../lambda/core/registry';
import type { Account } from '../../cli/account';
import { CliError } from '../../cli/errors';
import { explain } from '../../cli/explain';
import { formatDuration } from '../../cli/format';
import type { ImageReference } from '../../cli/image-reference';
import type { Clock } from '../../cli/io';
import { remedyOf } from '../../cli/remedy';
import { dryRunOf, isSkippedFor, repairNamed } from '../../cli/repair-named';

export interface CurrentCompanion {
  /** Absent where the image needs no companion, and its own URI is given. */
  readonly tag?: string;
  readonly digest: string;
  readonly platform?: string;
  readonly uriByDigest: string;
}

export type WaitResult =
  | { readonly kind: 'current'; readonly companions: readonly CurrentCompanion[] }
  | { readonly kind: 'never'; readonly why: string; readonly hint?: string }
  | { readonly kind: 'timed-out'; readonly companionTag: string; readonly state: CompanionState };

export interface WaitOptions {
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** Takes a line about what it waits for. */
  readonly note: (line: string) => void;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Reads the tag and its companions until they match. Another push meanwhile is followed, unless the reference has a digest.
 * @throws CliError if there is no such image or ECR can't be asked; a network fault or throttling after the first answer is waited out
 */
export async function waitForCompanions(
  account: Account,
  reference: ImageReference,
  policy: Policy,
  { timeoutMs, clock, note }: WaitOptions,
): Promise<WaitResult> {
  const { repository, tag, text } = reference;
  if (!tag) throw new CliError(`'${text}' has no tag, and companions belong to tags.`, 'Name the tag that was pushed.');
  const deadline = clock.now() + timeoutMs;
  const poller = new CompanionPoller(account, reference, { repository, tag }, policy);
  let noted = '';
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS)) {
    const result = await poller.poll();
    if (result.kind !== 'not-yet') return result;
    const left = deadline - clock.now();
    if (left <= 0) return { ...result, kind: 'timed-out' };
    const line = `${result.companionTag} is ${result.state}${result.problem ? ` (${result.problem})` : ''}`;
    if (line !== noted) note(`${line}; waiting for up to ${formatDuration(left)}`);
    noted = line;
    await clock.sleep(Math.min(pause, left));
  }
}

interface NotYet {
  readonly kind: 'not-yet';
  readonly companionTag: string;
  readonly state: CompanionState;
  /** Why the last poll could not tell. */
  readonly problem?: string;
}
type Polled = Exclude<WaitResult, { kind: 'timed-out' }> | NotYet;

/** Reads the tags at each poll, and a manifest only when a tag has moved to it. */
class CompanionPoller {
  readonly #manifests = new Map<string, StoredManifest>();
  #last: NotYet | undefined;

  constructor(
    readonly account: Account,
    readonly reference: ImageReference,
    readonly image: ImageTag,
    readonly policy: Policy,
  ) {}

  async poll(): Promise<Polled> {
    try {
      const polled = await this.#read();
      if (polled.kind === 'not-yet') this.#last = polled;
      return polled;
    } catch (error) {
      const explained = explain(error);
      if (!this.#last || !explained.isTransient) throw error;
      return { ...this.#last, problem: explained.message };
    }
  }

  async #read(): Promise<Polled> {
    const { account, image, policy, reference } = this;
    const registry = dryRunOf(account, image, this.#manifests);
    const outcomes = await repairNamed(account, registry, reference, image, policy);
    const [first] = outcomes;
    if (reference.digest && first?.source && first.source.digest !== reference.digest) {
      const why = `${image.tag} names ${first.source.digest} now, so another push came after ${reference.digest}`;
      return { kind: 'never', why };
    }
    return this.#resultOf(outcomes);
  }

  #resultOf([first, ...further]: readonly Outcome[]): Polled {
    const current: CurrentCompanion[] = [];
    for (const outcome of first ? [first, ...further] : []) {
      // Only the first platform must have an image.
      if (outcome.outcome === 'skipped' && outcome !== first) continue;
      const companion = this.#currentCompanion(outcome);
      if ('kind' in companion) return companion;
      current.push(companion);
    }
    return { kind: 'current', companions: current };
  }

  #currentCompanion(outcome: Outcome): CurrentCompanion | Polled {
    const { repository, tag: sourceTag } = this.image;
    const withUri = (digest: string) => ({ digest, uriByDigest: this.account.uri(repository, `@${digest}`) });
    switch (outcome.outcome) {
      case 'unchanged': {
        const { companion, platform } = outcome;
        return { tag: companion.tag, ...withUri(companion.digest), ...(platform ? { platform } : {}) };
      }
      case 'converted':
      case 'aliased':
        return { kind: 'not-yet', companionTag: outcome.companion.tag, state: companionStateOf(outcome) };
      case 'refused':
        return { kind: 'never', why: `${outcome.reason}: ${outcome.detail}`, hint: remedyOf(outcome.reason) };
      case 'skipped': {
        // A Docker image is what its companion would be.
        if (isSkippedFor(outcome, 'already-docker') && outcome.source) return withUri(outcome.source.digest);
        const source = sourceTagOf(sourceTag, this.policy.companionTag, this.policy.platforms);
        const hint = source ? { hint: `Wait for its source tag: ecr-oci wait ${repository}:${source}` } : {};
        return { kind: 'never', why: outcome.detail, ...hint };
      }
    }
  }
}
