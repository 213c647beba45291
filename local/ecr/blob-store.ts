import { createHash } from 'node:crypto';
import { createReadStream, mkdirSync, type ReadStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isSha256 } from './digest';

/** A blob that is still arriving. Its file, length and hash always describe the same bytes, also after a client hung up in the middle. */
export class BlobUpload {
  readonly #hash = createHash('sha256');
  #length = 0;
  #busy = false;

  constructor(readonly path: string) {}

  get length(): number {
    return this.#length;
  }

  get busy(): boolean {
    return this.#busy;
  }

  get digest(): string {
    return `sha256:${this.#hash.copy().digest('hex')}`;
  }

  /** Appends what the source yields, one chunk in memory at a time. */
  async append(source: AsyncIterable<Uint8Array>): Promise<void> {
    this.#busy = true;
    const file = await open(this.path, 'a');
    try {
      for await (const chunk of source) {
        await file.appendFile(chunk);
        this.#hash.update(chunk);
        this.#length += chunk.length;
      }
    } catch (error) {
      // A write that failed half-way left bytes that the hash has not seen; a client that resumes must not build on them.
      await file.truncate(this.#length);
      throw error;
    } finally {
      this.#busy = false;
      await file.close();
    }
  }
}

/** Blobs on disk, named by their content, so that repositories share them. */
export class BlobStore {
  readonly #directory: string;
  readonly #sizes = new Map<string, number>();
  #uploads = 0;

  /** @param directory is created if it is not there */
  constructor(directory: string) {
    this.#directory = directory;
    mkdirSync(join(directory, 'sha256'), { recursive: true });
    mkdirSync(join(directory, 'uploads'), { recursive: true });
  }

  /** Bytes of a stored blob, or undefined. */
  size(digest: string): number | undefined {
    return this.#sizes.get(digest);
  }

  begin(): BlobUpload {
    return new BlobUpload(join(this.#directory, 'uploads', `${process.pid}-${++this.#uploads}`));
  }

  /** Keeps the upload as a blob if it is what the digest says; otherwise drops it and returns false. */
  async commit(upload: BlobUpload, digest: string): Promise<boolean> {
    if (upload.digest !== digest) {
      await this.discard(upload);
      return false;
    }
    await rename(upload.path, this.#path(digest));
    this.#sizes.set(digest, upload.length);
    return true;
  }

  async discard(upload: BlobUpload): Promise<void> {
    await rm(upload.path, { force: true });
  }

  /** @param range first and last byte, both inclusive; the whole blob without it */
  read(digest: string, range?: { readonly start: number; readonly end: number }): ReadStream {
    return createReadStream(this.#path(digest), range);
  }

  #path(digest: string): string {
    if (!isSha256(digest)) throw new Error(`'${digest}' is not a sha256 digest, so no blob can have it`);
    return join(this.#directory, 'sha256', digest.slice('sha256:'.length));
  }
}
