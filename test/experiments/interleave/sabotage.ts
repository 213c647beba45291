import type { Registry, StoredManifest, TaggedManifest } from '../../../lambda/core/registry';

/** A repair that does not confirm: after a put, it is told that all is as it read and wrote it. */
export function withoutConfirmation(registry: Registry): Registry {
  let seen: Map<string, TaggedManifest> | undefined;
  let hasPut = false;
  return {
    readTags: async (repository, tags) => {
      if (!seen || !hasPut) seen = new Map(await registry.readTags(repository, tags));
      return seen;
    },
    readResourceTags: (...request) => registry.readResourceTags(...request),
    readManifest: (...request) => registry.readManifest(...request),
    readBlob: (...request) => registry.readBlob(...request),
    deleteCompanions: (...request) => registry.deleteCompanions(...request),
    putManifest: async (repository, tag, manifest) => {
      const answer = await registry.putManifest(repository, tag, manifest);
      hasPut = true;
      seen?.set(tag, manifest);
      return answer;
    },
  };
}

/** A repair that takes the event's word for what the source tag names. */
export function trustingTheEvent(registry: Registry, tag: string, announced: StoredManifest | undefined): Registry {
  return {
    readTags: async (repository, tags) => {
      const found = new Map(await registry.readTags(repository, tags));
      return announced ? found.set(tag, announced) : found;
    },
    readResourceTags: (...request) => registry.readResourceTags(...request),
    readManifest: (...request) => registry.readManifest(...request),
    readBlob: (...request) => registry.readBlob(...request),
    deleteCompanions: (...request) => registry.deleteCompanions(...request),
    putManifest: (...request) => registry.putManifest(...request),
  };
}
