import { isSha256 } from '../digest';
import { invalidParameter, layerNotFound } from '../errors';
import { type Operations, repositoryOf } from './operation';

export const layerOperations: Operations = {
  GetDownloadUrlForLayer(input, { registry, origin }) {
    const repository = repositoryOf(input, registry);
    const layerDigest = input.string('layerDigest');
    if (!isSha256(layerDigest)) throw invalidParameter('layerDigest', 'Invalid digest');
    if (!repository.hasBlob(layerDigest)) throw layerNotFound(layerDigest, registry.idOf(repository.name));
    return { downloadUrl: `${origin}/blob-download/${repository.name}/${layerDigest}`, layerDigest };
  },
};
