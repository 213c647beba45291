import { skipReasonOfTag, sourceTagOf } from '../../../lambda/core/companion/companion-tag';
import {
  type CompanionState,
  companionTagsOf,
  type Plan,
  planCompanions,
  stateOf,
} from '../../../lambda/core/companion/plan';
import type { Policy } from '../../../lambda/core/companion/policy';
import { verified } from '../../../lambda/core/companion/verified-read';
import { parseJson } from '../../../lambda/core/manifest/json';
import { MAX_MANIFEST_BYTES, type Manifest, readManifest } from '../../../lambda/core/manifest/manifest';
import { formatPlatform, platformOf } from '../../../lambda/core/manifest/platform';
import { Refusal, SKIP_REASONS } from '../../../lambda/core/reasons';
import type { StoredManifest } from '../../../lambda/core/registry';
import type { Account } from '../../cli/account';
import type { ImageReference } from '../../cli/image-reference';
import { inRepository, noSuchImage } from '../../cli/not-found';

/** One companion tag of a source tag: what it is now, and what it should name. */
export interface CompanionView {
  readonly sourceTag: string;
  readonly tag: string;
  readonly state: CompanionState;
  /** What it names now; absent if it does not exist. */
  readonly digest?: string;
  readonly plan: Plan;
}

/** An image as it is in the registry now. */
export interface Inspection {
  readonly reference: ImageReference;
  readonly stored: StoredManifest;
  readonly manifest: Manifest | Refusal;
  readonly companions: readonly CompanionView[];
  /** Why it has no companions of its own, if so. */
  readonly noCompanion?: string;
}

/** @throws CliError with near matches if there is no such repository or image */
export function inspect(account: Account, reference: ImageReference, policy: Policy): Promise<Inspection> {
  return inRepository(account, reference.repository, async () => {
    const found = await read(account, reference);
    if (!found) throw await noSuchImage(account, reference);
    const checked = await verified(account.registry, reference.repository, found);
    const stored = checked instanceof Refusal ? found : checked;
    const manifest = checked instanceof Refusal ? checked : readManifest(stored.bytes, stored.mediaType);
    return { reference, stored, manifest, ...(await companionsOf(account, reference, found, policy)) };
  });
}

async function read(
  { registry }: Account,
  { repository, tag, digest }: ImageReference,
): Promise<StoredManifest | undefined> {
  if (digest) return registry.readManifest(repository, digest);
  return tag ? (await registry.readTags(repository, [tag])).get(tag) : undefined;
}

async function companionsOf(
  account: Account,
  { repository, tag, digest }: ImageReference,
  found: StoredManifest,
  policy: Policy,
): Promise<Pick<Inspection, 'companions' | 'noCompanion'>> {
  const { companionTag: form, platforms } = policy;
  const tags = tag && !digest ? [tag] : await tagsIfAllowed(account, repository, found.digest);
  if (!tags)
    return { companions: [], noCompanion: 'not looked for, since its tags may not be seen (ecr:DescribeImages)' };
  if (tags.length === 0) return { companions: [], noCompanion: 'the image has no tag, and companions belong to tags' };
  const sources = tags.filter((one) => !skipReasonOfTag(one, form));
  // The companion of v1 is shown as such, with its own source.
  const sourceTag = sources[0] ?? tags.flatMap((one) => sourceTagOf(one, form, platforms) ?? [])[0];
  if (!sourceTag) {
    const skipped = skipReasonOfTag(tags[0] ?? '', form);
    return { companions: [], ...(skipped ? { noCompanion: SKIP_REASONS[skipped] } : {}) };
  }
  const now = await account.registry.readTags(repository, [sourceTag, ...companionTagsOf(sourceTag, policy)]);
  const source = now.get(sourceTag);
  if (!source) return { companions: [], noCompanion: `its source tag ${sourceTag} no longer exists` };
  const plans = await planCompanions(account.registry, { repository, tag: sourceTag }, source, policy);
  return { companions: plans.map((plan) => viewOf(sourceTag, plan, now.get(plan.tag))) };
}

async function tagsIfAllowed(
  account: Account,
  repository: string,
  digest: string,
): Promise<readonly string[] | undefined> {
  try {
    return await account.tagsOf(repository, digest);
  } catch (error) {
    if (error instanceof Error && error.name === 'AccessDeniedException') return undefined;
    throw error;
  }
}

export function viewOf(sourceTag: string, plan: Plan, now: StoredManifest | undefined): CompanionView {
  return { sourceTag, tag: plan.tag, plan, state: stateOf(plan, now), ...(now ? { digest: now.digest } : {}) };
}

/** `linux/amd64`, as the config of an image says; nothing if the config cannot be read or does not say it. */
export async function platformOfImage(
  { registry }: Account,
  repository: string,
  configDigest: string,
): Promise<string | undefined> {
  try {
    const config = parseJson(await registry.readBlob(repository, configDigest, MAX_MANIFEST_BYTES));
    const text = (field: string) => {
      const value = config instanceof Map ? config.get(field) : undefined;
      return typeof value === 'string' && value ? value : undefined;
    };
    const [os, architecture] = [text('os'), text('architecture')];
    return os && architecture ? formatPlatform(platformOf(os, architecture, text('variant'))) : undefined;
  } catch {
    // To see the platform is a courtesy: the caller may not be allowed to download layers.
    return undefined;
  }
}
