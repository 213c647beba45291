import type { LifecycleRule, LifecycleSelection } from '../../../lambda/core/lifecycle/policy';
import { explainHazard } from '../../../lambda/core/lifecycle/risk';
import { globsOf } from '../../../lambda/core/lifecycle/selection';
import { plural } from '../../inventory/totals';
import { type Findings, isNothing, type Losses, type Suggestion } from './findings';

const MAX_LISTED = 10;

/** What the policy takes and why, rule by rule, for a person. */
export function findingsText(repository: string, { companions, losses, hazards, suggestion }: Findings): string {
  if (!suggestion)
    return `The lifecycle policy of ${repository} takes no image because of companions: ${plural(companions.length, 'companion')} would make no difference.`;
  return [
    isNothing(losses)
      ? `The lifecycle policy of ${repository} takes no image because of companions now, but will:`
      : `With companions of all its images, the lifecycle policy of ${repository} would take what stays without them:`,
    ...lossLines(losses),
    ...hazards.map((hazard) => `  ${explainHazard(hazard)}`),
    ...suggestionLines(suggestion),
  ].join('\n');
}

function suggestionLines(suggestion: Suggestion): readonly string[] {
  switch (suggestion.kind) {
    case 'unchanged':
      return ['No policy is suggested: none of the rules can be changed so that it keeps both.'];
    case 'impossible':
      return [`No policy is suggested: ${suggestion.why}.`];
    case 'changed':
      return [
        ...(isNothing(suggestion.losses)
          ? ['This policy keeps all of them, and their companions:']
          : ['This policy is better, but would still take:', ...lossLines(suggestion.losses), 'It is:']),
        ...suggestion.changes.map(({ rulePriority, explanation }) => `  rule ${rulePriority} ${verbless(explanation)}`),
      ];
  }
}

const verbless = (explanation: string): string =>
  explanation.startsWith('new: ') ? `is new: ${explanation.slice('new: '.length)}` : explanation;

function lossLines({ lost, companionsLost }: Losses): readonly string[] {
  const losses = [
    ...lost.map(({ image, fate }) => ({ fate, name: nameOf(image.tags, image.digest, image.pushedAt) })),
    ...companionsLost.map(({ companion, fate }) => ({ fate, name: `${companion.tag}, whose source stays` })),
  ];
  const rules = [...new Set(losses.map(({ fate }) => fate.rule))].sort((a, b) => a.rulePriority - b.rulePriority);
  return rules.flatMap((rule) => {
    const ofRule = losses.filter(({ fate }) => fate.rule === rule);
    const [first] = ofRule;
    if (!first) return [];
    const more = ofRule.length - MAX_LISTED;
    return [
      `  rule ${rule.rulePriority} (${describeRule(rule)}) would ${first.fate.kind} ${plural(ofRule.length, 'image')}:`,
      ...ofRule.slice(0, MAX_LISTED).map(({ name }) => `    ${name}`),
      ...(more > 0 ? [`    and ${more} more`] : []),
    ];
  });
}

const nameOf = (tags: readonly string[], digest: string, pushedAt: number): string =>
  `${tags.join(', ') || digest}, pushed ${new Date(pushedAt).toISOString().slice(0, 10)}`;

const KEPT: Readonly<Record<LifecycleSelection['countType'], (count: number) => string>> = {
  imageCountMoreThan: (count) => `the newest ${count}`,
  sinceImagePushed: (days) => `pushed within ${days} days`,
  sinceImagePulled: (days) => `pulled within ${days} days`,
  sinceImageTransitioned: (days) => `archived within ${days} days`,
};

function describeRule(rule: LifecycleRule): string {
  const { countType, countNumber, tagStatus } = rule.selection;
  const which = tagStatus === 'tagged' ? globsOf(rule).join(' and ') : `${tagStatus} image`;
  return `${which}: ${KEPT[countType](countNumber)}`;
}
