import { companionTagsOf } from '../companion/plan';
import type { Policy } from '../companion/policy';
import { canCostSources, type Hazard, hazardOfMoves, hazardsOf } from './hazard';
import { type Impact, impactOf } from './impact';
import { plannedCompanions, type RepositoryImage, sourcesIn } from './planned-companions';
import { type LifecyclePolicy, NotUnderstood } from './policy';

/** What is asked of a registry to know what lifecycle rules do. */
export interface LifecycleReader {
  /** A repository without a lifecycle policy has one without rules. */
  readLifecyclePolicy(repository: string): Promise<LifecyclePolicy | NotUnderstood>;
  /** All images, untagged and archived ones too; nothing if there are more than 10,000. */
  listImages(repository: string): Promise<readonly RepositoryImage[] | undefined>;
}

const ofUnknown = ({ detail }: NotUnderstood): string => `the lifecycle policy is not understood: ${detail}`;

/**
 * Why companions of these tags can cost the repository sources, from the policy alone.
 * @returns one sentence; nothing if it can't
 */
export function riskOfPushes(
  lifecycle: LifecyclePolicy | NotUnderstood,
  sourceTags: readonly string[],
  policy: Policy,
): string | undefined {
  if (lifecycle instanceof NotUnderstood) return ofUnknown(lifecycle);
  for (const tag of sourceTags) {
    const [hazard] = hazardsOf(lifecycle, tag, companionTagsOf(tag, policy));
    if (hazard) return explainHazard(hazard);
  }
  return undefined;
}

/**
 * Why companions that move can cost the repository untagged sources, from the policy alone.
 * @returns one sentence; nothing if they can't
 */
export function riskOfMoves(lifecycle: LifecyclePolicy | NotUnderstood): string | undefined {
  if (lifecycle instanceof NotUnderstood) return ofUnknown(lifecycle);
  const hazard = hazardOfMoves(lifecycle);
  return hazard && explainHazard(hazard);
}

/**
 * Why the companions that a repository does not have yet would cost it images that stay without them.
 * @param since sources that were pushed before get none; absent for sources of any age
 * @returns one sentence; nothing if every image stays
 */
export async function riskOfBackfill(
  reader: LifecycleReader,
  lifecycle: LifecyclePolicy | NotUnderstood,
  repository: string,
  policy: Policy,
  { since, now }: { readonly since?: number | undefined; readonly now: number },
): Promise<string | undefined> {
  if (lifecycle instanceof NotUnderstood) return ofUnknown(lifecycle);
  if (!lifecycle.some(canCostSources)) return undefined;
  const images = await reader.listImages(repository);
  if (!images) return 'the repository has too many images to tell what its lifecycle policy would do to them';
  const companions = plannedCompanions(repository, images, policy, since);
  const sources = sourcesIn(repository, images, policy).map(({ tag }) => tag);
  return explainLoss(impactOf(lifecycle, images, companions, now)) ?? riskOfNoPulls(lifecycle, sources, policy);
}

export function explainLoss({ lost }: Impact): string | undefined {
  const [first] = lost;
  if (!first) return undefined;
  const { image, fate } = first;
  const which = lost.length > 1 ? `${lost.length} images, such as ${nameOf(image)}, that` : `${nameOf(image)}, which`;
  return `rule ${fate.rule.rulePriority} would ${fate.kind} ${which} would stay without companions`;
}

const nameOf = ({ tags, digest }: { readonly tags: readonly string[]; readonly digest: string }) => tags[0] ?? digest;

/** That nobody pulls a source any more shows only days after its companion was put. */
function riskOfNoPulls(lifecycle: LifecyclePolicy, tags: readonly string[], policy: Policy): string | undefined {
  const hazards = tags.flatMap((tag) => hazardsOf(lifecycle, tag, companionTagsOf(tag, policy)));
  const hazard = hazards.find(({ kind }) => kind === 'pull-time');
  return hazard && explainHazard(hazard);
}

export function explainHazard(hazard: Hazard): string {
  const name = `rule ${hazard.rule.rulePriority} of the lifecycle policy`;
  if (hazard.kind === 'pull-time')
    return `${name} archives what nobody pulls, and consumers of a companion don't pull its source`;
  if (hazard.kind === 'untagged')
    return `${name} keeps ${hazard.rule.selection.countNumber} untagged images, and a companion that moves leaves one, too`;
  return `${name} counts companions too, so of ${hazard.keepsNow} images it keeps about ${hazard.keepsThen} with their companions`;
}
