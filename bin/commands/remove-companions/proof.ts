import { prefetch } from '../../../lambda/core/audit/prefetch';
import { DryRunRegistry } from '../../../lambda/core/companion/dry-run-registry';
import type { Outcome, Unchanged } from '../../../lambda/core/companion/outcome';
import { companionTagsOf } from '../../../lambda/core/companion/plan';
import type { Policy } from '../../../lambda/core/companion/policy';
import { repair } from '../../../lambda/core/companion/repair';
import type { SnapshotRegistry } from '../../../lambda/core/companion/snapshot-registry';
import { manifestOf } from '../../../lambda/core/manifest/manifest';
import { Refusal } from '../../../lambda/core/reasons';
import type { StoredManifest } from '../../../lambda/core/registry';
import { isOfOneImage } from '../../inventory/error-scope';
import { RoomyReader, type ScanSettings } from '../../inventory/inspect-batch';
import type { ListedTag } from '../../inventory/listing';
import { kept, REMOVABLE, type Verdict } from './kept-reasons';

/** The most manifests that one BatchGetImage call reads. */
const BATCH = 100;

/**
 * Whether the companions of these source tags are ours: a companion is, if a repair of its source would leave it as it is.
 * @returns verdicts by companion tag
 */
export async function proveCompanions(
  settings: ScanSettings,
  repository: string,
  listing: ReadonlyMap<string, ListedTag>,
  sources: readonly ListedTag[],
): Promise<ReadonlyMap<string, Verdict>> {
  const { account, policy } = settings;
  const verdicts = new Map<string, Verdict>();
  for (let at = 0; at < sources.length; at += BATCH) {
    const batch = sources.slice(at, at + BATCH);
    const digests = batch.map(({ digest }) => digest);
    const snapshot = await prefetch(new RoomyReader(account.registry), repository, digests, listing, policy);
    for (const source of batch) {
      const { ofOthers, ofTags } = await judgeSource(snapshot, repository, listing, source, policy);
      for (const tag of companionTagsOf(source.tag, policy)) verdicts.set(tag, ofTags.get(tag) ?? ofOthers);
    }
  }
  return verdicts;
}

interface SourceVerdicts {
  readonly ofTags: ReadonlyMap<string, Verdict>;
  /** Of companion tags that the repair says nothing about. */
  readonly ofOthers: Verdict;
}

async function judgeSource(
  snapshot: SnapshotRegistry,
  repository: string,
  listing: ReadonlyMap<string, ListedTag>,
  { tag, digest }: ListedTag,
  policy: Policy,
): Promise<SourceVerdicts> {
  const ofTags = new Map<string, Verdict>();
  try {
    const source = await snapshot.readManifest(repository, digest);
    if (!source) return { ofTags, ofOthers: kept('moved', `${tag} moved or was deleted since it was listed`) };
    const outcomes = await repair(new DryRunRegistry(snapshot), { repository, tag }, policy);
    let ofOthers = kept('unproven', `${tag} needs no such companion`);
    for (const outcome of outcomes) {
      const verdict = outcome.outcome === 'unchanged' ? ofCurrent(outcome, source, listing) : ofChanged(outcome);
      if ('companion' in outcome && outcome.companion) ofTags.set(outcome.companion.tag, verdict);
      else ofOthers = verdict;
    }
    return { ofTags, ofOthers };
  } catch (error) {
    if (!isOfOneImage(error)) throw error;
    return { ofTags, ofOthers: kept('unreadable', error.message) };
  }
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

function ofChanged(outcome: Exclude<Outcome, Unchanged>): Verdict {
  if (outcome.outcome === 'converted' || outcome.outcome === 'aliased')
    return kept('unproven', `the source needs ${outcome.companion.digest} now`);
  const reason = outcome.outcome === 'skipped' && outcome.reason === 'tag-excluded' ? 'tag-excluded' : 'unproven';
  return kept(reason, outcome.detail);
}
