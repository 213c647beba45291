import type { Outcome } from '../../../lambda/core/companion/outcome';
import type { StoredManifest } from '../../../lambda/core/registry';
import { outcomeDetail } from '../../../lambda/events/outcome-event';
import type { ImageResult } from '../../cli/images';
import type { Output } from '../../cli/output';
import { dryRunOf, repairNamed } from '../../cli/repair-named';
import { exitCodeOf, noteOptOut, type RepairRequest } from './repair-image';

/** The manifest that would be put goes to stdout, and what would happen to stderr. */
export async function dryRunRepair({ account, reference, image, policy, output }: RepairRequest): Promise<ImageResult> {
  const registry = dryRunOf(account, image);
  const outcomes = await repairNamed(account, registry, reference, image, policy);
  const json: object[] = [];
  for (const outcome of outcomes) {
    output.note(describe(outcome));
    const manifest = 'companion' in outcome && outcome.companion && registry.wouldPut(outcome.companion.tag);
    if (manifest && !output.json) printManifest(manifest, output);
    const text = manifest ? { manifest: textOf(manifest) } : {};
    json.push({ dryRun: true, ...outcomeDetail(outcome, account), ...text });
  }
  noteOptOut(outcomes, output);
  return { exitCode: exitCodeOf(outcomes), json };
}

function describe(outcome: Outcome): string {
  const { repository, tag } = outcome.image;
  const head = `${repository}:${tag}  would be ${outcome.outcome}:`;
  if (outcome.outcome === 'skipped' || outcome.outcome === 'refused')
    return `${head} ${outcome.reason}: ${outcome.detail}`;
  if (outcome.outcome === 'recompressing')
    return `${head} ${outcome.companion.tag} would be put after a recompression, because ${outcome.detail}`;
  const { companion, platform, droppedFields } = outcome;
  const verb = outcome.outcome === 'unchanged' ? 'names' : 'would name';
  return [
    `${head} ${companion.tag}${platform ? ` (${platform})` : ''} ${verb} ${companion.digest}`,
    ...('replacedDigest' in outcome ? [`  instead of ${outcome.replacedDigest}`] : []),
    ...droppedFields.map((path) => `  drops ${path}`),
  ].join('\n');
}

const textOf = ({ bytes }: StoredManifest): string => new TextDecoder().decode(bytes);

/** Exact bytes for a pipe, so that they hash to the digest; readable for a terminal. */
function printManifest(manifest: StoredManifest, output: Output): void {
  const text = textOf(manifest);
  if (output.stdout.isTTY) output.print(JSON.stringify(JSON.parse(text), null, 2));
  else output.stdout.write(text);
}
