import { type Hazard, hazardsOf, releasesMeantBy } from '../../../../lambda/core/lifecycle/hazard';
import type { LifecycleSelection } from '../../../../lambda/core/lifecycle/policy';
import { keepArchived, keepDays, keepNewest, keepPulled, policyOf } from '../../../support/lifecycle-images';

const companions = ['v1-dockerv2', 'v1-dockerv2-arm64'];
const summaryOf = (hazards: readonly Hazard[]) =>
  hazards.map((hazard) =>
    hazard.kind === 'count'
      ? `rule ${hazard.rule.rulePriority} keeps ${hazard.keepsNow}, then ${hazard.keepsThen}`
      : `rule ${hazard.rule.rulePriority} by ${hazard.kind}`,
  );
const hazards = (...selections: readonly LifecycleSelection[]) =>
  summaryOf(hazardsOf(policyOf(...selections), 'v1', companions));
const one = (...selections: readonly LifecycleSelection[]) =>
  summaryOf(hazardsOf(policyOf(...selections), 'v1', ['v1-dockerv2']));

test.each([
  ['every image', keepNewest(10, 'any'), ['rule 1 keeps 10, then 3']],
  ['the tag and its companions', keepNewest(10, ['v*']), ['rule 1 keeps 10, then 3']],
  ['a companion and not the tag', keepNewest(10, ['*1*2']), []],
  ['the tag by one of two patterns', keepNewest(10, ['v*', '*-stable']), ['rule 1 keeps 10, then 3']],
  ['other tags', keepNewest(10, ['release*']), []],
  ['untagged images', keepNewest(10, 'untagged'), []],
  ['companions only', keepNewest(10, ['*-dockerv2']), []],
  ['the tag only', keepNewest(10, ['v1']), []],
  ['images by age', keepDays(10, 'any'), []],
  ['archived images', keepArchived(90, 'any'), []],
  ['images by pull-time', keepPulled(90, 'any'), ['rule 1 by pull-time']],
  ['other images by pull-time', keepPulled(90, ['release*']), []],
])('a rule for %s', (_, selection, expected) => {
  expect(hazards(selection)).toEqual(expected);
});

test('one companion of two counts', () => {
  expect(hazards(keepNewest(10, ['v1', '*-dockerv2']))).toEqual(['rule 1 keeps 10, then 5']);
});

test('"keep the newest image of latest" comes to keep none', () => {
  expect(summaryOf(hazardsOf(policyOf(keepNewest(1, ['latest*'])), 'latest', ['latest-dockerv2']))).toEqual([
    'rule 1 keeps 1, then 0',
  ]);
});

describe('a rule of higher priority that claims the companions', () => {
  const claim = keepNewest(10, ['*-dockerv2']);

  test('removes the hazard if the rule for sources has more room than companions can fill', () => {
    expect(one(claim, keepNewest(11, ['v*']))).toEqual([]);
    expect(one(claim, keepNewest(10, ['v*']))).toEqual(['rule 2 keeps 10, then 5']);
  });

  test('must bound the number of companions', () => {
    expect(one(keepDays(90, ['*-dockerv2']), keepNewest(1000, ['v*']))).toEqual(['rule 2 keeps 1000, then 500']);
  });

  test('must claim the companions of each platform, and all of them count', () => {
    expect(hazards(claim, keepNewest(90, ['v*']))).toEqual(['rule 2 keeps 90, then 30']);
    const both = [claim, keepNewest(10, ['*-dockerv2-arm64'])];
    expect(hazards(...both, keepNewest(21, ['v*']))).toEqual([]);
    expect(hazards(...both, keepNewest(20, ['v*']))).toEqual(['rule 3 keeps 20, then 6']);
  });

  test('counts once if it claims the companions of all platforms', () => {
    expect(hazards(keepNewest(10, ['*-dockerv2*']), keepNewest(11, ['v*']))).toEqual([]);
  });

  test('must have the higher priority', () => {
    expect(one(keepNewest(30, ['v*']), claim)).toEqual(['rule 1 keeps 30, then 15']);
  });

  test('must have it over a rule that claims them only with another tag, too', () => {
    expect(one(keepNewest(30, ['v*', 'x*']), claim)).toEqual(['rule 1 keeps 30, then 15']);
  });

  test('must not claim the source as well', () => {
    expect(one(keepNewest(30, ['v*']), keepNewest(90, 'any'))).toEqual([
      'rule 1 keeps 30, then 15',
      'rule 2 keeps 90, then 45',
    ]);
  });

  test('is enough for rules that cannot expire the source', () => {
    expect(one(claim, keepNewest(11, ['v*']), keepNewest(5, 'any'))).toEqual([]);
    expect(one(claim, keepDays(90, ['v*']), keepNewest(5, 'any'))).toEqual([]);
  });
});

test('a rule by pull time is none if a rule of higher priority claims the source', () => {
  expect(hazards(keepDays(90, ['v*']), keepPulled(30, 'any'))).toEqual([]);
  expect(hazards(keepPulled(30, ['v*']), keepNewest(9, 'any'))).toEqual([
    'rule 1 by pull-time',
    'rule 2 keeps 9, then 3',
  ]);
  expect(hazards(keepPulled(30, ['v*', 'x*']), keepDays(9, 'any'))).toEqual(['rule 1 by pull-time']);
});

describe('how many images a rule is meant to keep', () => {
  const meant = (selections: readonly LifecycleSelection[], sourceTags = ['v1'], companionTags = ['v1-dockerv2']) => {
    const policy = policyOf(...selections);
    return policy.map((rule) => releasesMeantBy(policy, rule, companionTags, sourceTags));
  };
  const claim = keepNewest(4, ['*-dockerv2']);

  test('is its number less that of the rule which claims its companions', () => {
    expect(meant([claim, keepNewest(6, 'any')])).toEqual([undefined, 2]);
  });

  test('counts only companions that it selects', () => {
    expect(meant([claim, keepNewest(6, ['v*'])], ['v1'], ['v1-dockerv2', 'w1-other'])).toEqual([undefined, 2]);
  });

  test.each<[string, readonly LifecycleSelection[]]>([
    ['a rule by age', [claim, keepDays(6, 'any')]],
    ['no claim', [keepNewest(6, 'any')]],
    ['a claim that takes them all', [keepNewest(6, ['*-dockerv2']), keepNewest(6, 'any')]],
    ['a claim by age', [keepDays(4, ['*-dockerv2']), keepNewest(6, 'any')]],
    ['a claim that selects a source as well', [keepNewest(4, ['v*']), keepNewest(6, 'any')]],
  ])('is not known of %s', (_, selections) => {
    expect(meant(selections, ['v1', 'w1'])).toEqual(selections.map(() => undefined));
  });
});

test('no rules, no hazards', () => {
  expect(hazards()).toEqual([]);
});
