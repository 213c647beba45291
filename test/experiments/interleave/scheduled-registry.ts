import type { Registry } from '../../../lambda/core/registry';
import type { Delivery, Repository } from './repository';
import type { Fault } from './scenario';

interface Circumstances {
  /** Waits for the call's turn. */
  readonly step: (label: string) => Promise<void>;
  readonly nextFault: () => Fault;
  /** Ends the repair without its knowledge, as the end of a process does. */
  readonly die: (reason: Error) => void;
}

const never = new Promise<never>(() => {});

/** The port as one repair sees it: each call waits for its turn, takes effect at once or not at all, and may go wrong on either side of that. */
export function scheduledRegistry(
  repository: Repository,
  delivery: Delivery,
  { step, nextFault, die }: Circumstances,
): Registry {
  async function call<T>(name: string, effect: () => T): Promise<T> {
    const label = `${delivery.id} ${name}`;
    await step(label);
    const fault = nextFault();
    switch (fault) {
      case 'none':
        return effect();
      case 'twice':
        effect();
        await step(`${label} again`);
        return effect();
      case 'error before':
      case 'crash before':
        break;
      case 'error after':
      case 'crash after':
        effect();
    }
    const error = new Error(`${fault} ${label}`);
    if (fault === 'error before' || fault === 'error after') throw error;
    die(error);
    return never;
  }

  return {
    readTags: (name, tags) => call('readTags', () => repository.readTags(delivery, name, tags)),
    // Repositories choose nothing here.
    readResourceTags: async () => new Map(),
    readManifest: (name, digest) => call('readManifest', () => repository.readManifest(name, digest)),
    readBlob: (name, digest) => call('readBlob', () => repository.readBlob(name, digest)),
    deleteCompanions: (name, _source, tags) =>
      call(`deleteCompanions ${tags.join(' ')}`, () => repository.deleteTags(delivery, name, tags)),
    putManifest: (name, tag, manifest) =>
      call(`putManifest ${tag}`, () => repository.put(delivery, name, tag, manifest)),
  };
}
