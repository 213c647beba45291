import { type CompanionState, companionStateOf, type Outcome } from '../../../lambda/core/companion/outcome';
import { type ImageManifest, manifestOf } from '../../../lambda/core/manifest/manifest';
import { Refusal } from '../../../lambda/core/reasons';
import type { Account } from '../../cli/account';
import { type Accepted, acceptedBy } from './accepted';
import type { Inspection } from './inspect';

export interface CompanionReport {
  /** Absent if none is needed. */
  readonly tag?: string;
  readonly sourceTag: string;
  readonly state: CompanionState;
  /** What it names now; absent if it doesn't exist. */
  readonly digest?: string;
  /** What it should name. */
  readonly desiredDigest?: string;
  readonly platform?: string;
  /** Why there is none, or none is needed. */
  readonly reason?: string;
  readonly detail?: string;
  /** What to give to SageMaker, if the companion is current. */
  readonly uriByDigest?: string;
  readonly accepted?: Accepted;
}

export async function companionReport(
  account: Account,
  inspection: Inspection,
  outcome: Outcome,
): Promise<CompanionReport> {
  const base = { sourceTag: outcome.image.tag, state: companionStateOf(outcome) };
  switch (outcome.outcome) {
    case 'skipped':
      return { ...base, reason: outcome.reason, detail: outcome.detail };
    case 'refused': {
      const { tag, outOfDateDigest: digest } = outcome.companion ?? {};
      const { reason, detail } = outcome;
      return { ...base, ...(tag ? { tag } : {}), ...(digest ? { digest } : {}), reason, detail };
    }
    case 'recompressing': {
      const { tag, outOfDateDigest: digest } = outcome.companion;
      return { ...base, tag, ...(digest ? { digest } : {}), detail: outcome.detail };
    }
    case 'converted':
    case 'aliased': {
      const { companion, replacedDigest: digest } = outcome;
      const desired = { tag: companion.tag, desiredDigest: companion.digest, ...platformIn(outcome) };
      return { ...base, ...(digest ? { digest } : {}), ...desired };
    }
    case 'unchanged': {
      const { tag, digest, mediaType } = outcome.companion;
      const uriByDigest = account.uri(inspection.reference.repository, `@${digest}`);
      const accepted = acceptedBy(mediaType, await companionManifest(inspection, outcome), uriByDigest);
      return { ...base, tag, digest, desiredDigest: digest, ...platformIn(outcome), uriByDigest, accepted };
    }
  }
}

export const platformIn = (outcome: Outcome) =>
  'platform' in outcome && outcome.platform ? { platform: outcome.platform } : {};

/** The image that the companion is, or would be after a repair. */
export async function companionManifest(
  { companions, registry, reference }: Inspection,
  outcome: Outcome,
): Promise<ImageManifest | undefined> {
  if (!('droppedFields' in outcome) || companions.kind === 'none') return undefined;
  const { tag, digest } = outcome.companion;
  const stored = companions.wouldPut(tag) ?? (await registry.readManifest(reference.repository, digest));
  const manifest = stored && manifestOf(stored);
  return manifest && !(manifest instanceof Refusal) && manifest.kind === 'image' ? manifest : undefined;
}
