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
import { explain } from '../../cli/explain';
import type { ImageReference } from '../../cli/image-reference';
import { remedyOf } from '../../cli/remedy';
import { dryRunOf, isSkippedFor, repairNamed } from '../../cli/repair-named';

export interface CurrentCompanion {
  /** Absent if the image needs no companion, and this is the image itself. */
  readonly tag?: string;
  readonly digest: string;
  readonly platform?: string;
  readonly uriByDigest: string;
}

export interface NotYet {
  readonly kind: 'not-yet';
  readonly companionTag: string;
  readonly state: CompanionState;
  /** Why the last poll failed. */
  readonly problem?: string;
}
export type Polled =
  | { readonly kind: 'current'; readonly companions: readonly CurrentCompanion[] }
  | { readonly kind: 'never'; readonly why: string; readonly hint?: string }
  | NotYet;

/** Reads the tags at each poll, and a manifest only once. */
export class CompanionPoller {
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
      const why = `${image.tag} names ${first.source.digest} now, because another push came after ${reference.digest}`;
      return { kind: 'never', why };
    }
    return this.#resultOf(outcomes);
  }

  #resultOf(outcomes: readonly Outcome[]): Polled {
    const companions: CurrentCompanion[] = [];
    for (const [at, outcome] of outcomes.entries()) {
      // Only the first platform needs to have an image.
      if (at > 0 && outcome.outcome === 'skipped') continue;
      const polled = this.#resultOfOne(outcome);
      if (polled.kind !== 'current') return polled;
      companions.push(...polled.companions);
    }
    return { kind: 'current', companions };
  }

  #resultOfOne(outcome: Outcome): Polled {
    const { repository, tag: sourceTag } = this.image;
    const current = (digest: string, more: Pick<CurrentCompanion, 'tag' | 'platform'> = {}): Polled => ({
      kind: 'current',
      companions: [{ ...more, digest, uriByDigest: this.account.uri(repository, `@${digest}`) }],
    });
    switch (outcome.outcome) {
      case 'unchanged': {
        const { companion, platform } = outcome;
        return current(companion.digest, { tag: companion.tag, ...(platform ? { platform } : {}) });
      }
      case 'recompressing':
      case 'converted':
      case 'aliased':
        return { kind: 'not-yet', companionTag: outcome.companion.tag, state: companionStateOf(outcome) };
      case 'refused':
        return { kind: 'never', why: `${outcome.reason}: ${outcome.detail}`, hint: remedyOf(outcome.reason) };
      case 'skipped': {
        // A Docker image needs no companion.
        if (isSkippedFor(outcome, 'already-docker') && outcome.source) return current(outcome.source.digest);
        const source = sourceTagOf(sourceTag, this.policy.companionTag, this.policy.platforms);
        const hint = source ? { hint: `Wait for its source tag: ecr-oci wait ${repository}:${source}` } : {};
        return { kind: 'never', why: outcome.detail, ...hint };
      }
    }
  }
}
