import { RepositoryNotFound, TransientFailure } from '../errors';
import { SKIP_REASONS } from '../reasons';
import type { Put, Registry, StoredManifest } from '../registry';
import { skipReasonOfTag } from './companion-tag';
import type { ImageTag, Outcome } from './outcome';
import { outcomesOf, sourceGone } from './outcomes';
import { companionTagsOf, manifestToPut, type Plan, planCompanions } from './plan';
import type { Policy } from './policy';

/** A tag that is pushed faster than it can be followed is left to the queue. */
const MAX_ROUNDS = 5;

/**
 * Makes the companion tags of one source tag what they should be now: reads both, writes what is wrong, and reads again until nothing is.
 * Events come late, twice and out of order, so only the registry's present counts, and the last read confirms the last write or deletion: if
 * the source moved in between, the companion follows.
 * @returns what was done, one outcome for each companion tag that the source tag has or should have
 * @throws TransientFailure if the source keeps moving, and whatever the registry throws; the same repair later is safe
 */
export async function repair(registry: Registry, image: ImageTag, policy: Policy): Promise<readonly Outcome[]> {
  const skipped = skipReasonOfTag(image.tag, policy.companionTag);
  if (skipped) return [{ image, outcome: 'skipped', reason: skipped, detail: SKIP_REASONS[skipped] }];
  try {
    return await readAndWriteUntilRight(registry, image, policy);
  } catch (error) {
    if (!(error instanceof RepositoryNotFound)) throw error;
    return [{ image, outcome: 'skipped', reason: 'repository-gone', detail: error.message }];
  }
}

async function readAndWriteUntilRight(
  registry: Registry,
  image: ImageTag,
  policy: Policy,
): Promise<readonly Outcome[]> {
  const tags = [image.tag, ...companionTagsOf(image.tag, policy)];
  const puts = new Map<string, Put>();
  let orphansDeleted = false;
  let planned: { readonly source: string; readonly plans: readonly Plan[] } | undefined;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const now = await registry.readTags(image.repository, tags);
    const source = now.get(image.tag);
    if (!source) {
      const orphans = [...now.keys()];
      if (!policy.deleteOrphans || orphans.length === 0 || orphansDeleted)
        return [sourceGone(image, orphans, orphansDeleted)];
      await registry.deleteTags(image.repository, orphans);
      orphansDeleted = true;
      continue;
    }
    orphansDeleted = false;
    if (planned?.source !== source.digest) {
      planned = { source: source.digest, plans: await planCompanions(registry, image, source, policy) };
      puts.clear();
    }
    if (!(await putWrong(registry, image, planned.plans, now, puts))) {
      return outcomesOf({ image, source, now, puts, policy }, planned.plans);
    }
  }
  throw new TransientFailure(`${image.repository}:${image.tag} did not come to rest within ${MAX_ROUNDS} rounds`);
}

/** Puts each companion that is wrong, unless the registry has said that it will not take it; a tag is taken only while it exists. @returns whether anything was put */
async function putWrong(
  registry: Registry,
  { repository }: ImageTag,
  plans: readonly Plan[],
  now: ReadonlyMap<string, StoredManifest>,
  puts: Map<string, Put>,
): Promise<boolean> {
  let written = false;
  for (const plan of plans) {
    const demanded = manifestToPut(plan, now.get(plan.tag));
    const before = puts.get(plan.tag)?.put ?? 'done';
    const isFinal = before === 'tag-taken' ? now.has(plan.tag) : before !== 'done';
    if (!demanded || isFinal) continue;
    puts.set(plan.tag, await registry.putManifest(repository, plan.tag, demanded.manifest));
    written = true;
  }
  return written;
}
