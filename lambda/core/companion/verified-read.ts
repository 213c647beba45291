import { digestOf } from '../manifest/digest';
import { Refusal } from '../reasons';
import type { Registry, StoredManifest } from '../registry';

/**
 * The manifest with bytes that hash to its digest. ECR translates a manifest on a read by tag that does not accept its type, never on
 * a read by digest. https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-manifest-formats.html
 */
export async function verified(
  registry: Registry,
  repository: string,
  found: StoredManifest,
): Promise<StoredManifest | Refusal> {
  if (digestOf(found.bytes) === found.digest) return found;
  const again = await registry.readManifest(repository, found.digest);
  if (again && again.digest === found.digest && digestOf(again.bytes) === found.digest) return again;
  return new Refusal('digest-mismatch', `the bytes of ${found.digest} hash to ${digestOf((again ?? found).bytes)}`);
}
