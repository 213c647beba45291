import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Command, InvalidArgumentError } from 'commander';
import { OciImageRemediationStack } from '../../../lib';
import { ALL_FAULTS, Chaos, type FaultKind } from './chaos';
import { summaryOf, tableOfSummary } from './summary';

/** Processes of the function that work on pushes at a time; each takes 70 MB. */
const CONCURRENCY = 12;
/** The pacing is shown by `npm run quota`; here it would only make a run of 5,000 images take 20 minutes. */
const PUT_IMAGES_PER_SECOND = 1_000;
const MOST_PROBLEMS = 20;

const progress = (line: string) => process.stderr.write(`${line}\n`);

function faultsOf(text: string): ReadonlySet<FaultKind> {
  if (text === 'all') return new Set(ALL_FAULTS);
  if (text === 'none') return new Set();
  return new Set(
    text.split(',').map((name) => {
      const kind = ALL_FAULTS.find((known) => known === name.trim());
      if (kind) return kind;
      throw new InvalidArgumentError(`expected all, none, or some of ${ALL_FAULTS.join(',')}.`);
    }),
  );
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  throw new InvalidArgumentError('expected a whole number.');
}

async function run(options: {
  seed: number;
  images: number;
  faults: ReadonlySet<FaultKind>;
  json?: boolean;
  log?: string;
}) {
  const outdir = mkdtempSync(join(tmpdir(), 'chaos-'));
  const app = new App({ outdir });
  new OciImageRemediationStack(app, 'OciImageRemediation', {
    maxConcurrency: CONCURRENCY,
    putImagesPerSecond: PUT_IMAGES_PER_SECOND,
    // Recompressed companions are put at the pace of audits.
    auditPutImagesPerSecond: PUT_IMAGES_PER_SECOND,
    recompressLayers: true,
  });
  const chaos = await Chaos.start({ ...options, assembly: app.synth().directory, progress });
  try {
    const verdict = await chaos.run();
    const summary = { seed: options.seed, images: options.images, ...summaryOf(chaos, verdict) };
    console.log(options.json ? JSON.stringify({ ...summary, ...verdict }, null, 2) : tableOfSummary(summary));
    if (options.log) writeFileSync(options.log, chaos.account.logs.map(({ line }) => `${line}\n`).join(''));
    const problems = [...verdict.wrong, ...verdict.lost];
    for (const problem of problems.slice(0, MOST_PROBLEMS)) progress(problem);
    process.exitCode = problems.length === 0 ? 0 : 1;
  } finally {
    await chaos.stop();
    rmSync(outdir, { recursive: true });
  }
}

const program = new Command('npm run chaos --')
  .description(
    'Pushes images to a laptop-sized account while everything goes wrong, and looks whether every companion is right.',
  )
  .option(
    '--seed <n>',
    'the same seed does the same pushes, and decides on the same faults for the same calls',
    wholeNumber,
    1,
  )
  .option('--images <n>', 'how many different images are pushed', wholeNumber, 1_000)
  .option('--faults <kinds>', `all, none, or some of ${ALL_FAULTS.join(',')}`, faultsOf, new Set(ALL_FAULTS))
  .option('--log <file>', 'keep what the function wrote')
  .option('--json', 'print the result as JSON')
  .action(run);

program.parseAsync().catch((error: unknown) => {
  progress(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exitCode = 1;
});
