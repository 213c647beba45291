import type { Loss } from '../../../lambda/core/lifecycle/evaluate';
import type { LifecyclePolicy } from '../../../lambda/core/lifecycle/policy';
import { explainHazard } from '../../../lambda/core/lifecycle/risk';
import type { Findings, Losses, Suggestion } from './findings';

/** As `--json` prints it. */
export const findingsJson = (
  lifecycle: LifecyclePolicy,
  { companions, losses, hazards, suggestion }: Findings,
): object => ({
  policy: { rules: lifecycle },
  companions: companions.length,
  ...lossesJson(losses),
  hazards: hazards.map((hazard) => ({
    kind: hazard.kind,
    rulePriority: hazard.rule.rulePriority,
    ...(hazard.kind === 'count' ? { keepsNow: hazard.keepsNow, keepsThen: hazard.keepsThen } : {}),
    detail: explainHazard(hazard),
  })),
  ...(suggestion ? { suggestion: suggestionJson(suggestion) } : {}),
});

function suggestionJson(suggestion: Suggestion): object {
  if (suggestion.kind !== 'changed') return suggestion;
  const { kind, text, changes, losses } = suggestion;
  return { kind, policy: JSON.parse(text), changes, ...lossesJson(losses) };
}

const lossesJson = ({ lost, companionsLost }: Losses): object => ({
  lost: lost.map(({ image: { digest, tags, pushedAt }, fate }) => ({
    digest,
    tags,
    pushedAt: new Date(pushedAt).toISOString(),
    ...fateJson(fate),
  })),
  companionsLost: companionsLost.map(({ companion: { tag }, fate }) => ({ tag, ...fateJson(fate) })),
});

const fateJson = ({ kind, rule: { rulePriority } }: Loss): object => ({ action: kind, rulePriority });
