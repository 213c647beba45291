import { RegistryRefusal, RepositoryNotFound, TransientFailure } from '../errors';
import type { KeptTag, ManifestIdentity, Registry } from '../registry';
import type { ImageTag, Outcome } from './outcome';
import { outcomeOfRefusal, outcomesOf, type PutAttempt, skippedFor, sourceGone } from './outcomes';
import { type CompanionPlan, companionTagsOf, pendingPut, planCompanions } from './plan';
import { type Policy, skipReasonOf } from './policy';
import { RecompressionResolver, type Recompressor } from './recompressor';
import { policyOfRepository } from './repository-settings';

/** A tag that is pushed faster than it can be followed is left to the queue. */
const MAX_ROUNDS = 5;

/**
 * Makes the companion tags of one source tag what they should be now: reads both, writes what is out of date, and reads again until
 * nothing is. Events come late, twice and out of order, so only the registry's present counts, and the last read confirms the last write
 * or deletion: if the source moved in between, the companion follows.
 * @param recompressor makes the layers that Docker V2 Schema 2 can name @default images that need it are left to another repair
 * @returns what was done, one outcome for each companion tag that the source tag has or should have
 * @throws TransientFailure if the source keeps moving, and whatever the registry throws; the same repair later is safe
 */
export async function repair(
  registry: Registry,
  image: ImageTag,
  policy: Policy,
  recompressor?: Recompressor,
): Promise<readonly Outcome[]> {
  const skipReason = skipReasonOf(image, policy);
  if (skipReason) return [skippedFor(image, skipReason)];
  try {
    const own = await policyOfRepository(registry, image.repository, policy);
    return await readAndWriteUntilCurrent(registry, image, own, recompressor);
  } catch (error) {
    if (error instanceof RepositoryNotFound) return [skippedFor(image, 'repository-gone', error.message)];
    if (error instanceof RegistryRefusal) return [outcomeOfRefusal(image, error)];
    throw error;
  }
}

async function readAndWriteUntilCurrent(
  registry: Registry,
  image: ImageTag,
  policy: Policy,
  recompressor: Recompressor | undefined,
): Promise<readonly Outcome[]> {
  const resolver = new RecompressionResolver(registry, image.repository, recompressor);
  const tags = [image.tag, ...companionTagsOf(image.tag, policy)];
  const puts = new Map<string, PutAttempt>();
  let kept: readonly KeptTag[] | undefined;
  let planned: { readonly source: string; readonly plans: readonly CompanionPlan[] } | undefined;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const found = await registry.readTags(image.repository, tags);
    const source = found.get(image.tag);
    if (!source) {
      const orphans = [...found.keys()];
      if (!policy.deleteOrphanedCompanions || orphans.length === 0 || kept) return [sourceGone(image, orphans, kept)];
      kept = await registry.deleteCompanions(image.repository, image.tag, orphans);
      continue;
    }
    kept = undefined;
    if (planned?.source !== source.digest) {
      planned = { source: source.digest, plans: await planCompanions(registry, image, source, policy) };
      puts.clear();
    }
    const plans = await resolver.resolve(planned.plans, found);
    if (!(await putPending(registry, image, plans, found, puts)))
      return outcomesOf({ image, source, companions: found, puts, policy }, plans);
  }
  throw new TransientFailure(`${image.repository}:${image.tag} kept moving for ${MAX_ROUNDS} rounds`);
}

/** Puts each companion that is out of date, unless the registry has refused it for good. @returns whether anything was put */
async function putPending(
  registry: Registry,
  { repository }: ImageTag,
  plans: readonly CompanionPlan[],
  companions: ReadonlyMap<string, ManifestIdentity>,
  puts: Map<string, PutAttempt>,
): Promise<boolean> {
  let isWritten = false;
  for (const plan of plans) {
    const companion = companions.get(plan.tag);
    const manifest = pendingPut(plan, companion);
    if (!manifest || isFinal(puts.get(plan.tag), companion)) continue;
    puts.set(plan.tag, { result: await registry.putManifest(repository, plan.tag, manifest), replaced: companion });
    isWritten = true;
  }
  return isWritten;
}

/** An immutable tag is in the way only while it exists. */
const isFinal = (put: PutAttempt | undefined, companion: ManifestIdentity | undefined): boolean =>
  put !== undefined && put.result.kind !== 'done' && (put.result.kind !== 'tag-immutable' || companion !== undefined);
