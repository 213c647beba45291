import { writeFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { Account } from '../../cli/account';
import { action, type CommandContext } from '../../cli/action';
import { someOf } from '../../cli/arguments';
import { EXIT, type ExitCode } from '../../cli/exit-code';
import { Interruption } from '../../cli/interruption';
import {
  type AccountOptions,
  addAccountOptions,
  addListingOptions,
  addPolicyOptions,
  type ListingOptions,
  type PolicyOptions,
  policyOf,
} from '../../cli/options';
import type { Output } from '../../cli/output';
import { Progress } from '../../cli/progress';
import { reportError } from '../../cli/report-error';
import { JsonDocument, rowJson } from '../../inventory/json';
import { metadataJson } from '../../inventory/metadata';
import { chooseRepositories } from '../../inventory/repositories';
import { type Row, TAG_STATES, type TagState } from '../../inventory/row';
import { metadataOf, survey } from '../../inventory/survey';
import { summary, type Totals, totalsJson } from '../../inventory/totals';
import { csvHead, csvRow } from './report/csv';
import { htmlPage } from './report/html';
import { PageData } from './report/page-data';
import { tableHead, tableRow } from './report/text';

interface ScanOptions extends AccountOptions, ListingOptions, PolicyOptions {
  readonly state?: readonly TagState[];
  readonly csv?: boolean;
  readonly html?: string;
}

const STATES = Object.keys(TAG_STATES) as TagState[];

const EXAMPLES = `
Looks at every tag of the account and Region, or of some repositories, by content and not by dates: it plans what a repair would put, and
compares. It writes nothing. Archived images are left out, since nobody can pull them.
Needs ecr:DescribeRepositories, ecr:DescribeImages, ecr:BatchGetImage and ecr:ListTagsForResource; for an index that does not name its
platforms ecr:GetDownloadUrlForLayer.

What is said of companions:
${Object.entries(TAG_STATES)
  .map(([state, meaning]) => `  ${state.padEnd(12)}${meaning}`)
  .join('\n')}

Exit code: 0 everything was read, 2 something could not be read, and then the list is not complete, 130 interrupted.

Examples:
  ecr-oci scan
  ecr-oci scan --repository 'ml/*' --repository team/app --state missing,stale
  ecr-oci scan --html images.html
  ecr-oci scan --csv > images.csv
  ecr-oci scan --json | jq -r '.images[] | select(.sagemaker.verdict == "refused") | .repository + ":" + .tag'`;

export function addScan(program: Command): void {
  const command = program
    .command('scan')
    .description('List every tag: its format, who accepts it, and how its companion is.')
    .addOption(
      new Option('--state <state>', `only tags of these states, by commas: ${STATES.join(', ')}`).argParser(
        someOf(STATES),
      ),
    )
    .addOption(new Option('--csv', 'print comma-separated values').conflicts('json'))
    .option('--html <file>', 'write one page to look at, to search and to print, with every tag');
  addPolicyOptions(addAccountOptions(addListingOptions(command)))
    .addHelpText('after', EXAMPLES)
    .action(action(runScan));
}

async function runScan({ options, output, io }: CommandContext<ScanOptions>): Promise<ExitCode> {
  const account = new Account(options);
  const { repository: patterns = [] } = options;
  const settings = { account, policy: policyOf(options) };
  const repositories = await chooseRepositories(account, patterns);
  const metadata = metadataOf(settings, patterns);
  const printer = printerOf(options, output, metadataJson(metadata));
  const page = options.html === undefined ? undefined : new PageData();
  const progress = new Progress(output.stderr, !(output.stdout.isTTY && printer.prints));
  const onRow = (row: Row) => {
    page?.add(row);
    if (!options.state || options.state.includes(row.companion.state)) printer.row(row);
  };
  const interruption = new Interruption(io.signals, () => {
    progress.stop();
    output.note('interrupted: the list is not complete');
  });
  try {
    const totals = await survey(settings, repositories, { progress, onRow, signal: interruption.signal });
    if (interruption.exitCode !== undefined) {
      printer.end({ isComplete: false });
      return interruption.exitCode;
    }
    if (options.html !== undefined && page) await writeFile(options.html, htmlPage(metadata, totals, page));
    printer.end({
      isComplete: totals.isComplete,
      totals: totalsJson(totals),
      unreadable: totals.unreadable,
    });
    noteTotals(totals, output);
    return totals.isComplete ? EXIT.ok : EXIT.unknown;
  } catch (error) {
    // The JSON document has begun, so the error ends it instead of following it.
    const explained = reportError(error, options, output);
    printer.end({ isComplete: false, error: explained });
    return interruption.exitCode ?? explained.exitCode;
  } finally {
    interruption.stop();
  }
}

function noteTotals(totals: Totals, output: Output): void {
  for (const { repository, why } of totals.unreadable)
    output.note(`${output.noteStyle('red', 'not read:')} ${repository}: ${why}`);
  output.note(summary(totals));
}

interface Printer {
  /** Whether rows go to stdout. */
  readonly prints: boolean;
  row(row: Row): void;
  end(tail: object): void;
}

function printerOf(options: ScanOptions, output: Output, head: object): Printer {
  if (options.json) {
    const document = new JsonDocument((text) => output.stdout.write(text), head, 'images');
    return { prints: true, row: (row) => document.add(rowJson(row)), end: (tail) => document.end(tail) };
  }
  if (options.csv) {
    // RFC 4180 ends lines so, and spreadsheets expect it.
    const write = (line: string) => output.stdout.write(`${line}\r\n`);
    write(csvHead());
    return { prints: true, row: (row) => write(csvRow(row)), end: () => {} };
  }
  if (options.html !== undefined) return { prints: false, row: () => {}, end: () => {} };
  output.print(output.style('bold', tableHead()));
  return { prints: true, row: (row) => output.print(tableRow(row, output)), end: () => {} };
}
