import { createHash } from 'node:crypto';
import { createReadStream, mkdirSync, type ReadStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isSha256 } from './digest';

/** A blob that is still arriving. Its file, length and hash always agree, even after a client hung up halfway. */
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

  /** Appends the chunks of the source, with one in memory at a time. */
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
      // A write that failed halfway left bytes that are not in the hash; a client that resumes must not continue after them.
      await file.truncate(this.#length);
      throw error;
    } finally {
      this.#busy = false;
      await file.close();
    }
  }
}

/** Blobs on disk, named by their digests, so that repositories share them. */
export class BlobStore {
  readonly #directory: string;
  readonly #sizes = new Map<string, number>();
  #uploads = 0;

  /** @param directory created if missing */
  constructor(directory: string) {
    this.#directory = directory;
    mkdirSync(join(directory, 'sha256'), { recursive: true });
    mkdirSync(join(directory, 'uploads'), { recursive: true });
  }

  /** The bytes of a stored blob, or `undefined`. */
  size(digest: string): number | undefined {
    return this.#sizes.get(digest);
  }

  begin(): BlobUpload {
    return new BlobUpload(join(this.#directory, 'uploads', `${process.pid}-${++this.#uploads}`));
  }

  /** Keeps the upload as a blob if it has this digest; otherwise drops it and returns false. */
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

  read(digest: string): ReadStream {
    return createReadStream(this.#path(digest));
  }

  #path(digest: string): string {
    if (!isSha256(digest)) throw new Error(`expected a sha256 digest, got '${digest}'`);
    return join(this.#directory, 'sha256', digest.slice('sha256:'.length));
  }
}
