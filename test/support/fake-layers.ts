import { gzipSync, zstdCompressSync } from 'node:zlib';
import { RegistryRefusal } from '../../lambda/core/errors';
import type { LayerStore } from '../../lambda/core/layers/layer-store';
import { digestOf } from '../../lambda/core/manifest/digest';
import { FakeServiceRegistry } from './fake-service';
import { DOCKER, OCI } from './manifests';

/** The layers of one repository in memory, with what was asked of them. */
export class FakeLayers implements LayerStore {
  readonly calls: string[] = [];
  readonly blobs = new Map<string, Uint8Array>();
  /** Runs before each chunk that is read. */
  beforeRead: (digest: string) => void | Promise<void> = () => {};
  /** Reads that are under way, and the most that ever were. */
  reading = 0;
  mostReading = 0;

  add(bytes: Uint8Array): string {
    this.blobs.set(digestOf(bytes), bytes);
    return digestOf(bytes);
  }

  async *read(_repository: string, digest: string): AsyncGenerator<Uint8Array> {
    this.calls.push('read');
    const bytes = this.blobs.get(digest);
    if (!bytes) throw new RegistryRefusal('layers-missing', `no layer ${digest}`);
    this.reading += 1;
    this.mostReading = Math.max(this.mostReading, this.reading);
    try {
      for (let at = 0; at < bytes.length; at += 1_000) {
        await this.beforeRead(digest);
        yield bytes.subarray(at, at + 1_000);
      }
    } finally {
      this.reading -= 1;
    }
  }

  async upload(_repository: string, bytes: AsyncIterable<Uint8Array>, digest: Promise<string>): Promise<void> {
    this.calls.push('upload');
    const chunks: Uint8Array[] = [];
    for await (const chunk of bytes) chunks.push(chunk);
    const stored = this.add(Buffer.concat(chunks));
    if (stored !== (await digest)) throw new Error('the digest is of other bytes');
  }

  async available(_repository: string, digests: readonly string[]): Promise<ReadonlySet<string>> {
    this.calls.push('available');
    return new Set(digests.filter((digest) => this.blobs.has(digest)));
  }
}

const COMPRESS = {
  [OCI.zstd]: (tar: Uint8Array) => zstdCompressSync(tar),
  [OCI.gzip]: (tar: Uint8Array) => gzipSync(tar),
  [DOCKER.gzip]: (tar: Uint8Array) => gzipSync(tar),
  [OCI.tar]: (tar: Uint8Array) => tar,
} as const;

export type LayerForm = keyof typeof COMPRESS;

/** Something to be a layer's tar: text, so that it can be compressed. */
export const tarOf = (name: string, size = 10_000): Uint8Array => Buffer.alloc(size, `${name} `);

/** A repository whose images have real layers. */
export class LayeredRepository {
  readonly registry = new FakeServiceRegistry();
  readonly layers = new FakeLayers();

  /** Pushes an image with these tars, compressed as their types say. */
  push(
    tag: string,
    parts: readonly (readonly [tar: Uint8Array, form: LayerForm])[],
    more: { readonly manifestType?: string; readonly diffIds?: readonly string[]; readonly about?: object } = {},
  ): { readonly digest: string; readonly config: string } {
    const { manifestType = OCI.manifest, diffIds = parts.map(([tar]) => digestOf(tar)), about = {} } = more;
    const config = this.registry.pushBlob({
      os: 'linux',
      architecture: 'amd64',
      ...about,
      rootfs: { type: 'layers', diff_ids: diffIds },
    });
    const layers = parts.map(([tar, form]) => {
      const bytes = COMPRESS[form](tar);
      return { mediaType: form, digest: this.layers.add(bytes), size: bytes.length };
    });
    const configType = manifestType === DOCKER.manifest ? DOCKER.config : OCI.config;
    const manifest = {
      schemaVersion: 2,
      mediaType: manifestType,
      config: { mediaType: configType, ...config },
      layers,
    };
    const { digest } = this.registry.push(manifest, manifestType, tag);
    return { digest, config: config.digest };
  }
}
