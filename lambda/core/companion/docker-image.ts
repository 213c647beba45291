import { DEPLOYED_TAG_SUFFIX } from '../contract';
import { RegistryRefusal, RepositoryNotFound } from '../errors';
import { formatPlatform, type Platform } from '../manifest/platform';
import { Refusal, type RefusalReason, SKIP_REASONS, type SkipReason } from '../reasons';
import type { ManifestIdentity, Registry, StoredManifest, TaggedManifest } from '../registry';
import { desiredCompanions } from './desired-state';
import type { RecompressedLayers } from './outcome';
import type { Policy } from './policy';
import { RecompressionResolver, type Recompressor } from './recompressor';
import { readVerified, verified } from './verified-read';

/** An image that somebody wants as Docker V2 Schema 2, by its digest. */
export interface WantedImage {
  readonly repository: string;
  /** A tag or a digest. */
  readonly reference: string;
  /** Absent: the policy's first, or the only one that an index has. */
  readonly platform?: Platform | undefined;
  /** A tag for the image, if it has to be put. @default one that is made of its digest */
  readonly companionTag?: string | undefined;
}

export interface DockerImage extends ManifestIdentity {
  readonly kind: 'image';
  readonly source: ManifestIdentity;
  /** Names it, and never another image. Absent if the image was Docker V2 Schema 2 already. */
  readonly tag?: string;
  readonly wasPut: boolean;
  /** Absent if the source is not an index. */
  readonly platform?: string;
  readonly droppedFields: readonly string[];
  readonly recompressed?: RecompressedLayers;
}

/** There is no such image, and there won't be until a person acts. */
export interface NoDockerImage {
  readonly kind: 'refused';
  readonly reason: RefusalReason | SkipReason;
  /** One sentence: what is wrong and where. */
  readonly detail: string;
}

/**
 * Finds an image as Docker V2 Schema 2, or makes it. A repair keeps the companion of a tag what it should be now; this gives one image for
 * good, so its tag is never moved: what runs by the digest would lose the image to a rule that expires untagged ones.
 * @param recompressor makes the layers that Docker V2 Schema 2 can name; needed if the policy has a recompression
 * @throws whatever the registry throws; the same call later is safe
 */
export async function dockerImageOf(
  registry: Registry,
  wanted: WantedImage,
  policy: Policy,
  recompressor?: Recompressor,
): Promise<DockerImage | NoDockerImage> {
  try {
    return await findOrPut(registry, wanted, policy, recompressor);
  } catch (error) {
    if (error instanceof Refusal) return refused(error);
    if (error instanceof RegistryRefusal) return refused(error);
    if (error instanceof RepositoryNotFound) return refused({ reason: 'repository-gone', detail: error.message });
    throw error;
  }
}

const refused = ({ reason, detail }: Pick<NoDockerImage, 'reason' | 'detail'>): NoDockerImage => ({
  kind: 'refused',
  reason,
  detail,
});

async function findOrPut(
  registry: Registry,
  wanted: WantedImage,
  policy: Policy,
  recompressor: Recompressor | undefined,
): Promise<DockerImage | NoDockerImage> {
  const { repository, reference, companionTag, platform } = wanted;
  const tags = [...(isDigest(reference) ? [] : [reference]), ...(companionTag ? [companionTag] : [])];
  const found = tags.length > 0 ? await registry.readTags(repository, tags) : new Map<string, TaggedManifest>();
  const source = await readSource(registry, wanted, found);
  if (!source) return refused({ reason: 'source-gone', detail: `${repository} has no image ${reference}` });

  const platforms = [platform ?? policy.platforms[0]] as const;
  const all = { ...policy, platforms, companionFor: 'every-tag' } as const;
  const [wish] = await desiredCompanions(registry, repository, source, all);
  const current = companionTag ? found.get(companionTag) : undefined;
  const desired = await new RecompressionResolver(registry, repository, recompressor).resolveOne(wish, current);
  if (desired.kind === 'refused') return refused(desired.refusal);
  if (desired.kind === 'none') return refused({ reason: desired.skip ?? 'artifact', detail: desired.detail });
  if (desired.kind !== 'manifest')
    throw new Error(`${repository} ${reference} is ${desired.kind}, and nothing does that`);

  const { manifest, droppedFields, recompressed } = desired;
  if (platform && desired.platform && !['unknown', formatPlatform(platform)].includes(desired.platform)) {
    const detail = `the index has no image for ${formatPlatform(platform)}, only for ${desired.platform}`;
    return refused({ reason: 'platform-not-found', detail });
  }
  const image = {
    kind: 'image',
    digest: manifest.digest,
    mediaType: manifest.mediaType,
    source: { digest: source.digest, mediaType: source.mediaType },
    ...(desired.platform ? { platform: desired.platform } : {}),
    droppedFields,
    ...(recompressed ? { recompressed } : {}),
  } as const;
  if (manifest.digest === source.digest) return { ...image, wasPut: false };
  if (companionTag && current?.digest === manifest.digest) return { ...image, tag: companionTag, wasPut: false };
  const free = companionTag && !current ? [companionTag] : [];
  return { ...image, ...(await putUnderOneOf([...free, tagOf(manifest)], registry, repository, manifest)) };
}

const isDigest = (reference: string): boolean => reference.startsWith('sha256:');

/** No two manifests have the same, so that it need never move. */
const tagOf = ({ digest }: ManifestIdentity): string => `${digest.replace(':', '-')}${DEPLOYED_TAG_SUFFIX}`;

async function readSource(
  registry: Registry,
  { repository, reference }: WantedImage,
  found: ReadonlyMap<string, TaggedManifest>,
): Promise<StoredManifest | undefined> {
  const tagged = found.get(reference);
  const source = isDigest(reference)
    ? await readVerified(registry, repository, reference)
    : tagged && (await verified(registry, repository, tagged));
  if (source instanceof Refusal) throw source;
  return source;
}

/** @throws Refusal or RegistryRefusal if the registry takes the manifest under none of the tags */
async function putUnderOneOf(
  tags: readonly string[],
  registry: Registry,
  repository: string,
  manifest: StoredManifest,
): Promise<{ readonly tag: string; readonly wasPut: boolean }> {
  for (const tag of tags) {
    const result = await registry.putManifest(repository, tag, manifest);
    switch (result.kind) {
      case 'done':
        return { tag, wasPut: true };
      case 'opted-out':
        throw new RegistryRefusal('opted-out', SKIP_REASONS['opted-out']);
      case 'refused':
        throw new Refusal(result.reason, result.detail);
      case 'tag-immutable': {
        // ECR says so of a tag that names this very manifest, too. https://github.com/aws/containers-roadmap/issues/2179
        const named = (await registry.readTags(repository, [tag])).get(tag);
        if (named?.digest === manifest.digest) return { tag, wasPut: false };
      }
    }
  }
  throw new Refusal('tag-immutable', `tag immutability of ${repository} keeps ${tags.join(' and ')} at other images`);
}
