// Stand-in until the branch layers is merged.
import type { Descriptor } from '../manifest/descriptor';
import { parseJson } from '../manifest/json';
import type { ImageManifest } from '../manifest/manifest';
import { DOCKER_CONFIG, DOCKER_MANIFEST, isConfig } from '../manifest/media-types';
import { Refusal } from '../reasons';

export interface LayerToRecompress {
  readonly index: number;
  readonly descriptor: Descriptor;
  readonly compression: 'zstd' | 'none';
  readonly diffId: string;
}
const GZIP = 'application/vnd.docker.image.rootfs.diff.tar.gzip';
const compressionOf = (mediaType: string) =>
  /[+.]zstd$/.test(mediaType) ? 'zstd' : /(layer\.v1|rootfs\.diff)\.tar$/.test(mediaType) ? 'none' : undefined;

export function planRecompression(manifest: ImageManifest, config: Uint8Array): readonly LayerToRecompress[] | Refusal {
  const json = JSON.parse(new TextDecoder().decode(config));
  void parseJson;
  const ids = json.rootfs?.diff_ids ?? [];
  if (ids.length !== manifest.layers.length) return new Refusal('bad-field', 'diff_ids do not match the layers');
  return manifest.layers.flatMap((descriptor, index) => {
    const compression = compressionOf(descriptor.mediaType);
    return compression ? [{ index, descriptor, compression, diffId: ids[index] } as const] : [];
  });
}

export function recompressedManifest(
  manifest: ImageManifest,
  gzipLayers: ReadonlyMap<number, { digest: string; size: number }>,
): Uint8Array {
  const plain = ({ mediaType, size, digest }: Pick<Descriptor, 'mediaType' | 'size' | 'digest'>) => ({
    mediaType,
    size,
    digest,
  });
  return new TextEncoder().encode(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: DOCKER_MANIFEST,
      config: plain({ ...manifest.config, mediaType: DOCKER_CONFIG }),
      layers: manifest.layers.map((layer, at) => plain({ ...layer, ...gzipLayers.get(at), mediaType: GZIP })),
    }),
  );
}

export function isRecompressionCurrent(source: ImageManifest, companion: ImageManifest): boolean {
  return (
    companion.mediaType === DOCKER_MANIFEST &&
    isConfig(companion.config.mediaType) &&
    companion.config.digest === source.config.digest &&
    companion.layers.length === source.layers.length &&
    companion.layers.every(
      (layer, at) =>
        layer.mediaType === GZIP &&
        (compressionOf(source.layers[at]?.mediaType ?? '') || layer.digest === source.layers[at]?.digest),
    )
  );
}
