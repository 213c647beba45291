import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import Table from 'cli-table3';
import { Command, InvalidArgumentError } from 'commander';
import { goalsOf, perCpuSecond, perSecond } from './goals';
import { type LayerFiles, LayerMaker, sizeOf } from './layer-files';
import { recompressor } from './ours';
import { type Bench, ROWS, type Row, type Rows } from './rows';

const progress = (line: string) => process.stderr.write(`${line}\n`);

async function run({ megabytes, files, level }: { megabytes: number; files: string; level: number }): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'bench-layers-'));
  try {
    progress('making the layers ...');
    const maker = new LayerMaker(files);
    const large = await maker.make(megabytes * 1e6, join(directory, 'large'));
    const image: LayerFiles[] = [];
    for (let n = 0; n < 10; n += 1) image.push(await maker.make(megabytes * 1e5, join(directory, `layer${n}`)));
    // The layer of middle size comes first, and stands for all that are zstd.
    image.sort((one, other) => sizeOf(one.gzip) - sizeOf(other.gzip));
    const [zstd] = image.splice(5, 1);
    if (!zstd) throw new Error('no layer was made');
    const bench: Bench = { level, directory, large, image: [zstd, ...image], recompress: recompressor(directory) };
    const rows: [string, Row][] = [];
    for (const [name, measure] of Object.entries(ROWS)) {
      progress(`${name} ...`);
      rows.push([name, await measure(bench)]);
    }
    console.log(tableOf(rows.map(([, row]) => row)));
    console.log(`${availableParallelism()} cores, with a load of ${loadavg()[0]?.toFixed(1)} in the last minute`);
    const named = Object.fromEntries(rows) as Rows;
    const share = (perSecond(named.gzipTwice) / perSecond(named.tarPipe)).toFixed(2);
    console.log(
      `2 gzip processes at a time had ${share} times the throughput of one: more cores than that were not free`,
    );
    const goals = goalsOf(named);
    for (const { what, isMet } of goals) console.log(`${isMet ? 'met   ' : 'MISSED'} ${what}`);
    process.exitCode = goals.every(({ isMet }) => isMet) ? 0 : 1;
  } finally {
    rmSync(directory, { recursive: true });
  }
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
  .option('--files <folder>', 'what the layers are made of', join(__dirname, '../../../node_modules'))
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
