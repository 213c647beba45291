import type { Child } from '../manifest/descriptor';
import { platformOfConfig } from '../manifest/image-config';
import { childOf, runnableChildren } from '../manifest/index-children';
import {
  type ImageManifest,
  MAX_MANIFEST_BYTES,
  MAX_REMEMBERED_BYTES,
  type Manifest,
  manifestOf,
} from '../manifest/manifest';
import { isIndex, isManifest } from '../manifest/media-types';
import { formatPlatform, type Platform } from '../manifest/platform';
import { Refusal } from '../reasons';
import type { Registry, StoredManifest } from '../registry';
import { readVerified } from './verified-read';

/** An image of an index: the bytes that the repository holds, and what they say. */
export interface IndexImage {
  readonly stored: StoredManifest;
  readonly image: ImageManifest;
  readonly platform: Platform | undefined;
}

interface ReadManifest {
  readonly stored: StoredManifest;
  readonly manifest: Manifest;
}

/** The index has images, but none of the platform. */
export interface PlatformAbsent {
  readonly absent: readonly Platform[];
}

const MAX_NESTING = 2;
/** Nested indexes and children without a platform cost a read each; a hostile index has thousands. */
const MAX_READS = 40;

/** Chooses images from one index, reading children only when their descriptors leave the choice open. */
export class PlatformSelector {
  readonly #registry: Registry;
  readonly #repository: string;
  readonly #index: readonly Child[];
  readonly #manifests = new Map<string, ReadManifest | Refusal>();
  #reads = 0;
  #explored: readonly Child[] | Refusal | undefined;

  constructor(registry: Registry, repository: string, index: readonly Child[]) {
    this.#registry = registry;
    this.#repository = repository;
    this.#index = runnableChildren(index);
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
    this.#explored ??= await this.#flatten(this.#index, 1);
    return this.#explored;
  }

  /** All images below, each with its platform. */
  async #flatten(children: readonly Child[], depth: number): Promise<readonly Child[] | Refusal> {
    const images: Child[] = [];
    const only = children.length === 1;
    for (const child of children) {
      const below = isIndex(child.mediaType)
        ? await this.#flattenIndex(child, depth)
        : child.platform || (only && depth === 1)
          ? [child]
          : await this.#withPlatform(child);
      if (below instanceof Refusal) return below;
      images.push(...below);
    }
    return runnableChildren(images);
  }

  async #flattenIndex(child: Child, depth: number): Promise<readonly Child[] | Refusal> {
    if (depth >= MAX_NESTING) {
      return new Refusal(
        'nested-too-deep',
        `the index ${child.digest} is nested deeper than ${MAX_NESTING} levels, or in itself`,
      );
    }
    const read = await this.#manifest(child);
    if (read instanceof Refusal) return read;
    if (read.manifest.kind !== 'index') return [];
    return this.#flatten(runnableChildren(read.manifest.children), depth + 1);
  }

  /** The platform of a child that does not name it is read from its config, never taken from the machine that asks. */
  async #withPlatform(child: Child): Promise<readonly Child[] | Refusal> {
    const read = await this.#manifest(child);
    if (read instanceof Refusal) return read;
    // Anything that is not an image is left out, like an attestation.
    if (read.manifest.kind !== 'image') return [];
    if (!this.#mayRead()) return tooManyReads();
    const config = await this.#registry.readBlob(this.#repository, read.manifest.config.digest, MAX_MANIFEST_BYTES);
    const platform = platformOfConfig(config);
    if (platform instanceof Refusal)
      return new Refusal(platform.reason, `config of ${child.digest}: ${platform.detail}`);
    return [{ ...child, platform }];
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

  async #manifest(child: Child): Promise<ReadManifest | Refusal> {
    const known = this.#manifests.get(child.digest);
    if (known) return known;
    if (!this.#mayRead()) return tooManyReads();
    const read = await this.#readChild(child);
    // Forty children of 4 MiB would not fit the function's memory, so a large one is read again if it is chosen.
    if (read instanceof Refusal || read.stored.bytes.length <= MAX_REMEMBERED_BYTES)
      this.#manifests.set(child.digest, read);
    return read;
  }

  async #readChild({ digest, mediaType }: Child): Promise<ReadManifest | Refusal> {
    const stored = await readVerified(this.#registry, this.#repository, digest);
    if (!stored) return new Refusal('child-missing', `the index names ${digest}, which the repository does not have`);
    if (stored instanceof Refusal) return stored;
    if (stored.mediaType !== mediaType) {
      return new Refusal(
        'child-type-mismatch',
        `the index announces ${digest} as ${mediaType}, it is ${stored.mediaType}`,
      );
    }
    const manifest = manifestOf(stored);
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

export const describePlatforms = (platforms: readonly Platform[]): string =>
  [...new Set(platforms.map(formatPlatform))].slice(0, 10).join(', ') || 'none';
