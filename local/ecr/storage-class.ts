import type { Registry } from './registry';
import type { Image, Repository, StorageClass } from './repository';

export const statusOf = ({ storageClass }: Image) => (storageClass === 'ARCHIVE' ? 'ARCHIVED' : 'ACTIVE');

/**
 * Archives an image, or restores it. AWS takes up to 20 minutes to restore one, except by a push.
 * https://docs.aws.amazon.com/AmazonECR/latest/userguide/archive-image.html
 */
export function moveImage(registry: Registry, repository: Repository, { manifest }: Image, to: StorageClass): void {
  const time = to === 'ARCHIVE' ? 'lastArchivedAt' : 'lastActivatedAt';
  repository.update(manifest.digest, { storageClass: to, [time]: registry.now() });
  registry.publish({ type: 'UPDATE_STORAGE_CLASS', repository: repository.name, manifest, to });
}
