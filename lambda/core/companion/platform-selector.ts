import type { Child } from '../manifest/descriptor';
import { isDigest } from '../manifest/digest';
import { parseJson } from '../manifest/json';
import { type ImageManifest, MAX_MANIFEST_BYTES, type Manifest, readManifest } from '../manifest/manifest';
import { isIndex, isManifest } from '../manifest/media-types';
import { formatPlatform, isPlatformName, type Platform, platformOf, samePlatform } from '../manifest/platform';
import { Refusal, refusalOr } from '../reasons';
import type { Registry, StoredManifest } from '../registry';
import { verified } from './verified-read';

/** An image of an index: the bytes that the repository holds, and what they say. */
export interface IndexImage {
  readonly stored: StoredManifest;
  readonly image: ImageManifest;
  readonly platform: Platform | undefined;
}

/** An index that no image of the platform can be taken from, though others can. */
export interface PlatformAbsent {
  readonly absent: readonly Platform[];
}

/** https://github.com/moby/buildkit/blob/master/docs/attestations/attestation-storage.md */
const ATTESTATION_ANNOTATION = 'vnd.docker.reference.type';
/** The only hint in an index that a child's layers are zstd; its twin of the same platform has gzip layers. */
const ZSTD_ANNOTATION = 'io.github.containers.compression.zstd';

const MAX_NESTING = 2;
/** Nested indexes and children without a platform cost a read each; a hostile index has thousands. */
const MAX_READS = 40;

const isRunnable = (child: Child): boolean =>
  (isManifest(child.mediaType) || isIndex(child.mediaType)) &&
  !child.annotations.has(ATTESTATION_ANNOTATION) &&
  child.artifactType === undefined &&
  child.platform?.os !== 'unknown' &&
  child.platform?.architecture !== 'unknown';

const withoutRepeats = (children: readonly Child[]): Child[] => [
  ...new Map(children.map((child) => [child.digest, child])).values(),
];

/** The first child of the platform, but one with zstd layers only if there is no other. */
export function childOf(children: readonly Child[], platform: Platform): Child | undefined {
  const matching = children.filter((child) => child.platform && samePlatform(child.platform, platform));
  return matching.find((child) => child.annotations.get(ZSTD_ANNOTATION) !== 'true') ?? matching[0];
}

/** The image that an index announces for the platform, or its only one. */
export function runnableChildOf(children: readonly Child[], platform: Platform): Child | undefined {
  const runnable = withoutRepeats(children.filter(isRunnable)).filter((child) => isManifest(child.mediaType));
  return childOf(runnable, platform) ?? (runnable.length === 1 ? runnable[0] : undefined);
}

/** Chooses images from one index, reading children only when their descriptors leave the choice open. */
export class IndexImages {
  readonly #registry: Registry;
  readonly #repository: string;
  readonly #index: readonly Child[];
  readonly #manifests = new Map<string, { stored: StoredManifest; manifest: Manifest } | Refusal>();
  #reads = 0;
  #explored: readonly Child[] | Refusal | undefined;

  constructor(registry: Registry, repository: string, index: readonly Child[]) {
    this.#registry = registry;
    this.#repository = repository;
    this.#index = withoutRepeats(index.filter(isRunnable));
  }

  /** @param orTheOnlyOne whether a single runnable child is taken whatever its platform is */
  async imageFor(platform: Platform, orTheOnlyOne: boolean): Promise<IndexImage | PlatformAbsent | Refusal> {
    const announced = childOf(
      this.#index.filter((child) => isManifest(child.mediaType)),
      platform,
    );
    if (announced) return this.#read(announced);
    const children = await this.#explore();
    if (children instanceof Refusal) return children;
    const found = childOf(children, platform) ?? (orTheOnlyOne && children.length === 1 ? children[0] : undefined);
    if (found) return this.#read(found);
    if (children.length === 0)
      return new Refusal('no-runnable-image', 'the index has only attestations and images of unknown platform');
    return { absent: children.flatMap((child) => child.platform ?? []) };
  }

