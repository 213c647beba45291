import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { devNull } from 'node:os';
import { dockerDesktopImage } from '../../../local/images/catalogue';
import { EcrServer } from '../../support/ecr-server';
import { CLI } from '../layers/repair';
import { type Group, interleaved } from './group';
import { fixed, type Row } from './row';

/** What a person takes for an answer at once. */
const LIMIT_SECONDS = 0.35;

/** With nobody's AWS configuration. */
const ENVIRONMENT = {
  AWS_CONFIG_FILE: devNull,
  AWS_SHARED_CREDENTIALS_FILE: devNull,
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_REGION: 'eu-north-1',
  // Version 1 of the AWS CLI knows this one only.
  AWS_DEFAULT_REGION: 'eu-north-1',
  AWS_ACCESS_KEY_ID: 'x',
  AWS_SECRET_ACCESS_KEY: 'x',
  PATH: process.env.PATH,
  HOME: process.env.HOME,
};

/** From the start of a program to the first byte of its output. */
async function secondsToFirstByte(program: string, args: readonly string[]): Promise<number> {
  const began = performance.now();
  const child = spawn(program, args, { env: ENVIRONMENT, stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  await Promise.race([once(child.stdout, 'data'), exited]);
  const seconds = (performance.now() - began) / 1_000;
  child.stdout.resume();
  const [code] = await exited;
  // `check` answers 1 if a service doesn't accept the image.
  if (code !== 0 && code !== 1) throw new Error(`${program} ${args.join(' ')} ended with ${code}`);
  return seconds;
}

/** The program itself: the scripts of pyenv would count as a part of it. @returns nothing if it isn't installed */
function awsCli(): string | undefined {
  try {
    return execFileSync('sh', ['-c', 'pyenv which aws 2> /dev/null || command -v aws'], { encoding: 'utf8' }).trim();
  } catch {
    return undefined;
  }
}

export const cli: Group = {
  what: 'from the start of a command to the first byte of its output',
  measure: async ({ quick, progress }) => {
    const server = await EcrServer.start();
    try {
      await server.registry.push('team/app', 'v1', await dockerDesktopImage());
      const at = ['--endpoint-url', server.endpoint];
      const aws = awsCli();
      if (!aws) progress('the AWS CLI is not installed, so nothing is compared with it');
      const describe = ['ecr', 'describe-images', '--repository-name', 'team/app', '--image-ids', 'imageTag=v1', ...at];
      const seconds = await interleaved(
        {
          help: () => secondsToFirstByte(process.execPath, [CLI, '--help']),
          check: () => secondsToFirstByte(process.execPath, [CLI, 'check', 'team/app:v1', ...at]),
          node: () => secondsToFirstByte(process.execPath, ['--eval', 'console.log()']),
          aws: async () => (aws ? secondsToFirstByte(aws, describe) : Number.NaN),
        },
        quick ? 3 : 15,
      );
      const theirs = { what: 'aws ecr describe-images', values: seconds.aws };
      return (['help', 'check'] as const).flatMap((command): Row[] => {
        const row = { what: `ecr-oci ${command === 'help' ? '--help' : command}`, unit: 's', ours: seconds[command] };
        return [
          { ...row, against: fixed('the limit', LIMIT_SECONDS), goal: { atMost: 1 } },
          ...(aws ? [{ ...row, against: theirs, goal: { atMost: 0.5 } }] : []),
          { ...row, against: { what: 'node alone', values: seconds.node } },
        ];
      });
    } finally {
      await server.stop();
    }
  },
};
