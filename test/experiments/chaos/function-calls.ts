import type { LocalAccount, ReceivedCall } from '../../../local/account/account';
import type { FunctionHost } from '../../../local/lambda';
import type { Ledger } from './ledger';
import type { Tars } from './tars';

const READS = ['BatchGetImage', 'GetDownloadUrlForLayer', 'ListTagsForResource', 'GetLifecyclePolicy'];
const UPLOADS = ['BatchCheckLayerAvailability', 'InitiateLayerUpload', 'UploadLayerPart', 'CompleteLayerUpload'];
/** What each function has a reason to call. Its role may allow more. */
const ALLOWED = {
  service: [...READS, 'PutImage', 'PutEvents'],
  layers: [...READS, 'DescribeImages', ...UPLOADS, 'PutImage', 'PutEvents'],
} as const;

type FunctionName = keyof typeof ALLOWED;

interface FunctionCall extends ReceivedCall {
  readonly by: FunctionName;
}

/** The stack's functions by what they are for. */
export const functionsOf = (account: LocalAccount): Readonly<Record<FunctionName, FunctionHost>> => ({
  service: account.function('RemediationFunction'),
  layers: account.function('Recompression'),
});

/** The calls of each function, with those that a fault met. */
export class FunctionCalls {
  readonly all: FunctionCall[] = [];
  /** Uploads that a process has reason to repeat, by process and repository. */
  readonly #troubles = new Map<string, number>();

  record(account: LocalAccount, call: ReceivedCall): void {
    const by = Object.entries(functionsOf(account)).find(([, host]) => host.signsWith(call.session ?? ''))?.[0];
    if (by !== undefined) this.all.push({ ...call, by: by as FunctionName });
  }

  /** A fault met the call: its process can't know what the registry has. */
  met({ session, operation, repository }: ReceivedCall): void {
    if (operation !== 'CompleteLayerUpload' && operation !== 'BatchCheckLayerAvailability') return;
    const key = `${session} ${repository}`;
    this.#troubles.set(key, (this.#troubles.get(key) ?? 0) + 1);
  }

  get uploads(): readonly FunctionCall[] {
    return this.all.filter(({ operation }) => operation === 'CompleteLayerUpload');
  }

  /** @returns calls that a function has no business with */
  get unexpected(): readonly string[] {
    return this.all
      .filter(({ by, operation }) => !ALLOWED[by].includes(operation))
      .map(({ by, operation, repository }) => `the ${by} function called ${operation} for ${repository}`);
  }

  /** Layers that no image had to have, and layers that one process uploaded again with no fault that explains it. */
  needlessUploads(ledger: Ledger, tars: Tars): readonly string[] {
    const counts = new Map<string, number>();
    return this.uploads.flatMap(({ session, repository = '', layer = '' }) => {
      const key = `${session} ${repository} ${layer}`;
      const count = (counts.get(key) ?? 0) + 1;
      counts.set(key, count);
      const tar = tars.of(repository, layer);
      const isNeeded = tar === undefined || ledger.pushedTo(repository).tars.has(tar);
      const most = 1 + (this.#troubles.get(`${session} ${repository}`) ?? 0);
      return [
        ...(isNeeded ? [] : [`${layer} was uploaded to ${repository}, where no image needs it`]),
        ...(count > most ? [`one process uploaded ${layer} to ${repository} ${count} times`] : []),
      ];
    });
  }
}
