import { MAX_TAG_LENGTH } from '../contract';
import { Refusal } from '../reasons';
import type { ManifestIdentity, Registry, StoredManifest, TaggedManifest } from '../registry';
import { companionTagOf, isTagTooLong } from './companion-tag';
import { type DesiredCompanion, desiredCompanions } from './desired-state';
import type { ImageTag } from './outcome';
import type { Policy } from './policy';
import { verified } from './verified-read';

/** A companion tag of a source tag, and what it should name. */
export interface CompanionPlan {
  readonly tag: string;
  readonly desired: DesiredCompanion;
}

/** The companion tags of a source tag that are short enough to exist, in the order of the policy's platforms. */
export const companionTagsOf = (tag: string, policy: Policy): readonly string[] =>
  allCompanionTags(tag, policy).filter((companionTag) => !isTagTooLong(companionTag));

const allCompanionTags = (tag: string, { companionTag, platforms }: Policy): readonly string[] =>
  platforms.map((platform, at) => companionTagOf(tag, companionTag, at > 0 ? platform : undefined));

/** What each companion tag should name, for a source tag that names this manifest. */
export async function planCompanions(
  registry: Registry,
  image: ImageTag,
  found: TaggedManifest,
  policy: Policy,
): Promise<readonly CompanionPlan[]> {
  const tags = allCompanionTags(image.tag, policy);
  const source = await verified(registry, image.repository, found);
  const desired: readonly DesiredCompanion[] =
    source instanceof Refusal
      ? [{ kind: 'refused', refusal: source }]
      : await desiredCompanions(registry, image.repository, source, policy);
  return desired.map((companion, at) => {
    const tag = tags[at] ?? '';
    return { tag, desired: isTagTooLong(tag) ? withoutRoom(companion, image, tag) : companion };
  });
}

function withoutRoom(desired: DesiredCompanion, image: ImageTag, tag: string): DesiredCompanion {
  if (desired.kind !== 'manifest' && desired.kind !== 'recompressed') return desired;
  const detail = `the companion tag of ${image.tag} would have ${tag.length} characters, the limit is ${MAX_TAG_LENGTH}`;
  return { kind: 'refused', refusal: new Refusal('tag-too-long', detail) };
}

/** The manifest to put, if the companion does not name what it should. */
export function pendingPut(
  { desired }: CompanionPlan,
  companion: ManifestIdentity | undefined,
): StoredManifest | undefined {
  const isWanted = desired.kind === 'manifest' || (desired.kind === 'if-present' && companion !== undefined);
  return isWanted && desired.manifest.digest !== companion?.digest ? desired.manifest : undefined;
}
