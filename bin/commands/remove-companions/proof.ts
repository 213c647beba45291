import { prefetch } from '../../../lambda/core/audit/prefetch';
import { DryRunRegistry } from '../../../lambda/core/companion/dry-run-registry';
import type { Outcome, Unchanged } from '../../../lambda/core/companion/outcome';
import { companionTagsOf } from '../../../lambda/core/companion/plan';
import { repair } from '../../../lambda/core/companion/repair';
import { manifestOf } from '../../../lambda/core/manifest/manifest';
import { Refusal } from '../../../lambda/core/reasons';
import type { StoredManifest } from '../../../lambda/core/registry';
import { statusOf } from '../../inventory/companion-status';
import { isOfOneImage } from '../../inventory/error-scope';
import { RoomyReader, type ScanSettings } from '../../inventory/inspect-batch';
import type { ListedTag } from '../../inventory/listing';
import { kept, REMOVABLE, type Verdict } from './kept-reasons';

/** The most manifests that one BatchGetImage call reads. */
const BATCH = 100;

export type Verdicts = Map<string, Verdict>;

/**
 * Whether the companions of these source tags are ours: a companion is, if a repair of its source would leave it as it is.
 * @returns verdicts by companion tag; a tag that nothing is known of has none
 */
export async function proveCompanions(
  { account, policy }: ScanSettings,
  repository: string,
  listing: ReadonlyMap<string, ListedTag>,
  sources: readonly ListedTag[],
): Promise<Verdicts> {
  const verdicts: Verdicts = new Map();
  for (let at = 0; at < sources.length; at += BATCH) {
    const batch = sources.slice(at, at + BATCH);
    const digests = batch.map(({ digest }) => digest);
    const snapshot = await prefetch(new RoomyReader(account.registry), repository, digests, listing, policy);
    const dryRun = new DryRunRegistry(snapshot);
    for (const { tag, digest } of batch) {
      const companions = companionTagsOf(tag, policy);
      const setAll = (verdict: Verdict) => companions.forEach((companion) => void verdicts.set(companion, verdict));
      try {
        const source = await snapshot.readManifest(repository, digest);
        if (!source) {
          setAll(kept('moved', `${tag} moved or was deleted since it was listed`));
          continue;
        }
        const outcomes = await repair(dryRun, { repository, tag }, policy);
        const [worst] = outcomes.filter(({ outcome }) => outcome !== 'unchanged');
        if (worst) setAll(verdictOf(worst));
        for (const outcome of outcomes) {
          if (outcome.outcome === 'unchanged') verdicts.set(outcome.companion.tag, ofCurrent(outcome, source, listing));
          else if ('companion' in outcome && outcome.companion) verdicts.set(outcome.companion.tag, verdictOf(outcome));
        }
      } catch (error) {
        if (!isOfOneImage(error)) throw error;
        setAll(kept('unreadable', error.message));
      }
    }
  }
  return verdicts;
}

/** https://github.com/aws/containers-roadmap/issues/1567 */
function ofCurrent({ companion }: Unchanged, source: StoredManifest, listing: ReadonlyMap<string, ListedTag>): Verdict {
  const manifest = manifestOf(source);
  const isChild =
    !(manifest instanceof Refusal) &&
    manifest.kind === 'index' &&
    manifest.children.some(({ digest }) => digest === companion.digest);
  const hasOtherTag = [...listing.values()].some(
    ({ tag, digest }) => digest === companion.digest && tag !== companion.tag,
  );
  if (!isChild || hasOtherTag) return REMOVABLE;
  return kept('referenced', `${companion.digest} is one of the images of ${source.digest}, and has no other tag`);
}

function verdictOf(outcome: Outcome): Verdict {
  if (outcome.outcome === 'skipped' && outcome.reason === 'tag-excluded') return kept('tag-excluded', outcome.detail);
  const { detail } = statusOf(outcome);
  if (outcome.outcome === 'converted' || outcome.outcome === 'aliased')
    return kept('unproven', `the source needs ${outcome.companion.digest} now`);
  return kept('unproven', detail ?? `the repair of the source would be ${outcome.outcome}`);
}
