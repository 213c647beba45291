import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { Command } from 'commander';
import { LocalAccount } from './account/account';
import { describeCalls, runDemo } from './demo/demo';
import { tableOf } from './demo/table';
import { DEFAULT_PORT, parsePort, type ServeOptions, serve } from './serve';

const root = join(__dirname, '..');
const assembly = join(root, 'cdk.out');
/** A second assembly, because `npm start` has synthesized the defaults. */
const recompressingAssembly = join(root, 'cdk.out', 'recompress');

interface StartOptions extends ServeOptions {
  readonly serve?: boolean;
  readonly recompress?: boolean;
}
const print = (text: string) => process.stdout.write(`${text}\n`);
const note = (line: string) => process.stderr.write(`${line}\n`);

/** Exit code 1 if a push didn't end as it should. */
async function demonstrate({ assembly, port = 0, json, verbose, recompress }: StartOptions): Promise<void> {
  const log = verbose ? { log: note } : {};
  const account = await LocalAccount.start({ assembly, port, clock: 'skipping', ...log });
  try {
    note(`The synthesized stack runs in a laptop-sized account at ${account.endpoint}`);
    const rows = await runDemo(account, note, recompress);
    const failed = rows.filter(({ problems }) => problems.length > 0);
    const dead = account.deadLetters().length;
    print(json ? JSON.stringify(rows, null, 2) : `${tableOf(rows)}\n${describeCalls(account)}`);
    for (const { image, problems } of failed) note(`${image}: ${problems.join('; ')}`);
    if (dead > 0) note(`${dead} messages are in the dead-letter queue`);
    const right = rows.length - failed.length;
    if (!json) print(`${right} of ${rows.length} pushes ended as they should. Try your own: npm start -- --serve`);
    process.exitCode = failed.length === 0 && dead === 0 ? 0 : 1;
  } finally {
    await account.stop();
  }
}

function synthesizeRecompressing(): string {
  const cdk = ['--env-file=.env.cdk', 'node_modules/aws-cdk/bin/cdk', 'synth', '--quiet'];
  const chosen = ['--context', 'recompressLayers=true', '--output', recompressingAssembly];
  execFileSync(process.execPath, [...cdk, ...chosen], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  return recompressingAssembly;
}

new Command('npm start --')
  .description('Runs the service in a laptop-sized account: no AWS account, no Docker.')
  .option('--serve', 'stay up, so that you can push your own images')
  .option(
    '--port <port>',
    `the port on 127.0.0.1; 0 is any free one (default: ${DEFAULT_PORT} with --serve, else 0)`,
    parsePort,
  )
  .option('--recompress', 'deploy it with recompressLayers, so that zstd images get companions too')
  .option('--json', 'print the result as JSON')
  .option('--verbose', 'print what the account and the function do, line by line')
  .action((given: StartOptions) => {
    const options = { ...given, assembly: given.recompress ? synthesizeRecompressing() : assembly };
    return given.serve ? serve(options, { cli: 'npx tsx bin/ecr-oci.ts', print, note }) : demonstrate(options);
  })
  .parseAsync()
  .catch((error: unknown) => {
    note(`error: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 2;
  });
