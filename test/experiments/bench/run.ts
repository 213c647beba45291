import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { backlog } from './backlog';
import { cli } from './cli';
import { coldStartGroup } from './cold-start/cold-start';
import { core } from './core';
import { developer } from './developer';
import type { Group } from './group';
import { image } from './image';
import { layers } from './layers';
import { isMet } from './row';
import { scale } from './scale';
import { type MeasuredGroup, markdownTables, textTable } from './table';

const GROUPS: Readonly<Record<string, Group>> = {
  image,
  core,
  'cold-start': coldStartGroup,
  backlog,
  scale,
  cli,
  layers,
  developer,
};

const PAGE = join(__dirname, '../../../docs/performance.md');
const BLOCK = /(<!-- npm run bench -->\n)[\s\S]*(<!-- end -->)/;

interface Options {
  readonly only?: readonly string[];
  readonly quick: boolean;
  readonly json?: boolean;
  readonly markdown?: boolean;
}

const progress = (line: string) => process.stderr.write(`${line}\n`);

async function run({ only = Object.keys(GROUPS), quick, json, markdown }: Options): Promise<void> {
  const before = loadNow();
  const groups: MeasuredGroup[] = [];
  for (const [name, group] of Object.entries(GROUPS)) {
    if (!only.includes(name)) continue;
    progress(`${name}: ${group.what} ...`);
    groups.push({ name, rows: await group.measure({ quick, progress: (line) => progress(`${name}: ${line}`) }) });
  }
  const machine = `${availableParallelism()} cores, Node.js ${process.version}, load ${before} before and ${loadNow()} after${quick ? ', with --quick' : ''}`;
  if (json) console.log(JSON.stringify({ machine, groups }, null, 2));
  else console.log(`${textTable(groups)}\n${machine}`);
  if (markdown) writePage(`Measured on ${machine}.\n\n${markdownTables(groups)}`);
  const missed = groups.flatMap(({ rows }) => rows).filter((row) => isMet(row) === false);
  if (missed.length > 0) progress(`${missed.length} goals are missed`);
  process.exitCode = missed.length > 0 ? 1 : 0;
}

const loadNow = () => loadavg()[0]?.toFixed(1);

function writePage(measured: string): void {
  const page = readFileSync(PAGE, 'utf8');
  if (!BLOCK.test(page)) throw new Error(`${PAGE}: expected a block from <!-- npm run bench --> to <!-- end -->`);
  writeFileSync(
    PAGE,
    page.replace(BLOCK, (_, start, end) => `${start}\n${measured}\n\n${end}`),
  );
}

function groupNames(text: string): readonly string[] {
  const names = text.split(',');
  const unknown = names.find((name) => !Object.hasOwn(GROUPS, name));
  if (unknown === undefined) return names;
  throw new InvalidArgumentError(`expected one or more of ${Object.keys(GROUPS).join(',')}.`);
}

new Command('npm run bench --')
  .description('Measures what this project claims, beside what people use instead, in the same run.')
  .option('--only <groups>', `of ${Object.keys(GROUPS).join(',')}`, groupNames)
  .option('--quick', 'smaller inputs and fewer rounds: for a look, not for a claim', false)
  .option('--json', 'print the measurements as JSON')
  .option('--markdown', 'write the tables into docs/performance.md, too')
  .addHelpText(
    'after',
    `
A ratio is ours by the other's, the median over rounds that alternate between the two. Exits with 1 if a goal is missed, which a busy
machine can cause: the last line says how busy it was.`,
  )
  .action(run)
  .parseAsync()
  .catch((error: unknown) => {
    progress(error instanceof Error ? (error.stack ?? error.message) : String(error));
    process.exitCode = 1;
  });
