import { MAX_TAG_LENGTH } from '../contract';
import { Refusal } from '../reasons';
import type { Registry, StoredManifest } from '../registry';
import { companionTagOf, isTagTooLong } from './companion-tag';
import { type Demand, demandsOf } from './desired-state';
import type { ImageTag, ManifestIdentity } from './outcome';
import type { Policy } from './policy';
import { verified } from './verified-read';

/** A companion tag of a source tag, and what it must name. */
export interface Plan {
  readonly tag: string;
  readonly demand: Demand;
}

/** A demand that says which manifest. */
export type DemandedManifest = Extract<Demand, { readonly manifest: StoredManifest }>;

/** `absent`: it is not there and need not be. `stale`: it names another image than it should. */
export type CompanionState = 'right' | 'missing' | 'stale' | 'absent';

/** The companion tags of a source tag that are short enough to exist, in the order of the policy's platforms. */
export const companionTagsOf = (tag: string, policy: Policy): readonly string[] =>
  allCompanionTags(tag, policy).filter((companionTag) => !isTagTooLong(companionTag));

const allCompanionTags = (tag: string, { companionTag, platforms }: Policy): readonly string[] =>
  platforms.map((platform, at) => companionTagOf(tag, companionTag, at > 0 ? platform : undefined));

/** What each companion tag must name, for a source tag that names this manifest. */
export async function planCompanions(
  registry: Registry,
  image: ImageTag,
  found: StoredManifest,
  policy: Policy,
): Promise<readonly Plan[]> {
  const tags = allCompanionTags(image.tag, policy);
  const source = await verified(registry, image.repository, found);
  const demands: readonly Demand[] =
    source instanceof Refusal
      ? [{ demand: 'refused', refusal: source }]
      : await demandsOf(registry, image.repository, source, policy);
  return demands.map((demand, at) => {
    const tag = tags[at] ?? '';
    return { tag, demand: isTagTooLong(tag) ? withoutRoom(demand, image, tag) : demand };
  });
}

function withoutRoom(demand: Demand, image: ImageTag, tag: string): Demand {
  if (demand.demand === 'none' || demand.demand === 'refused') return demand;
  if (demand.demand === 'if-present') return { demand: 'none', skip: demand.skip, detail: demand.detail };
  const detail = `the companion tag of ${image.tag} would have ${tag.length} characters, the limit is ${MAX_TAG_LENGTH}`;
  return { demand: 'refused', refusal: new Refusal('tag-too-long', detail) };
}

export function stateOf({ demand }: Plan, companion: ManifestIdentity | undefined): CompanionState {
  if (!companion) return demand.demand === 'manifest' ? 'missing' : 'absent';
  return 'manifest' in demand && demand.manifest.digest === companion.digest ? 'right' : 'stale';
}

/** The manifest to put, if the companion is wrong and a put would make it right. */
export function manifestToPut(plan: Plan, companion: ManifestIdentity | undefined): DemandedManifest | undefined {
  const state = stateOf(plan, companion);
  return 'manifest' in plan.demand && (state === 'missing' || state === 'stale') ? plan.demand : undefined;
}
