import { sourceTagOf } from '../../../lambda/core/companion/companion-tag';
import { DryRunRegistry } from '../../../lambda/core/companion/dry-run-registry';
import type { Outcome } from '../../../lambda/core/companion/outcome';
import { type Policy, skipReasonOf } from '../../../lambda/core/companion/policy';
import { repair } from '../../../lambda/core/companion/repair';
import { SnapshotRegistry } from '../../../lambda/core/companion/snapshot-registry';
import { verified } from '../../../lambda/core/companion/verified-read';
import { type Manifest, manifestOf } from '../../../lambda/core/manifest/manifest';
import { Refusal, SKIP_REASONS } from '../../../lambda/core/reasons';
import type { ManifestIdentity, StoredManifest, TaggedManifest } from '../../../lambda/core/registry';
import type { Account } from '../../cli/account';
import { tagsOf } from '../../cli/ecr-listing';
import type { ImageReference } from '../../cli/image-reference';
import { inRepository, noSuchImage } from '../../cli/not-found';
import { optOutObstacle } from '../../cli/opt-out';

/** An image as it is in the registry now. */
export interface Inspection {
  readonly reference: ImageReference;
  readonly identity: ManifestIdentity;
  readonly manifest: Manifest | Refusal;
  readonly companions: Companions;
  readonly registry: SnapshotRegistry;
}

/** The companions of a source tag: what a repair would do to each, or why there are none. */
export type Companions =
  | {
      readonly kind: 'found';
      readonly sourceTag: string;
      readonly outcomes: readonly Outcome[];
      /** The manifest that a repair would put under a companion tag. */
      readonly wouldPut: (tag: string) => StoredManifest | undefined;
    }
  | { readonly kind: 'none'; readonly why: string };

/** @throws CliError with near matches if there is no such repository or image */
export function inspect(account: Account, reference: ImageReference, policy: Policy): Promise<Inspection> {
  const registry = new SnapshotRegistry(account.registry);
  const { repository, tag, digest } = reference;
  return inRepository(account, repository, async () => {
    if (digest) {
      const found = await registry.readManifest(repository, digest);
      if (!found) throw await noSuchImage(account, reference);
      const companions = await companionsOfDigest(account, registry, repository, digest, policy);
      return inspectionOf(reference, registry, found, companions);
    }
    // The repair reads the tag together with its companions, in one call.
    const companions = await companionsOfTags(account, registry, repository, tag ? [tag] : [], policy);
    const found = tag ? (await registry.readTags(repository, [tag])).get(tag) : undefined;
    if (!found) throw await noSuchImage(account, reference);
    return inspectionOf(reference, registry, found, companions);
  });
}

async function inspectionOf(
  reference: ImageReference,
  registry: SnapshotRegistry,
  found: TaggedManifest,
  companions: Companions,
): Promise<Inspection> {
  const stored = await verified(registry, reference.repository, found);
  const manifest = stored instanceof Refusal ? stored : manifestOf(stored);
  return { reference, identity: found, manifest, companions, registry };
}

async function companionsOfDigest(
  account: Account,
  registry: SnapshotRegistry,
  repository: string,
  digest: string,
  policy: Policy,
): Promise<Companions> {
  try {
    return await companionsOfTags(account, registry, repository, await tagsOf(account, repository, digest), policy);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'AccessDeniedException') throw error;
    return {
      kind: 'none',
      why: "unknown, because the caller isn't allowed to list the image's tags (ecr:DescribeImages)",
    };
  }
}

async function companionsOfTags(
  account: Account,
  registry: SnapshotRegistry,
  repository: string,
  tags: readonly string[],
  policy: Policy,
): Promise<Companions> {
  const [tag] = tags;
  if (tag === undefined) return { kind: 'none', why: 'the image has no tag, and companions belong to tags' };
  // For a companion, its source tag's companions are shown.
  const sourceTag =
    tags.find((one) => !skipReasonOf({ repository, tag: one }, policy)) ??
    tags.flatMap((one) => sourceTagOf(one, policy.companionTag, policy.platforms) ?? [])[0];
  const dryRun = new DryRunRegistry(registry, optOutObstacle(account, repository));
  const image = { repository, tag: sourceTag ?? tag };
  const outcomes = await repair(dryRun, image, policy);
  const [first] = outcomes;
  const isAlone = first?.outcome === 'skipped' && first.source === undefined;
  if (!isAlone)
    return { kind: 'found', sourceTag: image.tag, outcomes, wouldPut: (companionTag) => dryRun.wouldPut(companionTag) };
  const isSourceGone = first.reason === 'source-gone';
  return {
    kind: 'none',
    why: isSourceGone ? `its source tag ${image.tag} no longer exists` : SKIP_REASONS[first.reason],
  };
}
