import { buffer } from 'node:stream/consumers';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { digestOf } from '../ecr/digest';

export { digestOf };

/** A config, a layer, or anything else that a manifest refers to. */
export interface Blob {
  readonly mediaType: string;
  readonly bytes: Buffer;
}

export interface Layer extends Blob {
  /** The digest of the uncompressed tar, as in the config. https://github.com/opencontainers/image-spec/blob/main/config.md#layer-diffid */
  readonly diffId: string;
}

/** The descriptor of a blob, with its keys in image-spec's order. */
export const descriptorOf = ({ mediaType, bytes }: Blob) => ({
  mediaType,
  digest: digestOf(bytes),
  size: bytes.length,
});

const COMPRESS = {
  gzip: (tar: Buffer) => gzipSync(tar),
  zstd: (tar: Buffer) => zstdCompressSync(tar),
  none: (tar: Buffer) => tar,
};

/** A real layer: a tar of these files, compressed. */
export async function layerOf(
  files: Readonly<Record<string, string>>,
  mediaType: string,
  compression: keyof typeof COMPRESS = 'gzip',
): Promise<Layer> {
  const archive = pack();
  // With a fixed time, the same files are always the same layer.
  for (const [name, content] of Object.entries(files)) archive.entry({ name, mtime: new Date(0) }, content);
  archive.finalize();
  const tar = await buffer(archive);
  return { mediaType, bytes: COMPRESS[compression](tar), diffId: digestOf(tar) };
}

export const jsonBlob = (mediaType: string, content: object): Blob => ({
  mediaType,
  bytes: Buffer.from(JSON.stringify(content)),
});
