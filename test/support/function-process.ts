import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { devNull } from 'node:os';
import { join } from 'node:path';
import { ENV } from '../../lambda/core/contract';

export interface FunctionRun {
  /** Messages that went back to the queue. */
  readonly failures: number;
  /** From nothing to a handler, before the first invocation. */
  readonly loadMs: number;
  readonly invocationMs: number;
  /** The most memory that the process had so far. */
  readonly peakMiB: number;
  /** Of the process so far. */
  readonly cpuSeconds: number;
}

export interface FunctionProcessOptions {
  /** Where it finds AWS. */
  readonly endpoint: string;
  readonly memoryMiB: number;
  /** @default the built function */
  readonly file?: string;
}

const BUILT = join(__dirname, '../../assets/remediate/index.js');

/** A function in a process of its own, with the memory that the construct gives it, as an execution environment of Lambda is. */
export class FunctionProcess implements Disposable {
  readonly #child: ChildProcess;

  constructor({ endpoint, memoryMiB, file = BUILT }: FunctionProcessOptions) {
    this.#child = fork(join(__dirname, 'function-child.cjs'), [file], {
      // Lambda's Node.js knows the memory of its environment and collects garbage accordingly.
      execArgv: [`--max-old-space-size=${memoryMiB * 0.75}`],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: { ...ENVIRONMENT, AWS_ENDPOINT_URL: endpoint },
    });
  }

  /** @param events those of one batch */
  async invoke(events: readonly object[]): Promise<FunctionRun> {
    this.#child.send({ Records: events.map((event, at) => ({ messageId: `${at}`, body: JSON.stringify(event) })) });
    const ended = new AbortController();
    try {
      const [run] = await Promise.race([
        once(this.#child, 'message', ended) as Promise<[FunctionRun]>,
        once(this.#child, 'exit', ended).then(([code, signal]) => {
          throw new Error(`the function died: ${code ?? signal}`);
        }),
      ]);
      return run;
    } finally {
      ended.abort();
    }
  }

  [Symbol.dispose](): void {
    this.#child.disconnect();
  }
}

/** Runs a function on one batch, in a new process. */
export async function runFunction(options: FunctionProcessOptions, events: readonly object[]): Promise<FunctionRun> {
  using fn = new FunctionProcess(options);
  return await fn.invoke(events);
}

const ENVIRONMENT = {
  AWS_REGION: 'eu-north-1',
  AWS_ACCESS_KEY_ID: 'x',
  AWS_SECRET_ACCESS_KEY: 'x',
  AWS_CONFIG_FILE: devNull,
  AWS_SHARED_CREDENTIALS_FILE: devNull,
  AWS_LAMBDA_FUNCTION_NAME: 'remediation',
  // A function that is elsewhere finds the SDK here.
  NODE_PATH: join(__dirname, '../../node_modules'),
  [ENV.account]: '123456789012',
  [ENV.partition]: 'aws',
  [ENV.urlSuffix]: 'amazonaws.com',
  [ENV.companionTagSuffix]: '-dockerv2',
  [ENV.platforms]: 'linux/amd64',
  [ENV.companionFor]: 'oci-images',
  [ENV.uncompressedLayers]: 'refuse',
  [ENV.repositories]: '*',
  [ENV.eventBusName]: 'default',
  [ENV.putImagesPerSecond]: '1000',
  [ENV.auditPutImagesPerSecond]: '1000',
  [ENV.auditWindowDays]: '7',
};

/** What SQS gets from the rule: of a push, of what an audit found, and of a request for an audit. */
const common = { id: 'e', account: '123456789012', region: 'eu-north-1', time: '2026-11-24T10:00:00Z' };

export const pushOf = (repository: string, tag: string) => ({
  ...common,
  source: 'aws.ecr',
  'detail-type': 'ECR Image Action',
  detail: { 'action-type': 'PUSH', result: 'SUCCESS', 'repository-name': repository, 'image-tag': tag },
});

export const auditFindingOf = (repository: string, tag: string) => ({
  ...common,
  source: 'ecr-oci-remediation',
  'detail-type': 'Image Repair Requested',
  detail: { repository, tag, audit: true },
});

export const auditOf = (repository: string) => ({
  ...common,
  source: 'ecr-oci-remediation',
  'detail-type': 'Repository Audit Requested',
  detail: { repository, backfill: true },
});