  async #explore(): Promise<readonly Child[] | Refusal> {
    this.#explored ??= await this.#flatten(this.#index, 1, new Set());
    return this.#explored;
  }

  /** All images below, each with its platform. */
  async #flatten(
    children: readonly Child[],
    depth: number,
    above: ReadonlySet<string>,
  ): Promise<readonly Child[] | Refusal> {
    const images: Child[] = [];
    const only = children.length === 1;
    for (const child of children) {
      const below = isIndex(child.mediaType)
        ? await this.#flattenIndex(child, depth, above)
        : [child.platform || (only && depth === 1) ? child : await this.#withPlatform(child)];
      if (below instanceof Refusal) return below;
      for (const image of below) {
        if (image instanceof Refusal) return image;
        if (isRunnable(image)) images.push(image);
      }
    }
    return withoutRepeats(images);
  }

  async #flattenIndex(child: Child, depth: number, above: ReadonlySet<string>): Promise<readonly Child[] | Refusal> {
    if (depth >= MAX_NESTING || above.has(child.digest)) {
      return new Refusal(
        'nested-too-deep',
        `the index ${child.digest} is nested deeper than ${MAX_NESTING} levels, or in itself`,
      );
    }
    const read = await this.#manifest(child);
    if (read instanceof Refusal) return read;
    if (read.manifest.kind !== 'index') return [];
    return this.#flatten(
      withoutRepeats(read.manifest.children.filter(isRunnable)),
      depth + 1,
      new Set([...above, child.digest]),
    );
  }

  /** A child without a platform is known from its config, never from the machine that asks. */
  async #withPlatform(child: Child): Promise<Child | Refusal> {
    const read = await this.#manifest(child);
    if (read instanceof Refusal) return read;
    // Whatever is no image is left out with the attestations.
    if (read.manifest.kind !== 'image') return { ...child, artifactType: read.manifest.kind };
    if (!this.#mayRead()) return tooManyReads();
    const config = await this.#registry.readBlob(this.#repository, read.manifest.config.digest, MAX_MANIFEST_BYTES);
    const platform = refusalOr(() => platformOfConfig(config));
    if (platform instanceof Refusal)
      return new Refusal(platform.reason, `config of ${child.digest}: ${platform.detail}`);
    return { ...child, platform };
  }

  async #read(child: Child): Promise<IndexImage | Refusal> {
    const read = await this.#manifest(child);
    if (read instanceof Refusal) return read;
    if (read.manifest.kind === 'image') return { stored: read.stored, image: read.manifest, platform: child.platform };
    return new Refusal(
      'no-runnable-image',
      `the index announces ${child.digest} as an image, it is of kind ${read.manifest.kind}`,
    );
  }

  async #manifest(child: Child): Promise<{ stored: StoredManifest; manifest: Manifest } | Refusal> {
    const known = this.#manifests.get(child.digest);
    if (known) return known;
    if (!this.#mayRead()) return tooManyReads();
    const read = await this.#readChild(child);
    this.#manifests.set(child.digest, read);
    return read;
  }

  async #readChild({ digest, mediaType }: Child): Promise<{ stored: StoredManifest; manifest: Manifest } | Refusal> {
    const found = isDigest(digest) ? await this.#registry.readManifest(this.#repository, digest) : undefined;
    if (!found) return new Refusal('child-missing', `the index names ${digest}, which the repository does not have`);
    const stored = await verified(this.#registry, this.#repository, { ...found, digest });
    if (stored instanceof Refusal) return stored;
    if (stored.mediaType !== mediaType) {
      return new Refusal(
        'child-type-mismatch',
        `the index announces ${digest} as ${mediaType}, it is ${stored.mediaType}`,
      );
    }
    const manifest = readManifest(stored.bytes, stored.mediaType);
    return manifest instanceof Refusal
      ? new Refusal(manifest.reason, `child ${digest}: ${manifest.detail}`)
      : { stored, manifest };
  }

  #mayRead(): boolean {
    this.#reads += 1;
    return this.#reads <= MAX_READS;
  }
}

const tooManyReads = () =>
  new Refusal('too-many-reads', `the platforms of the index's children are not told within ${MAX_READS} reads`);

function platformOfConfig(config: Uint8Array): Platform {
  const json = parseJson(config);
  const text = (field: string): string | undefined => {
    const value = json instanceof Map ? json.get(field) : undefined;
    return typeof value === 'string' && isPlatformName(value) ? value : undefined;
  };
  const [os, architecture] = [text('os'), text('architecture')];
  if (!os || !architecture) throw new Refusal('bad-field', 'the image config names no os and architecture');
  return platformOf(os, architecture, text('variant'));
}

export const describePlatforms = (platforms: readonly Platform[]): string =>
  [...new Set(platforms.map(formatPlatform))].slice(0, 10).join(', ') || 'none';
