import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Command, InvalidArgumentError } from 'commander';
import { OciImageRemediationStack } from '../../../lib';
import { tableOfSummary } from '../chaos/summary';
import { type QuotaResult, runQuota } from './quota';

const progress = (line: string) => process.stderr.write(`${line}\n`);

function positive(text: string): number {
  const number = Number(text);
  if (number > 0 && Number.isFinite(number)) return number;
  throw new InvalidArgumentError('expected a number above 0.');
}

interface Options {
  readonly tags: number;
  readonly quota: number;
  readonly ci: number;
  readonly alone: number;
  readonly rate?: number;
  readonly concurrency?: number;
  readonly json?: boolean;
}

async function run({ tags, quota, ci, alone, rate, concurrency, json }: Options): Promise<void> {
  const outdir = mkdtempSync(join(tmpdir(), 'quota-'));
  const app = new App({ outdir });
  new OciImageRemediationStack(app, 'OciImageRemediation', {
    ...(rate === undefined ? {} : { putImagesPerSecond: rate }),
    ...(concurrency === undefined ? {} : { maxConcurrency: concurrency }),
  });
  const assembly = app.synth().directory;
  try {
    const result = await runQuota({ assembly, tags, quota, ciPerSecond: ci, aloneSeconds: alone, progress });
    console.log(json ? JSON.stringify(result, null, 2) : tableOfSummary(rowsOf(result)));
    process.exitCode = result.missing === 0 && throttledShare(result.withUs) <= throttledShare(result.alone) ? 0 : 1;
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

/** Attempts that CI was refused, of all that it made. */
const throttledShare = ({ pushes, throttled }: QuotaResult['alone']) => throttled / Math.max(1, pushes + throttled);

function rowsOf({ alone, withUs, ...ours }: QuotaResult): Readonly<Record<string, string | number>> {
  return {
    'CI alone: seconds': Math.round(alone.seconds),
    'CI alone: pushes': alone.pushes,
    'CI alone: throttled': alone.throttled,
    'CI with us: seconds': Math.round(withUs.seconds),
    'CI with us: pushes': withUs.pushes,
    'CI with us: throttled': withUs.throttled,
    'seconds to all companions': ours.secondsToAllCompanions ?? 'never',
    'companions missing': ours.missing,
    'our PutImage calls, busiest second': ours.ourBusiestSecond,
    ...Object.fromEntries(
      Object.entries(ours.ourCalls).map(([operation, count]) => [`our calls: ${operation}`, count]),
    ),
  };
}

const program = new Command('npm run quota --')
  .description(
    'Many tags at once, beside a CI that keeps pushing: do we take what CI needs of the PutImage quota? In real time.',
  )
  .option('--tags <n>', 'tags that are pushed at once; four a second get their companions', positive, 800)
  .option('--quota <n>', 'PutImage calls a second of the account', positive, 10)
  .option('--ci <n>', 'pushes a second of CI', positive, 5)
  .option('--alone <seconds>', 'how long CI pushes before, without us', positive, 20)
  .option('--rate <n>', 'putImagesPerSecond of the construct (default: its own)', positive)
  .option('--concurrency <n>', 'maxConcurrency of the construct (default: its own)', positive)
  .option('--json', 'print the result as JSON')
  .action(run);

program.parseAsync().catch((error: unknown) => {
  progress(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exitCode = 1;
});
