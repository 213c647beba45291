import { randomUUID } from 'node:crypto';
import type { BlobStore, BlobUpload } from './blob-store';

export interface UploadSession {
  readonly id: string;
  readonly repository: string;
  readonly blob: BlobUpload;
  /** Sizes of the parts of the AWS API. Only the last one may be below the minimum. */
  readonly partSizes: number[];
}

/** Uploads in progress through both APIs. An id is valid only in the repository that began it. */
export class Uploads {
  readonly #sessions = new Map<string, UploadSession>();

  constructor(readonly blobs: BlobStore) {}

  begin(repository: string): UploadSession {
    const session = { id: randomUUID(), repository, blob: this.blobs.begin(), partSizes: [] };
    this.#sessions.set(session.id, session);
    return session;
  }

  find(repository: string, id: string): UploadSession | undefined {
    const session = this.#sessions.get(id);
    return session?.repository === repository ? session : undefined;
  }

  /** Ends the session. Keeps nothing and returns false if the bytes don't have this digest. */
  async complete(session: UploadSession, digest: string): Promise<boolean> {
    this.#sessions.delete(session.id);
    return this.blobs.commit(session.blob, digest);
  }

  async cancel(session: UploadSession): Promise<void> {
    this.#sessions.delete(session.id);
    await this.blobs.discard(session.blob);
  }
}
