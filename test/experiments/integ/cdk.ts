import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Aws, isLoopback, LOCAL_CREDENTIALS } from './aws';

const root = join(__dirname, '../../..');
const LINES_KEPT = 12;

/** The CDK CLI of this repository, against the run's endpoint. */
export class Cdk {
  constructor(
    readonly aws: Aws,
    readonly stack: string,
    readonly note: (line: string) => void,
  ) {}

  /** @throws Error with the last lines of its output if it fails */
  async run(args: readonly string[], signal?: AbortSignal): Promise<void> {
    const cli = join(root, 'node_modules/aws-cdk/bin/cdk');
    const child = spawn(process.execPath, [`--env-file=${join(root, '.env.cdk')}`, cli, ...args], {
      cwd: root,
      env: this.#environment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const end = () => void child.kill('SIGTERM');
    signal?.addEventListener('abort', end, { once: true });
    const last: string[] = [];
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream }).on('line', (line) => {
        if (line.trim() === '') return;
        last.splice(0, last.length - LINES_KEPT + 1);
        last.push(line);
        this.note(`  ${line}`);
      });
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    signal?.removeEventListener('abort', end);
    if (code !== 0) throw new Error(`cdk ${args[0]} ended with ${code}: ${last.join(' | ')}`);
  }

  #environment(): NodeJS.ProcessEnv {
    const { region, endpointUrl } = this.aws;
    const { accessKeyId, secretAccessKey } = LOCAL_CREDENTIALS;
    return {
      ...process.env,
      INTEG_STACK: this.stack,
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      ...(endpointUrl === undefined ? {} : { AWS_ENDPOINT_URL: endpointUrl }),
      ...(isLoopback(endpointUrl)
        ? { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_EC2_METADATA_DISABLED: 'true' }
        : {}),
    };
  }
}
