import { Command, InvalidArgumentError } from 'commander';
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
  readonly batch?: number;
  readonly json?: boolean;
}

async function run({ tags, quota, ci, alone, rate, concurrency, batch, json }: Options): Promise<void> {
  const result = await runQuota({
    props: {
      ...(rate === undefined ? {} : { putImagesPerSecond: rate }),
      ...(concurrency === undefined ? {} : { maxConcurrency: concurrency }),
    },
    ...(batch === undefined ? {} : { batchSize: batch }),
    tags,
    quota,
    ciPerSecond: ci,
    aloneSeconds: alone,
    patienceSeconds: tags + 120,
    progress,
  });
  console.log(json ? JSON.stringify(result, null, 2) : tableOfSummary(rowsOf(result)));
  const isWithinCeiling = result.busiest.every(({ calls, ceiling }) => calls <= ceiling);
  const isCiUnharmed = throttledShare(result.withService) <= throttledShare(result.alone);
  process.exitCode = result.missing === 0 && isWithinCeiling && isCiUnharmed ? 0 : 1;
}

/** Of the CI's attempts. */
const throttledShare = ({ pushes, throttled }: QuotaResult['alone']) => throttled / Math.max(1, pushes + throttled);

function rowsOf({
  alone,
  withService,
  busiest,
  calls,
  ...ours
}: QuotaResult): Readonly<Record<string, string | number>> {
  return {
    'CI alone: seconds': Math.round(alone.seconds),
    'CI alone: pushes': alone.pushes,
    'CI alone: throttled': alone.throttled,
    'CI with the service: seconds': Math.round(withService.seconds),
    'CI with the service: pushes': withService.pushes,
    'CI with the service: throttled': withService.throttled,
    companions: ours.companions,
    'companions missing': ours.missing,
    'seconds to all companions':
      ours.secondsToAllCompanions === undefined ? 'never' : Math.round(ours.secondsToAllCompanions),
    'audits of everything': ours.audits,
    'execution environments that put': ours.environments,
    ...Object.fromEntries(
      busiest.map(({ seconds, calls, ceiling }) => [
        `PutImage calls of the service, busiest ${seconds} s (at most ${ceiling})`,
        calls,
      ]),
    ),
    ...Object.fromEntries(Object.entries(calls).map(([operation, count]) => [`calls: ${operation}`, count])),
  };
}

const program = new Command('npm run quota --')
  .description(
    'Many tags at once, and audits of everything, beside a CI that keeps pushing: does the service take what the CI needs of the PutImage quota? In real time.',
  )
  .option('--tags <n>', 'tags that are pushed at once; a quarter as many old images wait for an audit', positive, 400)
  .option('--quota <n>', 'PutImage calls per second of the account', positive, 10)
  .option('--ci <n>', 'pushes per second of the CI: Docker and OCI images, alternately', positive, 5)
  .option('--alone <seconds>', 'how long the CI pushes without the service, for comparison', positive, 20)
  .option('--rate <n>', 'putImagesPerSecond of the construct (default: its own)', positive)
  .option('--concurrency <n>', 'maxConcurrency of the construct (default: its own)', positive)
  .option('--batch <n>', 'messages of an invocation (default: as many as the construct allows)', positive)
  .option('--json', 'print the result as JSON')
  .action(run);

program.parseAsync().catch((error: unknown) => {
  progress(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exitCode = 1;
});
