import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { LocalAccount } from './account/account';
import { describeEffort, runDemo } from './demo/demo';
import { tableOf } from './demo/table';
import { serve } from './serve';

const assembly = join(__dirname, '..', 'cdk.out');
const progress = (line: string) => process.stderr.write(`${line}\n`);

function port(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 0 && number <= 65_535) return number;
  throw new InvalidArgumentError(`expected a port from 0 to 65535.`);
}

async function demonstrate(options: { json?: boolean; verbose?: boolean; port: number }): Promise<void> {
  const account = await LocalAccount.start({
    assembly,
    port: options.port,
    clock: 'skipping',
    ...(options.verbose ? { log: progress } : {}),
  });
  try {
    progress(`a laptop-sized account runs the synthesized stack at ${account.endpoint}`);
    const rows = await runDemo(account, progress);
    const wrong = rows.filter(({ problems }) => problems.length > 0);
    const dead = account.deadLetters().length;
    if (options.json) console.log(JSON.stringify(rows, null, 2));
    else console.log(`${tableOf(rows)}\n${describeEffort(account)}`);
    for (const { image, problems } of wrong) progress(`${image}: ${problems.join('; ')}`);
    if (dead > 0) progress(`${dead} messages are in the dead-letter queue`);
    if (!options.json)
      console.log(
        `${rows.length - wrong.length} of ${rows.length} pushes ended as they should. Try your own image: npm start -- --serve`,
      );
    process.exitCode = wrong.length === 0 && dead === 0 ? 0 : 1;
  } finally {
    await account.stop();
  }
}

const serveAt = (options: { verbose?: boolean; port: number }): Promise<void> =>
  serve({
    cli: 'npx tsx bin/ecr-oci.ts',
    assembly,
    port: options.port || 5111,
    print: (text) => console.log(text),
    ...(options.verbose ? { log: progress } : {}),
  });

const program = new Command('npm start --')
  .description('Runs the service in a laptop-sized account: no AWS account, no Docker.')
  .option('--serve', 'stay up, so that you can push images of your own')
  .option('--port <port>', 'the port on 127.0.0.1', port, 0)
  .option('--json', 'print the result as JSON')
  .option('--verbose', 'print what the account and the function do, line by line')
  .action((options) => (options.serve ? serveAt(options) : demonstrate(options)));

program.parseAsync().catch((error: unknown) => {
  progress(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
