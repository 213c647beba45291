import { type PlatformAbsent, PlatformSelector } from '../../../lambda/core/companion/platform-selector';
import { readVerified, verified } from '../../../lambda/core/companion/verified-read';
import { LayerRefused } from '../../../lambda/core/layers/layer-refused';
import { digestOf } from '../../../lambda/core/manifest/digest';
import {
  type ImageIndex,
  type ImageManifest,
  MAX_MANIFEST_BYTES,
  manifestOf,
} from '../../../lambda/core/manifest/manifest';
import type { Platform } from '../../../lambda/core/manifest/platform';
import { Refusal } from '../../../lambda/core/reasons';
import type { StoredManifest } from '../../../lambda/core/registry';
import type { Account } from '../../cli/account';
import { CliError } from '../../cli/errors';
import { type ImageReference, nameOf } from '../../cli/image-reference';
import { inRepository, noSuchImage } from '../../cli/not-found';
import type { ComparedImage } from './compare';
import { diffIdOf } from './layer-content';

/** What a reference names now. */
export interface Side {
  readonly account: Account;
  readonly reference: ImageReference;
  readonly name: string;
  readonly stored: StoredManifest;
}

/** @throws CliError with near matches if there is no such repository or image */
export async function readSide(account: Account, reference: ImageReference): Promise<Side> {
  const { repository, tag, digest } = reference;
  const name = nameOf(reference);
  return inRepository(account, repository, async () => {
    const { registry } = account;
    const found = digest
      ? await readVerified(registry, repository, digest)
      : (await registry.readTags(repository, [tag ?? ''])).get(tag ?? '');
    if (!found) throw await noSuchImage(account, reference);
    const stored = found instanceof Refusal ? found : await verified(registry, repository, found);
    if (stored instanceof Refusal) throw notUnderstood(name, stored);
    return { account, reference, name, stored };
  });
}

/** @throws CliError if the reference names no image that can be compared */
export function contentOf({ name, stored }: Side): ImageManifest | ImageIndex {
  const manifest = manifestOf(stored);
  if (manifest instanceof Refusal) throw notUnderstood(name, manifest);
  if (manifest.kind === 'image' || manifest.kind === 'index') return manifest;
  const what = manifest.kind === 'artifact' ? `an artifact of type ${manifest.artifactType}` : 'a BuildKit cache';
  throw new CliError(`${name} is ${what}, not a container image.`);
}

/** Chooses an image of an index. @returns nothing if it has none of this platform */
export async function imageOfIndex(
  side: Side,
  index: ImageIndex,
  platform: Platform,
  orTheOnlyOne: boolean,
): Promise<ComparedImage | PlatformAbsent> {
  const { account, reference, name } = side;
  const found = await new PlatformSelector(account.registry, reference.repository, index.children).imageFor(
    platform,
    orTheOnlyOne,
  );
  if (found instanceof Refusal) throw notUnderstood(name, found);
  return 'absent' in found ? found : comparedImage(side, found.stored, found.image);
}

export function comparedImage(side: Side, stored: StoredManifest, manifest: ImageManifest): ComparedImage {
  const { account, reference, name } = side;
  const { repository } = reference;
  return {
    name,
    stored,
    manifest,
    readConfig: async () => {
      const bytes = await account.registry.readBlob(repository, manifest.config.digest, MAX_MANIFEST_BYTES);
      if (digestOf(bytes) === manifest.config.digest) return bytes;
      throw new CliError(`The config of ${name} hashes to ${digestOf(bytes)}, not to ${manifest.config.digest}.`);
    },
    readDiffId: async (layer) => {
      const { digest, size } = manifest.layers[layer] ?? manifest.config;
      try {
        return await diffIdOf(account.registry.layers.read(repository, digest, size));
      } catch (error) {
        if (!isDamage(error)) throw error;
        throw new CliError(`The layer ${digest} of ${name} can't be decompressed: ${error.message}.`);
      }
    },
  };
}

/** Of zstd, or of gzip: https://nodejs.org/api/zlib.html#for-zlib-based-streams */
const isDamage = (error: unknown): error is Error =>
  error instanceof LayerRefused ||
  (typeof error === 'object' && error !== null && 'code' in error && /^Z_/.test(String(error.code)));

const notUnderstood = (name: string, { reason, detail }: Refusal) =>
  new CliError(`${name} can't be compared: ${reason}: ${detail}.`);
