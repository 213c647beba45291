import { type Conversion, isDocker, toDocker } from '../manifest/convert';
import type { Descriptor } from '../manifest/descriptor';
import { digestOf } from '../manifest/digest';
import { diffIdsOf } from '../manifest/image-config';
import type { ImageManifest } from '../manifest/manifest';
import { compressionToReplace, GZIP_DOCKER_LAYER, type LayerCompression } from '../manifest/media-types';
import { Refusal } from '../reasons';

export interface LayerToRecompress {
  /** In the layers of the manifest. */
  readonly index: number;
  readonly descriptor: Descriptor;
  readonly compression: LayerCompression;
  /** The digest of its tar. */
  readonly diffId: string;
}

/** A layer as gzip, which takes the place of the layer with this index. */
export type GzipLayers = ReadonlyMap<number, Pick<Descriptor, 'digest' | 'size'>>;

/**
 * Which layers of an image have to be recompressed before it can be Docker V2 Schema 2. The other layers stay what they are.
 * @param config the blob that the manifest names
 * @returns none if the image can be converted as it is; or why recompression would not help
 */
export function planRecompression(manifest: ImageManifest, config: Uint8Array): readonly LayerToRecompress[] | Refusal {
  const layers = layersToRecompress(manifest);
  const conversion = conversionAfterRecompression(manifest);
  if (conversion instanceof Refusal) return conversion;
  if (layers.length === 0) return [];
  if (digestOf(config) !== manifest.config.digest)
    return new Refusal('digest-mismatch', `the config hashes to ${digestOf(config)}, not to ${manifest.config.digest}`);
  const diffIds = diffIdsOf(config);
  if (diffIds instanceof Refusal) return diffIds;
  if (diffIds.length !== manifest.layers.length)
    return new Refusal(
      'diff-ids-mismatch',
      `the image config has ${diffIds.length} diff_ids, but the manifest has ${manifest.layers.length} layers`,
    );
  return layers.map((layer) => ({ ...layer, diffId: diffIds[layer.index] ?? '' }));
}

/** What recompression would make of the image, except for the layers that it makes; or why it would not help. */
export const conversionAfterRecompression = (manifest: ImageManifest): Conversion | Refusal =>
  convert(manifest, new Map(layersToRecompress(manifest).map(({ index, descriptor }) => [index, descriptor])));

/**
 * The Docker V2 Schema 2 manifest of the image with these layers; the config stays, and with it the image ID.
 * @throws Error if a layer is left that Docker V2 Schema 2 has no name for
 */
export function recompressedManifest(manifest: ImageManifest, gzipLayers: GzipLayers): Uint8Array {
  const conversion = convert(manifest, gzipLayers);
  if (conversion instanceof Refusal) throw new Error(`the image is not recompressed: ${conversion.detail}`);
  return conversion.manifest.bytes;
}

/**
 * Whether a companion is its source, recompressed. The recompressed layers may be any gzip layers, because the bytes that gzip makes of a
 * tar are not the same in each version of zlib: the config, which has the digests of the tars, says that they are the same files.
 */
export function isRecompressionCurrent(source: ImageManifest, companion: ImageManifest): boolean {
  const recompressed = new Set(layersToRecompress(source).map(({ index }) => index));
  const gzipLayers = new Map([...companion.layers.entries()].filter(([index]) => recompressed.has(index)));
  const expected = convert(source, gzipLayers);
  const found = toDocker(companion, 'refuse');
  if (expected instanceof Refusal || found instanceof Refusal) return false;
  return isDocker(companion) && expected.manifest.digest === found.manifest.digest;
}

export function layersToRecompress({ layers }: ImageManifest): Omit<LayerToRecompress, 'diffId'>[] {
  return layers.flatMap((descriptor, index) => {
    const compression = compressionToReplace(descriptor.mediaType);
    return compression ? [{ index, descriptor, compression }] : [];
  });
}

function convert(manifest: ImageManifest, gzipLayers: GzipLayers): Conversion | Refusal {
  const layers = manifest.layers.map((layer, index) => {
    const gzip = gzipLayers.get(index);
    return gzip ? { ...layer, mediaType: GZIP_DOCKER_LAYER, digest: gzip.digest, size: gzip.size } : layer;
  });
  return toDocker({ ...manifest, layers }, 'refuse');
}
