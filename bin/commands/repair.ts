import type { Command } from 'commander';
import type { Outcome } from '../../lambda/core/companion/outcome';
import type { Policy } from '../../lambda/core/companion/policy';
import type { StoredManifest } from '../../lambda/core/registry';
import { type OutcomeDetail, outcomeDetail } from '../../lambda/events/outcome-event';
import { type Account, Accounts } from '../cli/account';
import { action } from '../cli/action';
import { EXIT, type ExitCode, worstExitCode } from '../cli/exit-code';
import { type ImageReference, requireTag } from '../cli/image-reference';
import { forEachImage, type ImageResult } from '../cli/images';
import { inRepository } from '../cli/not-found';
import { optedOutNote } from '../cli/opt-out';
import { type AccountOptions, addAccountOptions, addPolicyOptions, type PolicyOptions, policyOf } from '../cli/options';
import type { Output } from '../cli/output';
import { remedyOf } from '../cli/remedy';
import { dryRunOf, isSkippedFor, repairNamed } from '../cli/repair-named';

interface RepairOptions extends AccountOptions, PolicyOptions {
  readonly dryRun?: boolean;
}

const EXAMPLES = `
Makes the companion of each image what it should be now, as the deployed service would: one read, one PutImage, no layer moves.
Needs ecr:BatchGetImage and ecr:PutImage, and ecr:GetDownloadUrlForLayer for an index that does not name its platforms.

With --dry-run nothing is written: the manifest goes to stdout (its exact bytes when piped), what it is and drops to stderr.

Exit code: 0 the companion is right or none is needed, 1 refused, 2 could not find out.

Examples:
  ecr-oci repair team/app:v1
  ecr-oci repair team/app:v1 team/app:v2 --json
  ecr-oci repair --dry-run team/app:v1 | jq .
  ecr-oci repair team/app:v1 --platform linux/amd64 --platform linux/arm64`;

export function addRepair(program: Command): void {
  const command = program
    .command('repair')
    .description('Make the companion of an image what it should be, now.')
    .argument('<image...>', 'images with a tag, or - for stdin')
    .option('--dry-run', 'only print the manifest that it would put, its digest and what it drops');
  addPolicyOptions(addAccountOptions(command))
    .addHelpText('after', EXAMPLES)
    .action(
      action<RepairOptions>((context) => {
        const { options, output } = context;
        const accounts = new Accounts(options);
        const policy = policyOf(options);
        return forEachImage(context, (reference) => {
          const account = accounts.of(reference);
          const run = options.dryRun ? dryRun : repairOne;
          return inRepository(account, reference.repository, () => run(account, reference, policy, output));
        });
      }),
    );
}

async function repairOne(
  account: Account,
  reference: ImageReference,
  policy: Policy,
  output: Output,
): Promise<ImageResult> {
  const image = { repository: reference.repository, tag: requireTag(reference, 'repair') };
  const outcomes = await repairNamed(account, account.registry, reference, image, policy);
  noteOptOut(outcomes, output);
  const details = outcomes.map((outcome) => outcomeDetail(outcome, account));
  if (!output.json) for (const detail of details) output.print(lineOf(detail, account, output));
  for (const outcome of outcomes)
    if (outcome.outcome === 'refused' && !output.json) output.note(remedyOf(outcome.reason));
  return { exitCode: worstExitCode(outcomes.map(exitCodeOf)), json: details };
}

/** What it would put goes to stdout, what it says about it to stderr. */
async function dryRun(
  account: Account,
  reference: ImageReference,
  policy: Policy,
  output: Output,
): Promise<ImageResult> {
  const image = { repository: reference.repository, tag: requireTag(reference, 'repair') };
  const registry = dryRunOf(account, image);
  const outcomes = await repairNamed(account, registry, reference, image, policy);
  noteOptOut(outcomes, output);
  const json: object[] = [];
  for (const outcome of outcomes) {
    output.note(describeDryRun(outcome));
    const put = 'droppedFields' in outcome ? registry.wouldPut(outcome.companion.tag) : undefined;
    if (put && !output.json) printManifest(put, output);
    json.push({ dryRun: true, ...outcomeDetail(outcome, account), ...(put ? { manifest: textOf(put) } : {}) });
  }
  return { exitCode: worstExitCode(outcomes.map(exitCodeOf)), json };
}

function describeDryRun(outcome: Outcome): string {
  const { repository, tag } = outcome.image;
  const head = `${repository}:${tag}  would be ${outcome.outcome}:`;
  if (outcome.outcome === 'skipped' || outcome.outcome === 'refused')
    return `${head} ${outcome.reason}: ${outcome.detail}`;
  const { companion, platform, droppedFields } = outcome;
  const lines = [
    `${head} ${companion.tag}${platform ? ` (${platform})` : ''} ${outcome.outcome === 'unchanged' ? 'names' : 'would name'} ${companion.digest}`,
    ...('replacedDigest' in outcome ? [`  instead of ${outcome.replacedDigest}`] : []),
    ...droppedFields.map((path) => `  drops ${path}`),
  ];
  return lines.join('\n');
}

const textOf = ({ bytes }: StoredManifest): string => new TextDecoder().decode(bytes);

/** To a pipe the exact bytes, so that they hash to the digest; to a person, something to read. */
function printManifest(manifest: StoredManifest, output: Output): void {
  const text = textOf(manifest);
  if (output.stdout.isTTY) output.print(JSON.stringify(JSON.parse(text), null, 2));
  else output.stdout.write(text);
}

function noteOptOut(outcomes: readonly Outcome[], output: Output): void {
  const found = outcomes.find((outcome) => isSkippedFor(outcome, 'opted-out'));
  if (found) output.note(optedOutNote(found.image.repository));
}

const exitCodeOf = (outcome: Outcome): ExitCode =>
  outcome.outcome === 'refused' || isSkippedFor(outcome, 'opted-out') ? EXIT.no : EXIT.ok;

const STYLES = { converted: 'green', aliased: 'green', unchanged: 'green', skipped: 'yellow', refused: 'red' } as const;

function lineOf(detail: OutcomeDetail, account: Account, output: Output): string {
  const { repository, sourceTag, outcome, reason, companionTag, companionDigest, platform, droppedFieldCount } = detail;
  const head = `${repository}:${sourceTag}  ${output.style(STYLES[outcome], outcome)}`;
  if (!companionDigest) return `${head}: ${reason}: ${detail.detail}`;
  const of = [platform, droppedFieldCount ? `${droppedFieldCount} fields dropped` : undefined].filter(Boolean);
  return `${head}: ${companionTag}${of.length > 0 ? ` (${of.join(', ')})` : ''} is ${account.uri(repository, `@${companionDigest}`)}`;
}
