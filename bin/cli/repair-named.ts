import { DryRunRegistry } from '../../lambda/core/companion/dry-run-registry';
import type { ImageTag, Outcome } from '../../lambda/core/companion/outcome';
import type { Policy } from '../../lambda/core/companion/policy';
import type { Recompressor } from '../../lambda/core/companion/recompressor';
import { repair } from '../../lambda/core/companion/repair';
import { SnapshotRegistry } from '../../lambda/core/companion/snapshot-registry';
import type { SkipReason } from '../../lambda/core/reasons';
import type { Registry, StoredManifest } from '../../lambda/core/registry';
import type { Account } from './account';
import type { ImageReference } from './image-reference';
import { noSuchImage, noSuchRepository } from './not-found';
import { optOutObstacle } from './opt-out';

/**
 * Repairs an image that a person named. Where the service skips an image that is gone, a person has mistyped its name.
 * @throws CliError with near matches if there is no such repository or tag
 */
export async function repairNamed(
  account: Account,
  registry: Registry,
  reference: ImageReference,
  image: ImageTag,
  policy: Policy,
  recompressor?: Recompressor,
): Promise<readonly Outcome[]> {
  const outcomes = await repair(registry, image, policy, recompressor);
  if (outcomes.some((outcome) => isSkippedFor(outcome, 'source-gone'))) throw await noSuchImage(account, reference);
  if (outcomes.some((outcome) => isSkippedFor(outcome, 'repository-gone')))
    throw await noSuchRepository(account, image.repository);
  return outcomes;
}

export const isSkippedFor = (outcome: Outcome, reason: SkipReason): boolean =>
  outcome.outcome === 'skipped' && outcome.reason === reason;

/**
 * What a repair would find and do, by one read of the tags.
 * @param manifests what is known already, by digest; what is read is added
 */
export const dryRunOf = (
  account: Account,
  { repository }: ImageTag,
  manifests?: Map<string, StoredManifest>,
): DryRunRegistry =>
  new DryRunRegistry(new SnapshotRegistry(account.registry, manifests), optOutObstacle(account, repository));
