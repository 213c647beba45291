import { setTimeout as sleep } from 'node:timers/promises';
import { skipReasonOfTag, sourceTagOf } from '../../../lambda/core/companion/companion-tag';
import type { ImageTag } from '../../../lambda/core/companion/outcome';
import {
  type CompanionState,
  companionTagsOf,
  type Plan,
  planCompanions,
  stateOf,
} from '../../../lambda/core/companion/plan';
import type { Policy } from '../../../lambda/core/companion/policy';
import { SKIP_REASONS } from '../../../lambda/core/reasons';
import type { StoredManifest } from '../../../lambda/core/registry';
import type { Account } from '../../cli/account';
import { CliError } from '../../cli/errors';
import { explain } from '../../cli/explain';
import { formatDuration } from '../../cli/format';
import type { ImageReference } from '../../cli/image-reference';
import { noSuchImage } from '../../cli/not-found';
import { remedyOf } from '../../cli/remedy';

export interface RightCompanion {
  /** Absent where the image needs no companion, and its own URI is given. */
  readonly tag?: string;
  readonly digest: string;
  readonly platform?: string;
  readonly uriByDigest: string;
}

export type Ended =
  | { readonly ended: 'right'; readonly companions: readonly RightCompanion[] }
  | { readonly ended: 'never'; readonly why: string; readonly hint?: string }
  | { readonly ended: 'timed-out'; readonly companionTag: string; readonly state: CompanionState };

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Reads the tag and its companions until they fit. Another push meanwhile is followed, unless the reference has a digest.
 * @throws CliError if there is no such image or ECR cannot be asked; a network fault or throttling after the first answer is waited out
 */
export async function waitForCompanions(
  account: Account,
  reference: ImageReference,
  policy: Policy,
  timeoutMs: number,
  note: (line: string) => void,
): Promise<Ended> {
  const { repository, tag } = reference;
  if (!tag)
    throw new CliError(
      `'${reference.text}' has no tag, and companions belong to tags.`,
      'Name the tag that was pushed.',
    );
  const skipped = skipReasonOfTag(tag, policy.companionTag);
  if (skipped) return { ended: 'never', why: SKIP_REASONS[skipped], ...hintFor(repository, tag, policy) };

  const began = Date.now();
  const look = new Look(account, reference, { repository, tag }, policy);
  let said = '';
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS)) {
    const seen = await look.again();
    if (seen.ended === 'right' || seen.ended === 'never') return seen;
    const left = began + timeoutMs - Date.now();
    if (left <= 0) return { ...seen, ended: 'timed-out' };
    const line = `${seen.companionTag} is ${seen.state}${seen.problem ? ` (${seen.problem})` : ''}`;
    if (line !== said) note(`${line}; waiting for up to ${formatDuration(left)}`);
    said = line;
    await sleep(Math.min(pause, left));
  }
}

function hintFor(repository: string, tag: string, { companionTag, platforms }: Policy): { hint?: string } {
  const source = sourceTagOf(tag, companionTag, platforms);
  return source ? { hint: `Wait for its source tag: ecr-oci wait ${repository}:${source}` } : {};
}

interface NotYet {
  readonly ended: 'not-yet';
  readonly companionTag: string;
  readonly state: CompanionState;
  readonly problem?: string;
}
type Seen = Exclude<Ended, { ended: 'timed-out' }> | NotYet;

/** Looks again and again; plans anew only when the source tag has moved. */
class Look {
  #planned: { readonly source: StoredManifest; readonly plans: readonly Plan[] } | undefined;
  #last: NotYet | undefined;

  constructor(
    readonly account: Account,
    readonly reference: ImageReference,
    readonly image: ImageTag,
    readonly policy: Policy,
  ) {}

  async again(): Promise<Seen> {
    try {
      const seen = await this.#look();
      if (seen.ended === 'not-yet') this.#last = seen;
      return seen;
    } catch (error) {
      const explained = explain(error);
      if (!this.#last || !explained.isTransient) throw error;
      return { ...this.#last, problem: explained.message };
    }
  }

  async #look(): Promise<Seen> {
    const { account, image, policy, reference } = this;
    const now = await account.registry.readTags(image.repository, [image.tag, ...companionTagsOf(image.tag, policy)]);
    const source = now.get(image.tag);
    if (!source) throw await noSuchImage(account, reference);
    if (reference.digest && source.digest !== reference.digest) {
      const why = `${image.tag} names ${source.digest} now, so another push came after ${reference.digest}`;
      return { ended: 'never', why };
    }
    if (this.#planned?.source.digest !== source.digest)
      this.#planned = { source, plans: await planCompanions(account.registry, image, source, policy) };
    return this.#judge(this.#planned.plans, now);
  }

  #judge(plans: readonly Plan[], now: ReadonlyMap<string, StoredManifest>): Seen {
    const right: RightCompanion[] = [];
    for (const [at, plan] of plans.entries()) {
      const { demand } = plan;
      if (demand.demand === 'refused')
        return {
          ended: 'never',
          why: `${demand.refusal.reason}: ${demand.refusal.detail}`,
          hint: remedyOf(demand.refusal.reason),
        };
      // Only the first platform must have an image.
      if (demand.demand === 'none' && at === 0) return { ended: 'never', why: demand.detail };
      if (demand.demand === 'none') continue;
      const state = stateOf(plan, now.get(plan.tag));
      // A Docker image is what its companion would be, so there is nothing to wait for.
      const isNeeded = demand.demand === 'manifest';
      if (isNeeded && state !== 'right') return { ended: 'not-yet', companionTag: plan.tag, state };
      const { digest } = demand.manifest;
      right.push({
        ...(isNeeded || state === 'right' ? { tag: plan.tag } : {}),
        digest,
        ...(isNeeded && demand.platform ? { platform: demand.platform } : {}),
        uriByDigest: this.account.uri(this.image.repository, `@${digest}`),
      });
    }
    return { ended: 'right', companions: right };
  }
}
