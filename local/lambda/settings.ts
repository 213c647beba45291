import { mkdirSync, writeFileSync } from 'node:fs';
import { devNull } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../clock';
import type { FunctionView } from '../cloudformation';

export interface HostSettings {
  readonly fn: FunctionView;
  readonly region: string;
  /** Where the function finds AWS: `http://127.0.0.1:PORT`. */
  readonly endpoint: string;
  /** Receives inline code. */
  readonly workDirectory: string;
  readonly clock: Clock;
  /** Execution environments to start before any is used again. @default 1 */
  readonly minEnvironments?: number;
  /** Receives each use that Lambda makes of the function's role to write its log. @default none */
  readonly onLogCall?: (operation: 'CreateLogStream' | 'PutLogEvents', logStreamName: string) => void;
}

/** Instead of `/var/runtime/node_modules`, where Lambda has its AWS SDK: https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html#nodejs-sdk-included */
const SDK = join(__dirname, '..', '..', 'node_modules');

/**
 * The whole environment of the function: the template's variables and what Lambda itself sets
 * (https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime), and nothing from this process.
 */
export function environmentOf(
  { fn, region, endpoint }: HostSettings,
  taskRoot: string,
  logStreamName: string,
): Readonly<Record<string, string>> {
  return {
    ...fn.environment,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_LAMBDA_FUNCTION_NAME: fn.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(fn.memoryMegabytes),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: fn.logGroupName,
    AWS_LAMBDA_LOG_STREAM_NAME: logStreamName,
    AWS_EXECUTION_ENV: `AWS_Lambda_${fn.runtime}`,
    AWS_ACCESS_KEY_ID: 'ASIALOCALACCOUNT0000',
    AWS_SECRET_ACCESS_KEY: 'local',
    // The account sees by it which process makes a call.
    AWS_SESSION_TOKEN: logStreamName,
    LAMBDA_TASK_ROOT: taskRoot,
    NODE_PATH: SDK,
    TZ: ':UTC',
    _HANDLER: fn.handler,
    AWS_ENDPOINT_URL: endpoint,
    // Lambda has no ~/.aws. Without these, the SDK would read the files of the person at the laptop.
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
  };
}

/** The directory of the function's code. As in Lambda, inline code is in `index.js`. */
export function taskRootOf({ fn, workDirectory }: HostSettings): string {
  if (fn.code.kind === 'directory') return fn.code.path;
  const directory = join(workDirectory, fn.logicalId);
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'index.js'), fn.code.source);
  return directory;
}

/** Lambda leaves a tenth of the memory for everything but the JavaScript heap. */
export function nodeOptions({ fn }: HostSettings): readonly string[] {
  return [`--max-old-space-size=${Math.floor(fn.memoryMegabytes * 0.9)}`];
}
