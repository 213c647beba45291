import type { Command } from 'commander';
import type { Outcome } from '../../../lambda/core/companion/outcome';
import type { Policy } from '../../../lambda/core/companion/policy';
import { repair } from '../../../lambda/core/companion/repair';
import { RepositoryNotFound } from '../../../lambda/core/errors';
import type { SkipReason } from '../../../lambda/core/reasons';
import { type OutcomeDetail, outcomeDetail } from '../../../lambda/events/outcome-event';
import { type Account, Accounts } from '../../cli/account';
import { EXIT, type ExitCode, worst } from '../../cli/exit-code';
import { type ImageReference, requireTag } from '../../cli/image-reference';
import { forEachImage } from '../../cli/images';
import { inRepository, noSuchImage } from '../../cli/not-found';
import {
  type AccountOptions,
  addAccountOptions,
  addPolicyOptions,
  type PolicyOptions,
  policyOf,
} from '../../cli/options';
import type { Output } from '../../cli/output';
import { remedyOf } from '../../cli/remedy';
import { running } from '../../cli/run';
import { dryRun } from './dry-run';

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
      running<RepairOptions>(({ args, options, output }) => {
        const accounts = new Accounts(options);
        const policy = policyOf(options);
        return forEachImage(args, options, output, (reference) => {
          const account = accounts.of(reference);
          const run = options.dryRun ? dryRun : repairOne;
          return inRepository(account, reference.repository, () => run(account, reference, policy, output));
        });
      }),
    );
}

async function repairOne(account: Account, reference: ImageReference, policy: Policy, output: Output) {
  const image = { repository: reference.repository, tag: requireTag(reference, 'repair') };
  const outcomes = await repair(account.registry, image, policy);
  if (outcomes.some((outcome) => isSkipped(outcome, 'source-gone'))) throw await noSuchImage(account, reference);
  // The service leaves a repository that is gone; a person has mistyped it.
  if (outcomes.some((outcome) => isSkipped(outcome, 'repository-gone'))) throw new RepositoryNotFound(image.repository);
  const details = outcomes.map((outcome) => outcomeDetail(outcome, account));
  if (!output.json) for (const detail of details) output.print(lineOf(detail, account, output));
  for (const outcome of outcomes)
    if (outcome.outcome === 'refused' && !output.json) output.note(remedyOf(outcome.reason));
  return { exitCode: worst(outcomes.map(exitCodeOf)), json: details };
}

const isSkipped = (outcome: Outcome, reason: SkipReason): boolean =>
  outcome.outcome === 'skipped' && outcome.reason === reason;

const exitCodeOf = (outcome: Outcome): ExitCode =>
  outcome.outcome === 'refused' || isSkipped(outcome, 'opted-out') ? EXIT.no : EXIT.ok;

const STYLES = { converted: 'green', aliased: 'green', unchanged: 'green', skipped: 'yellow', refused: 'red' } as const;

function lineOf(detail: OutcomeDetail, account: Account, output: Output): string {
  const { repository, sourceTag, outcome, reason, companionTag, companionDigest, platform, droppedFieldCount } = detail;
  const head = `${repository}:${sourceTag}  ${output.style(STYLES[outcome], outcome)}`;
  if (!companionDigest) return `${head}: ${reason}: ${detail.detail}`;
  const of = [platform, droppedFieldCount ? `${droppedFieldCount} fields dropped` : undefined].filter(Boolean);
  return `${head}: ${companionTag}${of.length > 0 ? ` (${of.join(', ')})` : ''} is ${account.uri(repository, `@${companionDigest}`)}`;
}
