import { skipReasonOfTag } from '../../../lambda/core/companion/companion-tag';
import { companionTagsOf, planCompanions } from '../../../lambda/core/companion/plan';
import type { Policy } from '../../../lambda/core/companion/policy';
import { SKIP_REASONS } from '../../../lambda/core/reasons';
import type { Account } from '../../cli/account';
import { EXIT, type ExitCode } from '../../cli/exit-code';
import { type ImageReference, requireTag } from '../../cli/image-reference';
import { noSuchImage } from '../../cli/not-found';
import type { Output } from '../../cli/output';
import { type CompanionView, viewOf } from '../check/inspect';

/** What a repair would do, without doing it: what it would put goes to stdout, and what it says of it to stderr. */
export async function dryRun(
  account: Account,
  reference: ImageReference,
  policy: Policy,
  output: Output,
): Promise<{ readonly exitCode: ExitCode; readonly json: readonly object[] }> {
  const { repository } = reference;
  const tag = requireTag(reference, 'repair');
  const about = { repository, sourceTag: tag };
  const skipped = skipReasonOfTag(tag, policy.companionTag);
  if (skipped) {
    output.note(`${repository}:${tag}  would be skipped: ${skipped}: ${SKIP_REASONS[skipped]}`);
    return {
      exitCode: EXIT.ok,
      json: [{ ...about, wouldBe: 'skipped', reason: skipped, detail: SKIP_REASONS[skipped] }],
    };
  }
  const now = await account.registry.readTags(repository, [tag, ...companionTagsOf(tag, policy)]);
  const source = now.get(tag);
  if (!source) throw await noSuchImage(account, reference);
  const plans = await planCompanions(account.registry, { repository, tag }, source, policy);
  const views = plans.map((plan) => viewOf(tag, plan, now.get(plan.tag)));
  const results = views.flatMap((view) => resultOf(view) ?? []);
  for (const result of results) {
    output.note(`${repository}:${tag}  ${sayOf(result)}`);
    if (result.manifest !== undefined && !output.json) printManifest(result.manifest, output);
  }
  const isRefused = results.some(({ wouldBe }) => wouldBe === 'refused');
  return { exitCode: isRefused ? EXIT.no : EXIT.ok, json: results.map((result) => ({ ...about, ...result })) };
}

interface Result {
  readonly wouldBe: 'converted' | 'aliased' | 'unchanged' | 'skipped' | 'refused';
  readonly companionTag: string;
  readonly reason?: string;
  readonly detail?: string;
  readonly companionDigest?: string;
  readonly mediaType?: string;
  readonly platform?: string;
  readonly droppedFields?: readonly string[];
  /** What the companion tag names now, if it is another. */
  readonly staleDigest?: string;
  /** The exact bytes that would be put, as text. */
  readonly manifest?: string;
}

function resultOf({ plan, state, digest }: CompanionView): Result | undefined {
  const { demand, tag: companionTag } = plan;
  const stale = state === 'stale' && digest ? { staleDigest: digest } : {};
  if (demand.demand === 'refused') {
    const { reason, detail } = demand.refusal;
    return { wouldBe: 'refused', companionTag, reason, detail, ...(digest ? { staleDigest: digest } : {}) };
  }
  if (demand.demand === 'none') {
    if (state === 'stale')
      return { wouldBe: 'refused', companionTag, reason: 'stale-companion', detail: demand.detail, ...stale };
    return demand.skip && { wouldBe: 'skipped', companionTag, reason: demand.skip, detail: demand.detail };
  }
  if (demand.demand === 'if-present' && state === 'absent')
    return { wouldBe: 'skipped', companionTag, reason: demand.skip, detail: demand.detail };
  const { manifest } = demand;
  return {
    wouldBe: state === 'right' ? 'unchanged' : demand.demand === 'manifest' ? demand.by : 'aliased',
    companionTag,
    companionDigest: manifest.digest,
    mediaType: manifest.mediaType,
    ...(demand.demand === 'manifest' && demand.platform ? { platform: demand.platform } : {}),
    droppedFields: demand.demand === 'manifest' ? demand.droppedFields : [],
    ...stale,
    manifest: new TextDecoder().decode(manifest.bytes),
  };
}

function sayOf({
  wouldBe,
  companionTag,
  companionDigest,
  platform,
  reason,
  detail,
  droppedFields = [],
  staleDigest,
}: Result): string {
  if (!companionDigest) return `would be ${wouldBe}: ${reason}: ${detail}`;
  const lines = [
    `would be ${wouldBe}: ${companionTag}${platform ? ` (${platform})` : ''} is ${wouldBe === 'unchanged' ? '' : 'to be '}${companionDigest}`,
    ...(staleDigest ? [`  instead of ${staleDigest}`] : []),
    ...droppedFields.map((path) => `  drops ${path}`),
  ];
  return lines.join('\n');
}

/** To a pipe the exact bytes, so that they hash to the digest; to a person, something to read. */
function printManifest(manifest: string, output: Output): void {
  if (output.stdout.isTTY) output.print(JSON.stringify(JSON.parse(manifest), null, 2));
  else output.stdout.write(manifest);
}
