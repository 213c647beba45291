import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import type { MutantResult, PartialStrykerOptions } from '@stryker-mutator/api/core';
import Table from 'cli-table3';
import { Command } from 'commander';

const root = join(__dirname, '..');
const { projects } = require('../jest.config.js') as { readonly projects: readonly [object, ...object[]] };

/** Of the mutants that can be tested one by one, in percent. */
const GOAL = 95;

/** Folders of lambda/, each with the tests that mirror it: a mutant must be killed by the tests of its own folder. */
const FOLDERS = [
  'core/manifest',
  'core/companion',
  'core/audit',
  'core/lifecycle',
  'core/layers',
  'core',
  'events',
  'ecr',
  '.',
];

/** The contract is constants only, which the tests of both its sides compare. */
const NOT_MUTATED = ['contract.ts'];

/** A mutant that lives because it changes nothing that anyone could see. */
interface AcceptedMutant {
  readonly file: string;
  /** The line of the source, trimmed, and what the mutant puts in the place of some of it. */
  readonly line: string;
  readonly replacement: string;
  readonly reason: string;
}
const ACCEPTED_FILE = 'test/lambda/accepted-mutants.json';

const program = new Command('npm run mutate --')
  .description(
    'Changes lambda/ in each way that Stryker knows, one at a time, and runs the unit tests of the same folder: one of them must fail.',
  )
  .argument('[path...]', `folders or files of lambda/, such as core/audit or events/work.ts`)
  .option('--report', 'write pages with every mutant to reports/mutation/')
  .addHelpText(
    'after',
    `
The folders are ${FOLDERS.join(', ')}; without a path, all of them.
A mutant that nobody could notice can be accepted, with the reason, in ${ACCEPTED_FILE}.
Exits with 1 if a mutant lives without being accepted, if an accepted one is dead, or if all of lambda/ is below ${GOAL} %.`,
  )
  .action(async (paths: string[], { report: writesReport = false }: { report?: boolean }) => {
    const mutants: MutantResult[] = [];
    for (const [folder, files] of chosen(paths)) {
      const began = Date.now();
      process.stderr.write(`lambda/${folder} ...\n`);
      mutants.push(...(await mutate(folder, files, writesReport)));
      process.stderr.write(`lambda/${folder}: ${Math.round((Date.now() - began) / 1000)} s\n`);
    }
    process.exitCode = report(mutants, paths.length === 0) ? 0 : 1;
  });

/** By folder, in the order of the folders. */
function chosen(paths: readonly string[]): [folder: string, files: string][] {
  if (paths.length === 0) return FOLDERS.map((folder) => [folder, '*.ts']);
  return paths.map((path) => {
    const [folder, file] = path.endsWith('.ts') ? [dirname(path), basename(path)] : [join(path), '*.ts'];
    if (FOLDERS.includes(folder) && (file === '*.ts' || existsSync(join(root, 'lambda', path)))) return [folder, file];
    throw new Error(`${path} is not a file of lambda/, nor one of its folders: ${FOLDERS.join(', ')}`);
  });
}

async function mutate(folder: string, files: string, writesReport: boolean): Promise<readonly MutantResult[]> {
  const name = folder === '.' ? 'lambda' : folder.replace('/', '-');
  const options: PartialStrykerOptions = {
    mutate: [join('lambda', folder, files), ...NOT_MUTATED.map((file) => `!lambda/**/${file}`)],
    testRunner: 'jest',
    plugins: ['@stryker-mutator/jest-runner'],
    jest: {
      enableFindRelatedTests: false,
      config: {
        ...projects[0],
        displayName: undefined,
        roots: ['<rootDir>/lambda', '<rootDir>/test/lambda', '<rootDir>/test/support'],
        testMatch: ['<rootDir>/test/support/tests-of-folder.ts'],
        globals: { FOLDER: join('lambda', folder) },
        testEnvironment: './test/support/bailing-environment.js',
        watchman: false,
      },
    },
    // TypeScript 7 has no compiler API, which Stryker would use to adapt the file.
    tsconfigFile: 'none.json',
    coverageAnalysis: 'perTest',
    // What runs when a file is loaded, such as a table of media types, would need a run of all tests for each mutant.
    ignoreStatic: true,
    // Of endless loops, of which Stryker sees most by the number of rounds. A slow machine must not kill a mutant.
    timeoutMS: 5_000,
    reporters: [...(process.stdout.isTTY ? ['progress'] : []), ...(writesReport ? ['json', 'html'] : [])],
    jsonReporter: { fileName: `reports/mutation/${name}.json` },
    htmlReporter: { fileName: `reports/mutation/${name}.html` },
    tempDirName: '.stryker-tmp',
    logLevel: 'error' as PartialStrykerOptions['logLevel'],
    allowConsoleColors: false,
  };
  const { Stryker } = await import('@stryker-mutator/core');
  return new Stryker(options as PartialStrykerOptions & Record<string, unknown>).runMutationTest();
}

