import { availableParallelism, loadavg } from 'node:os';
import Table from 'cli-table3';
import { Command, InvalidArgumentError } from 'commander';
import { isMet } from '../bench/row';
import { textTable } from '../bench/table';
import { FILES, measureLayers } from './bench';
import { goalRows, perCpuSecond, perSecond } from './goals';
import type { Row } from './rows';

const progress = (line: string) => process.stderr.write(`${line}\n`);

async function run(options: { megabytes: number; files: string; level: number }): Promise<void> {
  const [measured] = await measureLayers({ ...options, progress });
  if (!measured) throw new Error('nothing was measured');
  console.log(tableOf(Object.values(measured)));
  console.log(`${availableParallelism()} cores, with a load of ${loadavg()[0]?.toFixed(1)} in the last minute`);
  const share = (perSecond(measured.gzipTwice) / perSecond(measured.tarPipe)).toFixed(2);
  console.log(
    `2 gzip processes at a time had ${share} times the throughput of one: more cores than that were not free`,
  );
  const rows = goalRows([measured]);
  console.log(textTable([{ name: 'layers', rows }]));
  process.exitCode = rows.every(isMet) ? 0 : 1;
}

function tableOf(rows: readonly Row[]): string {
  const megabytes = (bytes: number | undefined) => (bytes === undefined ? '-' : (bytes / 1e6).toFixed(0));
  const table = new Table({
    head: ['', 'tar MB', 'MB/CPU s', 'MB/s', 'gzip MB', 'MB moved', 'requests', 'peak MiB'],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  for (const row of rows)
    table.push([
      row.what,
      megabytes(row.tarBytes),
      perCpuSecond(row).toFixed(1),
      perSecond(row).toFixed(1),
      megabytes(row.gzipBytes),
      megabytes(row.movedBytes),
      row.requests ?? '-',
      row.peakMiB.toFixed(0),
    ]);
  return table.toString();
}

const within = (from: number, to: number) => (text: string) => {
  const number = Number(text);
  if (number >= from && number <= to) return number;
  throw new InvalidArgumentError(`expected a number from ${from} to ${to}.`);
};

new Command('npm run bench:layers --')
  .description(
    'Recompresses layers of real files, by our code and by others, and compares CPU time, memory and bytes moved.',
  )
  .option(
    '--megabytes <number>',
    'of the large layer; the ten of the image have a tenth each',
    within(1, 100_000),
    1000,
  )
  .option('--files <folder>', 'what the layers are made of', FILES)
  .option('--level <number>', 'of gzip', within(1, 9), 4)
  .addHelpText(
    'after',
    `
Needs zstd, skopeo, docker-registry, GNU tar and GNU time. A version of skopeo that can't compress anew what is compressed already copies
twice: to tars on disk, and back. "MB moved" is from and to the registry.
Exits with 1 if a goal is missed, which a busy machine can cause.`,
  )
  .action(run)
  .parseAsync()
  .catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
