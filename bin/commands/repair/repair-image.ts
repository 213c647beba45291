import type { ImageTag, Outcome } from '../../../lambda/core/companion/outcome';
import type { Policy } from '../../../lambda/core/companion/policy';
import { type OutcomeDetail, outcomeDetail } from '../../../lambda/events/outcome-event';
import type { Account } from '../../cli/account';
import { EXIT, type ExitCode, worstExitCode } from '../../cli/exit-code';
import type { ImageReference } from '../../cli/image-reference';
import type { ImageResult } from '../../cli/images';
import { optedOutNote } from '../../cli/opt-out';
import type { Output } from '../../cli/output';
import { remedyOf } from '../../cli/remedy';
import { isSkippedFor, repairNamed } from '../../cli/repair-named';
import { recompressedText, withRecompressor } from './recompress';

/** One repair that a person asked for. */
export interface RepairRequest {
  readonly account: Account;
  readonly reference: ImageReference;
  readonly image: ImageTag;
  readonly policy: Policy;
  readonly output: Output;
}

export async function repairImage(request: RepairRequest): Promise<ImageResult> {
  const { account, reference, image, policy, output } = request;
  const outcomes = await withRecompressor(request, (recompressor) =>
    repairNamed(account, account.registry, reference, image, policy, recompressor),
  );
  const details = outcomes.map((outcome) => outcomeDetail(outcome, account));
  if (!output.json) for (const detail of details) output.print(lineOf(detail, account, output));
  for (const outcome of outcomes)
    if (outcome.outcome === 'refused' && !output.json) output.note(remedyOf(outcome.reason));
  noteOptOut(outcomes, output);
  return { exitCode: exitCodeOf(outcomes), json: details };
}

export function noteOptOut(outcomes: readonly Outcome[], output: Output): void {
  const found = outcomes.find((outcome) => isSkippedFor(outcome, 'opted-out'));
  if (found) output.note(optedOutNote(found.image.repository));
}

export const exitCodeOf = (outcomes: readonly Outcome[]): ExitCode =>
  worstExitCode(
    outcomes.map((outcome) =>
      outcome.outcome === 'refused' || isSkippedFor(outcome, 'opted-out') ? EXIT.no : EXIT.ok,
    ),
  );

const STYLES = {
  converted: 'green',
  aliased: 'green',
  unchanged: 'green',
  recompressing: 'yellow',
  skipped: 'yellow',
  refused: 'red',
} as const;

function lineOf(detail: OutcomeDetail, account: Account, output: Output): string {
  const {
    repository,
    sourceTag,
    outcome,
    reason,
    companionTag,
    companionDigest,
    platform,
    droppedFieldCount,
    recompressed,
  } = detail;
  const head = `${repository}:${sourceTag}  ${output.style(STYLES[outcome], outcome)}`;
  if (!companionDigest) return `${head}: ${reason}: ${detail.detail}`;
  const facts = [
    platform,
    droppedFieldCount ? `${droppedFieldCount} fields dropped` : undefined,
    recompressed ? recompressedText(recompressed) : undefined,
  ].filter(Boolean);
  const companion = `${companionTag}${facts.length > 0 ? ` (${facts.join(', ')})` : ''}`;
  return `${head}: ${companion} is ${account.uri(repository, `@${companionDigest}`)}`;
}
