import type { Outcome } from '../../../lambda/core/companion/outcome';
import { IMAGES, type Right } from './images';
import { companionTags, type Scenario, TAGS } from './scenario';
import type { ScenarioRun } from './scenario-run';

/** Rounds of one repair, each with at most one put for each companion. */
const MAX_ROUNDS = 5;

const imageOf = (digest: string | undefined) => IMAGES.find(({ stored }) => stored.digest === digest);

/** Everything that is not as it was promised; empty if all is well. */
export function verdict(scenario: Scenario, run: ScenarioRun): readonly string[] {
  return [...harm(scenario, run), ...TAGS.flatMap((tag) => divergence(tag, scenario, run))];
}

function harm({ policy, faults }: Scenario, { repository, deliveries }: ScenarioRun): string[] {
  const foreign = repository.puts
    .filter(({ delivery, tag }) => !companionTags(delivery.tag, policy).includes(tag))
    .map(({ delivery, tag }) => `${delivery.id} put ${tag}`);
  const deleted = repository.deletions
    .filter(
      ({ delivery, tag }) => !policy.deleteOrphanedCompanions || !companionTags(delivery.tag, policy).includes(tag),
    )
    .map(({ delivery, tag }) => `${delivery.id} deleted ${tag}`);
  // The client's own second attempts are no decisions of the repair.
  const again = faults.filter((fault) => fault === 'twice').length;
  const greedy = deliveries
    .filter(({ puts, reads }) => puts > MAX_ROUNDS * policy.platforms.length + again || reads > MAX_ROUNDS + again)
    .map(({ id, puts, reads }) => `${id} made ${puts} puts and ${reads} reads`);
  return [...foreign, ...deleted, ...greedy];
}

function divergence(tag: string, scenario: Scenario, run: ScenarioRun): string[] {
  const { policy, immutableCompanions } = scenario;
  const { repository } = run;
  const source = imageOf(repository.tags.get(tag));
  const reader = repository.lastReader.get(tag);
  const outcomes = reader ? run.outcomes.get(reader) : undefined;
  if (source && !outcomes) return [`${tag} is ${source.name}, and no repair has read that last`];
  return companionTags(tag, policy).flatMap((companion, at): string[] => {
    const now = repository.tags.get(companion);
    const about = `${tag} is ${source?.name ?? 'deleted'}; ${companion} is ${now}`;
    const everRight = [...(repository.sources.get(tag) ?? [])].flatMap(
      (digest) => imageOf(digest)?.right(policy)[at] ?? [],
    );
    const origins = [
      ...everRight.flatMap((right) => ('digest' in right ? right.digest : [])),
      ...(repository.overwritten.get(companion) ?? []),
    ];
    if (now !== undefined && !origins.includes(now)) return [`${about}, which it should never have been`];
    if (!source && policy.deleteOrphanedCompanions && now !== undefined)
      return [`${about}, which must have gone with its source`];
    const right = source?.right(policy)[at];
    if (!right) return [];
    const reported = (outcomes ?? []).filter((outcome) => concerns(outcome, companion, at));
    const hasPut = repository.puts.some(
      (put) => put.delivery === reader && put.tag === companion && put.digest === now,
    );
    const expected = expectedOutcome(right, now, immutableCompanions, hasPut);
    if (expected === undefined) return [`${about}, it must be ${JSON.stringify(right)}`];
    const actual = reported.map(format).join();
    return expected.includes(actual)
      ? []
      : [`${about}, and the last repair reported '${actual}' instead of '${expected.join("' or '")}'`];
  });
}

/** An outcome without a companion tag is about the first. */
const concerns = (outcome: Outcome, companion: string, at: number): boolean =>
  'companion' in outcome && outcome.companion ? outcome.companion.tag === companion : isSkippedAt(outcome, at);

const isSkippedAt = (outcome: Outcome, at: number): boolean =>
  outcome.outcome === 'skipped' && (outcome.reason === 'platform-absent') === at > 0;

function format(outcome: Outcome): string {
  if (outcome.outcome === 'skipped') return `skipped ${outcome.reason}`;
  if (outcome.outcome === 'refused')
    return `refused ${outcome.reason} ${outcome.companion?.outOfDateDigest ?? 'no companion'}`;
  if (outcome.outcome === 'recompressing') return outcome.outcome;
  return `${outcome.outcome} ${outcome.companion.digest}`;
}

/** What the repair that saw this last must have said, one of several; `undefined` if the companion is wrong. */
function expectedOutcome(
  right: Right,
  now: string | undefined,
  isImmutable: boolean,
  hasPut: boolean,
): readonly string[] | undefined {
  const stale = now ?? 'no companion';
  switch (right.companion) {
    case 'cannot':
      return [`refused ${right.refusal} ${stale}`];
    case 'none':
      return [now ? `refused stale-companion ${stale}` : right.skip ? `skipped ${right.skip}` : ''];
    case 'follows':
      if (!now) return ['skipped already-docker'];
      break;
    case 'names':
      if (!now) return undefined;
  }
  if (now === right.digest) {
    const by = right.companion === 'names' ? right.by : 'aliased';
    return [`unchanged ${now}`, ...(hasPut ? [`${by} ${now}`] : [])];
  }
  return isImmutable ? [`refused tag-immutable ${stale}`] : undefined;
}
