import { createHash } from 'node:crypto';
import { createReadStream, mkdirSync, type ReadStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isSha256 } from './digest';

/** A blob that is still arriving. */
export class BlobUpload {
  readonly #hash = createHash('sha256');
  length = 0;

  constructor(readonly path: string) {}

  get digest(): string {
    return `sha256:${this.#hash.copy().digest('hex')}`;
  }

  /** Appends the chunks of the source, with one in memory at a time. */
  async append(source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> {
    const file = await open(this.path, 'a');
    try {
      for await (const chunk of source) {
        await file.appendFile(chunk);
        this.#hash.update(chunk);
        this.length += chunk.length;
      }
    } finally {
      await file.close();
    }
  }
}

/** Blobs on disk, named by their digests, so that repositories share them. */
export class BlobStore {
  readonly #sizes = new Map<string, number>();
  #uploads = 0;

  /** @param directory created if missing */
  constructor(readonly directory: string) {
    mkdirSync(join(directory, 'sha256'), { recursive: true });
    mkdirSync(join(directory, 'uploads'), { recursive: true });
  }

  /** The bytes of a stored blob, or `undefined`. */
  size(digest: string): number | undefined {
    return this.#sizes.get(digest);
  }

  begin(): BlobUpload {
    return new BlobUpload(join(this.directory, 'uploads', `${process.pid}-${++this.#uploads}`));
  }

  /** Keeps the upload as a blob if it has this digest; otherwise drops it and returns false. */
  async commit(upload: BlobUpload, digest: string): Promise<boolean> {
    if (upload.digest !== digest) {
      await rm(upload.path, { force: true });
      return false;
    }
    await rename(upload.path, this.#path(digest));
    this.#sizes.set(digest, upload.length);
    return true;
  }

  /** @param range both ends included @default the whole blob */
  read(digest: string, range: { readonly start?: number; readonly end?: number } = {}): ReadStream {
    return createReadStream(this.#path(digest), range);
  }

  #path(digest: string): string {
    if (!isSha256(digest)) throw new Error(`expected a sha256 digest, got '${digest}'`);
    return join(this.directory, 'sha256', digest.slice('sha256:'.length));
  }
}
