import { digestOf } from '../manifest/digest';
import { Refusal } from '../reasons';
import type { Registry, StoredManifest, TaggedManifest } from '../registry';

/**
 * The manifest that a tag names, with bytes that hash to its digest. ECR translates a manifest on a read by tag that does not accept its
 * type, never on a read by digest. https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-manifest-formats.html
 */
export async function verified(
  registry: Registry,
  repository: string,
  found: TaggedManifest,
): Promise<StoredManifest | Refusal> {
  if (hasItsBytes(found)) return found;
  const read = await readVerified(registry, repository, found.digest);
  return (
    read ?? new Refusal('digest-mismatch', `the registry names ${found.digest}, but has no manifest of that digest`)
  );
}

/** @returns nothing if the repository has no manifest of this digest */
export async function readVerified(
  registry: Registry,
  repository: string,
  digest: string,
): Promise<StoredManifest | Refusal | undefined> {
  const read = await registry.readManifest(repository, digest);
  if (!read) return undefined;
  const actual = digestOf(read.bytes);
  return actual === digest ? read : new Refusal('digest-mismatch', `the bytes of ${digest} hash to ${actual}`);
}

const hasItsBytes = (found: TaggedManifest): found is StoredManifest =>
  found.bytes !== undefined && digestOf(found.bytes) === found.digest;
