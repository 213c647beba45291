import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MutantResult, PartialStrykerOptions } from '@stryker-mutator/api/core';
import Table from 'cli-table3';
import { Command } from 'commander';

const root = join(__dirname, '..');
const { projects } = require('../jest.config.js') as { readonly projects: readonly [object, ...object[]] };

/** Folders of lambda/, each with the tests that mirror it: a mutant must be killed by the tests of its own folder. */
const FOLDERS = ['core/manifest', 'core/companion', 'core/audit', 'core', 'events', 'ecr', ''];

/** Of the mutants that can be tested one by one, in percent. */
const GOAL = 95;

/** Judge the same code with many inputs, or with another program: too slow to run for one mutant after the other. */
const LEFT_OUT = ['properties', 'skopeo', 'ecr/errors'];

/** A mutant that lives because it changes nothing that anyone could see. */
interface AcceptedMutant {
  readonly file: string;
  /** The line of the source, trimmed, and what the mutant replaces in it. */
  readonly line: string;
  readonly replacement: string;
  readonly reason: string;
}
const ACCEPTED_FILE = 'test/lambda/accepted-mutants.json';

const program = new Command('npm run mutate --')
  .description(
    'Changes lambda/ in each way that Stryker knows, one at a time, and runs the unit tests of the folder: one of them must fail.',
  )
  .argument('[folder...]', `folders of lambda/: ${FOLDERS.map((folder) => folder || '.').join(', ')} (default: all)`)
  .option('--report', 'write a page with every mutant to reports/mutation/')
  .action(async (names: string[], options: { report?: boolean }) => {
    const chosen = names.length === 0 ? FOLDERS : names.map((name) => (name === '.' ? '' : name));
    const unknown = chosen.find((folder) => !FOLDERS.includes(folder));
    if (unknown !== undefined) throw new Error(`lambda/${unknown} is not one of the folders: ${FOLDERS.join(', ')}`);
    const mutants: MutantResult[] = [];
    for (const folder of chosen) mutants.push(...(await mutate(folder, options.report ?? false)));
    process.exitCode = report(mutants, names.length === 0) ? 0 : 1;
  });

async function mutate(folder: string, writesReport: boolean): Promise<readonly MutantResult[]> {
  const tests = `<rootDir>/test/lambda/${folder ? `${folder}/` : ''}*.test.ts`;
  const name = folder.replace('/', '-') || 'lambda';
  const options: PartialStrykerOptions = {
    // The contract is constants only, which the tests of both its sides compare.
    mutate: [`lambda/${folder ? `${folder}/` : ''}*.ts`, '!lambda/core/contract.ts'],
    testRunner: 'jest',
    plugins: ['@stryker-mutator/jest-runner'],
    jest: {
      // The folder's tests are few, and finding out which of them load a file takes longer than to run them.
      enableFindRelatedTests: false,
      config: {
        ...projects[0],
        displayName: undefined,
        roots: ['<rootDir>/lambda', '<rootDir>/test'],
        testMatch: [tests],
        testPathIgnorePatterns: LEFT_OUT,
        watchman: false,
      },
    },
    // TypeScript 7 has no compiler API, which Stryker would use to adapt the file.
    tsconfigFile: 'none.json',
    coverageAnalysis: 'perTest',
    // What runs when a file is loaded, such as a table of media types, would need a run of all tests for each mutant.
    ignoreStatic: true,
    timeoutMS: 2_000,
    reporters: ['json', ...(process.stderr.isTTY ? ['progress'] : []), ...(writesReport ? ['html'] : [])],
    jsonReporter: { fileName: `reports/mutation/${name}.json` },
    htmlReporter: { fileName: `reports/mutation/${name}.html` },
    tempDirName: '.stryker-tmp',
    logLevel: 'warn' as PartialStrykerOptions['logLevel'],
    allowConsoleColors: false,
  };
  process.stderr.write(`lambda/${folder}\n`);
  const { Stryker } = await import('@stryker-mutator/core');
  return new Stryker(options as PartialStrykerOptions & Record<string, unknown>).runMutationTest();
}

const isKilled = ({ status }: MutantResult) => status === 'Killed' || status === 'Timeout';
const isAlive = ({ status }: MutantResult) => status === 'Survived' || status === 'NoCoverage';
const percent = (mutants: readonly MutantResult[]): number => {
  const killed = mutants.filter(isKilled).length;
  const all = killed + mutants.filter(isAlive).length;
  return all === 0 ? 100 : (100 * killed) / all;
};

/** @returns whether the score is reached, and each survivor has a reason */
function report(mutants: readonly MutantResult[], isWhole: boolean): boolean {
  const accepted: readonly AcceptedMutant[] = existsSync(join(root, ACCEPTED_FILE))
    ? JSON.parse(readFileSync(join(root, ACCEPTED_FILE), 'utf8'))
    : [];
  const alive = mutants.filter(isAlive).map((mutant) => ({ mutant, ...placeOf(mutant) }));
  const isAccepted = (one: (typeof alive)[number]) =>
    accepted.some(
      ({ file, line, replacement }) => file === one.file && line === one.line && replacement === one.replacement,
    );
  const unexplained = alive.filter((one) => !isAccepted(one));
  const obsolete = accepted.filter(
    (entry) =>
      mutants.some(({ fileName }) => fileName.endsWith(entry.file)) &&
      !alive.some(
        ({ file, line, replacement }) =>
          file === entry.file && line === entry.line && replacement === entry.replacement,
      ),
  );
  console.log(tableOf(mutants));
  for (const { mutant, file, line, replacement } of unexplained)
    console.log(
      `${mutant.status} ${mutant.mutatorName} ${file}:${mutant.location.start.line}\n  ${line}\n  ${replacement}`,
    );
  for (const { file, line, replacement } of obsolete)
    console.log(`accepted, but no longer alive: ${file}\n  ${line}\n  ${replacement}`);
  const score = percent(mutants);
  console.log(
    `${score.toFixed(1)} % of ${mutants.filter((one) => isKilled(one) || isAlive(one)).length} mutants killed; ${alive.length} live, ${unexplained.length} of them without a reason in ${ACCEPTED_FILE}`,
  );
  return (score >= GOAL || !isWhole) && unexplained.length === 0 && obsolete.length === 0;
}

function placeOf({ fileName, location, replacement = '' }: MutantResult) {
  const file = fileName.slice(fileName.indexOf('lambda/'));
  const line = readFileSync(join(root, file), 'utf8').split('\n')[location.start.line - 1] ?? '';
  return { file, line: line.trim(), replacement };
}

function tableOf(mutants: readonly MutantResult[]): string {
  const table = new Table({
    head: ['file', 'score', 'killed', 'alive', 'static'],
    colAligns: ['left', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  const files = [...new Set(mutants.map(({ fileName }) => fileName.slice(fileName.indexOf('lambda/'))))].sort();
  for (const file of files) {
    const own = mutants.filter(({ fileName }) => fileName.endsWith(file));
    const ignored = own.filter(({ status }) => status === 'Ignored').length;
    table.push([
      file,
      `${percent(own).toFixed(1)} %`,
      own.filter(isKilled).length,
      own.filter(isAlive).length,
      ignored,
    ]);
  }
  return table.toString();
}

program.parseAsync().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
