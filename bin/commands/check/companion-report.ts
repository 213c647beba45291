import {
  type Aliased,
  type CompanionState,
  type Converted,
  companionStateOf,
  type Outcome,
  type Unchanged,
} from '../../../lambda/core/companion/outcome';
import { type ImageManifest, manifestOf } from '../../../lambda/core/manifest/manifest';
import { Refusal } from '../../../lambda/core/reasons';
import type { Account } from '../../cli/account';
import { type Accepted, acceptedBy } from '../../inventory/acceptance';
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
  /** What each service makes of the image that it should name. */
  readonly accepted?: Accepted;
}

/** @param platforms of the source, which a companion has too unless it was chosen from an index */
export async function companionReport(
  account: Account,
  inspection: Inspection,
  platforms: readonly string[] | undefined,
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
      const accepted = await acceptedCompanion(account, inspection, platforms, outcome);
      return { ...base, ...(digest ? { digest } : {}), ...desired, accepted };
    }
    case 'unchanged': {
      const { tag, digest } = outcome.companion;
      const uriByDigest = uriOf(account, inspection, digest);
      const accepted = await acceptedCompanion(account, inspection, platforms, outcome);
      return { ...base, tag, digest, desiredDigest: digest, ...platformIn(outcome), uriByDigest, accepted };
    }
  }
}

const uriOf = (account: Account, { reference }: Inspection, digest: string): string =>
  account.uri(reference.repository, `@${digest}`);

const acceptedCompanion = async (
  account: Account,
  inspection: Inspection,
  platforms: readonly string[] | undefined,
  outcome: Converted | Aliased | Unchanged,
): Promise<Accepted> =>
  acceptedBy({
    mediaType: outcome.companion.mediaType,
    manifest: await companionManifest(inspection, outcome),
    uri: uriOf(account, inspection, outcome.companion.digest),
    platforms: outcome.platform ? [outcome.platform] : platforms,
  });

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
