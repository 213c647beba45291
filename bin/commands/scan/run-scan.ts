import { writeFile } from 'node:fs/promises';
import { Accounts } from '../../cli/account';
import type { CommandContext } from '../../cli/action';
import { EXIT, type ExitCode } from '../../cli/exit-code';
import { Interruption } from '../../cli/interruption';
import { type AccountOptions, type ListingOptions, type PolicyOptions, policyOf } from '../../cli/options';
import type { Output } from '../../cli/output';
import { Progress } from '../../cli/progress';
import { reportError } from '../../cli/report-error';
import { withPlatformsFor } from '../../inventory/acceptance';
import { metadataJson, metadataOf } from '../../inventory/metadata';
import { chooseRepositories } from '../../inventory/repositories';
import type { Row, TagState } from '../../inventory/row';
import { survey } from '../../inventory/survey';
import { summary, type Totals, totalsJson } from '../../inventory/totals';
import { htmlPage } from './report/html';
import { PageData } from './report/page-data';
import { type PrinterOptions, printerOf } from './report/printer';

export interface ScanOptions extends AccountOptions, ListingOptions, PolicyOptions, PrinterOptions {
  readonly state?: readonly TagState[];
}

export async function runScan({ options, output, io }: CommandContext<ScanOptions>): Promise<ExitCode> {
  const account = new Accounts(options, io).of();
  const { repository: patterns = [], for: consumers } = options;
  const settings = { account, policy: withPlatformsFor(policyOf(options), consumers), consumers };
  const repositories = await chooseRepositories(account, patterns);
  const metadata = metadataOf(settings, patterns);
  const printer = printerOf(options, output, metadataJson(metadata));
  const page = options.html === undefined ? undefined : new PageData(consumers);
  const progress = new Progress(output.stderr, !(output.stdout.isTTY && printer.isPrinting));
  const onRow = (row: Row) => {
    page?.add(row);
    if (!options.state || options.state.includes(row.companion.state)) printer.row(row);
  };
  const interruption = new Interruption(io.signals, () => {
    progress.stop();
    output.note('interrupted: the list is incomplete');
  });
  try {
    const totals = await survey(settings, repositories, {
      progress,
      onRow,
      signal: interruption.signal,
      withLifecycle: true,
    });
    if (interruption.exitCode !== undefined) {
      printer.end({ isComplete: false });
      return interruption.exitCode;
    }
    if (options.html !== undefined && page) await writeFile(options.html, htmlPage(metadata, totals, page));
    const { isComplete, unreadable, lifecycleRisks } = totals;
    printer.end({ isComplete, totals: totalsJson(totals, consumers), unreadable, lifecycleRisks });
    noteTotals(totals, output);
    return isComplete ? EXIT.ok : EXIT.unknown;
  } catch (error) {
    // The JSON document has begun: the error ends it instead of following it.
    const explained = reportError(error, options, output);
    printer.end({ isComplete: false, error: explained });
    return explained.exitCode;
  } finally {
    interruption.stop();
  }
}

function noteTotals(totals: Totals, output: Output): void {
  for (const { repository, why } of totals.unreadable)
    output.note(`${output.noteStyle('red', 'not read:')} ${repository}: ${why}`);
  for (const { repository, why } of totals.lifecycleRisks)
    output.note(`${output.noteStyle('yellow', 'lifecycle risk:')} ${repository}: ${why}`);
  output.note(summary(totals));
  if (totals.lifecycleRisks.length > 0)
    output.note('`ecr-oci lifecycle REPOSITORY` shows what would go, and a policy that keeps all of it.');
}
