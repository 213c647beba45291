/** The port: the layers of one registry, as streams. */
export interface LayerStore {
  /** The blob from its first byte to its last. A download that breaks goes on where it broke. */
  read(repository: string, digest: string, size: number): AsyncIterable<Uint8Array>;
  /**
   * Uploads a layer while it is being made. One that the repository has already is done too.
   * @param digest of these bytes, which is known only at their end; if it rejects, the layer is dropped
   */
  upload(repository: string, bytes: AsyncIterable<Uint8Array>, digest: Promise<string>): Promise<void>;
  /** Those of the layers that a manifest of this repository can name. */
  available(repository: string, digests: readonly string[]): Promise<ReadonlySet<string>>;
}