const isKilled = ({ status }: MutantResult) => status === 'Killed' || status === 'Timeout';
const isAlive = ({ status }: MutantResult) => status === 'Survived' || status === 'NoCoverage';
const fileOf = ({ fileName }: MutantResult) => relative(root, fileName);
const isSame = (a: Omit<AcceptedMutant, 'reason'>, b: typeof a) =>
  a.file === b.file && a.line === b.line && a.replacement === b.replacement;

/** @returns whether the score is reached, and each survivor has a reason */
function report(mutants: readonly MutantResult[], isWhole: boolean): boolean {
  const dead: AcceptedMutant[] = JSON.parse(readFileSync(join(root, ACCEPTED_FILE), 'utf8'));
  const alive = mutants.filter(isAlive);
  const unexplained = alive.filter((mutant) => {
    const at = dead.findIndex((accepted) => isSame(accepted, placeOf(mutant)));
    if (at >= 0) dead.splice(at, 1);
    return at < 0;
  });
  const obsolete = dead.filter(({ file }) => mutants.some((mutant) => fileOf(mutant) === file));
  const score = percent(mutants);
  console.log(tableOf(mutants));
  for (const mutant of unexplained) {
    const { file, line, replacement } = placeOf(mutant);
    console.log(
      `${mutant.status} ${mutant.mutatorName} ${file}:${mutant.location.start.line}\n  ${line}\n  ${replacement}`,
    );
  }
  for (const { file, line, replacement } of obsolete)
    console.log(`accepted, but no longer alive: ${file}\n  ${line}\n  ${replacement}`);
  console.log(
    `${score.toFixed(1)} % of ${mutants.filter((one) => isKilled(one) || isAlive(one)).length} mutants killed; ${alive.length} live, ${unexplained.length} of them not in ${ACCEPTED_FILE}`,
  );
  return (score >= GOAL || !isWhole) && unexplained.length === 0 && obsolete.length === 0;
}

function placeOf(mutant: MutantResult): Omit<AcceptedMutant, 'reason'> {
  const line = readFileSync(join(root, fileOf(mutant)), 'utf8').split('\n')[mutant.location.start.line - 1] ?? '';
  return { file: fileOf(mutant), line: line.trim(), replacement: mutant.replacement ?? '' };
}

/** Of no mutants at all it is not a number, which is below any goal. */
function percent(mutants: readonly MutantResult[]): number {
  const killed = mutants.filter(isKilled).length;
  return (100 * killed) / (killed + mutants.filter(isAlive).length);
}

function tableOf(mutants: readonly MutantResult[]): string {
  const table = new Table({
    head: ['file', 'score', 'killed', 'by timeout', 'alive', 'static'],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  for (const file of [...new Set(mutants.map(fileOf))].sort()) {
    const own = mutants.filter((mutant) => fileOf(mutant) === file);
    const count = (status: MutantResult['status']) => own.filter((mutant) => mutant.status === status).length;
    const score = percent(own);
    table.push([
      file,
      Number.isNaN(score) ? '-' : `${score.toFixed(1)} %`,
      own.filter(isKilled).length,
      count('Timeout'),
      own.filter(isAlive).length,
      count('Ignored'),
    ]);
  }
  return table.toString();
}

program.parseAsync().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
