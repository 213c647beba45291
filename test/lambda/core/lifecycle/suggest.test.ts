import type { CompanionTagForm } from '../../../../lambda/core/companion/companion-tag';
import { hazardOfMoves, hazardsOf } from '../../../../lambda/core/lifecycle/hazard';
import type { LifecyclePolicy, LifecycleSelection } from '../../../../lambda/core/lifecycle/policy';
import { policyThatKeepsBoth } from '../../../../lambda/core/lifecycle/suggest';
import { platformOf } from '../../../../lambda/core/manifest/platform';
import {
  ARCHIVE,
  EXPIRE,
  keepArchived,
  keepDays,
  keepNewest,
  keepPulled,
  policyOf,
  rule,
  understood,
} from '../../../support/lifecycle-images';

const suffix = { suffix: '-dockerv2' };
const prefix = { prefix: 'dockerv2-' };
const amd64 = platformOf('linux', 'amd64');
const arm64 = platformOf('linux', 'arm64');

function suggested(policy: LifecyclePolicy, form: CompanionTagForm, platforms: readonly (typeof amd64)[]) {
  const suggestion = policyThatKeepsBoth(policy, form, platforms);
  if (suggestion.kind !== 'changed') throw new Error(JSON.stringify(suggestion));
  return understood(suggestion.text);
}

/** `v* 10` for a count, `v* 10 days` for an age. */
const shortly = ({ tagPatternList, tagPrefixList, tagStatus, countNumber, countUnit }: LifecycleSelection): string =>
  `${tagPatternList ?? tagPrefixList ?? tagStatus} ${countNumber} ${countUnit ?? ''}`.trim();

test('a text for put-lifecycle-policy, and what changed', () => {
  const releases = { ...rule(5, keepNewest(10, ['v*'])), description: 'releases' };
  const present = understood(JSON.stringify({ rules: [releases, rule(9, keepDays(7, 'untagged'))] }));
  const suggestion = policyThatKeepsBoth(present, suffix, [amd64]);
  const claim = { ...rule(1, keepNewest(20, ['v*-dockerv2'])), description: 'Companions of v*' };
  expect(suggestion).toEqual({
    kind: 'changed',
    text: expect.any(String),
    changes: [
      {
        rulePriority: 1,
        explanation:
          'new: claims the companions of rule 5, which keeps 10; 20 leave room for companions that are put late',
      },
      {
        rulePriority: 2,
        explanation:
          'was rule 5 with 10: it counts companions too, even those that a higher rule claims, so 30 keep 10 releases',
      },
    ],
  });
  expect(JSON.parse(suggestion.kind === 'changed' ? suggestion.text : '')).toEqual({
    rules: [claim, { ...rule(2, keepNewest(30, ['v*'])), description: 'releases' }, rule(3, keepDays(7, 'untagged'))],
  });
});

test.each<[string, readonly LifecycleSelection[], readonly string[]]>([
  ['any image', [keepNewest(10, 'any')], ['*-dockerv2 20', 'any 30']],
  [
    'an exact tag, which companions do not match',
    [keepNewest(1, ['latest']), keepNewest(9, 'any')],
    ['latest-dockerv2 2', '*-dockerv2 18', 'latest 1', 'any 27'],
  ],
  ['two patterns', [keepNewest(10, ['v*', '*'])], ['v*-dockerv2,*-dockerv2 20', 'v*,* 30']],
  [
    'an age above a count',
    [keepDays(90, ['prod*']), keepNewest(5, 'any')],
    ['prod*-dockerv2 90 days', '*-dockerv2 10', 'prod* 90 days', 'any 15'],
  ],
  [
    'an age that companions of its images escape',
    [keepDays(90, ['*-prod']), keepDays(7, 'any')],
    ['*-prod-dockerv2 90 days', '*-dockerv2 7 days', '*-prod 90 days', 'any 7 days'],
  ],
  [
    'two rules with the same companions, which the first claims',
    [keepNewest(5, ['*']), keepNewest(1, ['c']), keepDays(9, 'any')],
    ['*-dockerv2 10', 'c-dockerv2 2', '* 15', 'c 1', 'any 9 days'],
  ],
  ['untagged images', [keepNewest(5, 'untagged')], ['untagged 15']],
  ['archived images', [keepNewest(5, ['v*']), keepArchived(90, 'any')], ['v*-dockerv2 10', 'v* 15', 'any 90 days']],
  ['four wildcards', [keepNewest(5, ['*x*y*z*'])], ['*x*y*z*-dockerv2 10', '*x*y*z* 15']],
  ['prefixes', [{ ...keepNewest(5, 'any'), tagStatus: 'tagged', tagPrefixList: ['v'] }], ['v*-dockerv2 10', 'v 15']],
])('suffix form, one platform: %s', (_, selections, expected) => {
  expect(suggested(policyOf(...selections), suffix, [amd64]).map(({ selection }) => shortly(selection))).toEqual(
    expected,
  );
});

test('only untagged images have their room told by a description', () => {
  const [tagged] = policyOf(keepNewest(5, ['v*']));
  const described = tagged ? [{ ...tagged, description: 'room for companions' }] : [];
  expect(suggested(described, suffix, [amd64]).map(({ selection }) => shortly(selection))).toEqual([
    'v*-dockerv2 10',
    'v* 15',
  ]);
});

test('a raised number of untagged images says that it has room for companions, so that nobody raises or reports it again', () => {
  const suggestion = policyThatKeepsBoth(policyOf(keepNewest(5, 'untagged')), suffix, [amd64]);
  const mended = understood(suggestion.kind === 'changed' ? suggestion.text : '');
  expect(mended[0]).toMatchObject({ description: '5 untagged images, with room for companions' });
  expect(hazardOfMoves(policyOf(keepNewest(5, 'untagged')))).toMatchObject({ kind: 'untagged' });
  expect(hazardOfMoves(mended)).toBeUndefined();
  expect(policyThatKeepsBoth(mended, suffix, [amd64])).toEqual({ kind: 'unchanged' });
  const [room, ...releases] = [mended[0], ...policyOf(keepNewest(5, ['v*']))].filter((one) => one !== undefined);
  const both = [room, ...releases.map((one) => ({ ...one, rulePriority: 2 }))].filter((one) => one !== undefined);
  expect(suggested(both, suffix, [amd64]).map(({ selection }) => shortly(selection))).toEqual([
    'v*-dockerv2 10',
    'untagged 15',
    'v* 15',
  ]);
});

test('companions stay as many days as their sources', () => {
  const suggestion = policyThatKeepsBoth(policyOf(keepDays(90, ['v*']), keepNewest(9, 'any')), suffix, [amd64]);
  const [first] = suggestion.kind === 'changed' ? suggestion.changes : [];
  const explanation = 'new: claims the companions of rule 1, for as many days';
  expect(first).toEqual({ rulePriority: 1, explanation });
});

test('further platforms have rules of their own, except where a prefix covers them', () => {
  const policy = policyOf(keepNewest(5, ['v*']), keepNewest(9, 'any'));
  const both = (form: CompanionTagForm) =>
    suggested(policy, form, [amd64, arm64]).map(({ selection }) => shortly(selection));
  expect(both(suffix)).toEqual([
    ...['v*-dockerv2 10', 'v*-dockerv2-arm64 10', '*-dockerv2 18', '*-dockerv2-arm64 18'],
    ...['v* 25', 'any 45'],
  ]);
  const mixed = policyOf(keepNewest(5, ['*x', 'v*']), keepDays(9, 'any'));
  expect(suggested(mixed, prefix, [amd64, arm64]).map(({ selection }) => shortly(selection))).toEqual([
    ...['dockerv2-*x,dockerv2-v* 10', 'dockerv2--arm64-*x,dockerv2--arm64-v* 10', 'dockerv2-* 9 days'],
    ...['*x,v* 5', 'any 9 days'],
  ]);
  expect(both(prefix)).toEqual(['dockerv2-v* 10', 'dockerv2--arm64-v* 10', 'dockerv2-* 36', 'v* 5', 'any 45']);
});

test('a claim does what the rule does: it archives where that archives', () => {
  const present = understood(
    JSON.stringify({ rules: [rule(1, keepNewest(5, ['v*']), ARCHIVE), rule(2, keepNewest(9, 'any'), EXPIRE)] }),
  );
  expect(suggested(present, suffix, [amd64]).map(({ action }) => action.type)).toEqual([
    ...['transition', 'expire', 'transition', 'expire'],
  ]);
});

test.each<[string, CompanionTagForm, readonly LifecycleSelection[]]>([
  ['no rules', suffix, []],
  ['ages that companions share', suffix, [keepDays(90, ['prod*']), keepDays(30, 'any')]],
  ['ages of images that are not companions', suffix, [keepDays(90, ['*-prod']), keepDays(9, ['latest'])]],
  ['counts of images that are not companions', prefix, [keepNewest(10, ['v*']), keepNewest(1, ['latest'])]],
  [
    'counts of images that are not companions, untagged by age',
    prefix,
    [keepNewest(10, ['v*']), keepDays(14, 'untagged')],
  ],
  ['archived images by a pattern that companions match', suffix, [keepArchived(90, ['*-*'])]],
  ['untagged images by age', suffix, [keepDays(14, 'untagged')]],
  ['archived images', suffix, [keepArchived(90, 'any')]],
])('nothing to change: %s', (_, form, selections) => {
  expect(policyThatKeepsBoth(policyOf(...selections), form, [amd64, arm64])).toEqual({ kind: 'unchanged' });
});

const unclear = (glob: string, priority = 1) =>
  `rule ${priority} (${glob}) selects companions without their source tags; remove it or change its pattern, and ask again`;
test.each<[string, CompanionTagForm, LifecycleSelection, string]>([
  ['selects companions', suffix, keepNewest(9, ['*-dockerv2']), unclear('*-dockerv2')],
  ['selects one companion', suffix, keepNewest(9, ['v1-dockerv2']), unclear('v1-dockerv2')],
  ['selects companions of a further platform', suffix, keepNewest(9, ['*-arm64']), unclear('*-arm64')],
  ['selects companions of many tags by their end', suffix, keepDays(9, ['v*2']), unclear('v*2')],
  ['finds in companions what it seeks in tags', suffix, keepDays(9, ['*-*']), unclear('*-*')],
  ['selects companions of some tags by their end', suffix, keepNewest(9, ['*rc-dockerv2']), unclear('*rc-dockerv2')],
  ['seeks the same with two wildcards in a row', suffix, keepDays(9, ['*-**']), unclear('*-**')],
  ['finds a part of it in companions', suffix, keepDays(9, ['*-sha-*']), unclear('*-sha-*')],
  ['seeks the end of some tags and the suffix', suffix, keepDays(9, ['*x-dockerv2*']), unclear('*x-dockerv2*')],
  ['has one such pattern of two', suffix, keepDays(9, ['v*', '*-*']), unclear('v*,*-*')],
  ['selects companions by prefix', prefix, keepNewest(9, ['dockerv2-*']), unclear('dockerv2-*')],
  ['selects companions by the beginning of the prefix', prefix, keepNewest(9, ['d*']), unclear('d*')],
  ['finds in prefixed companions what it seeks in tags', prefix, keepNewest(9, ['*v2*']), unclear('*v2*')],
  ['seeks the prefix and the beginning of some tags', prefix, keepDays(9, ['*dockerv2-x*']), unclear('*dockerv2-x*')],
  [
    'archives by pull time',
    suffix,
    keepPulled(90, 'any'),
    'rule 1 archives what nobody pulls, and consumers pull a source or its companion, not both; use an age or a count',
  ],
])('impossible if a rule %s', (_, form, selection, why) => {
  expect(policyThatKeepsBoth(policyOf(selection), form, [amd64, arm64])).toEqual({ kind: 'impossible', why });
});

test('impossible if any of the rules is an obstacle', () => {
  const policy = policyOf(keepNewest(9, ['v*']), keepDays(9, ['*-*']));
  expect(policyThatKeepsBoth(policy, suffix, [amd64])).toEqual({ kind: 'impossible', why: unclear('*-*', 2) });
});

test('patterns that only look as if they matched companions', () => {
  const policy = policyOf(keepNewest(9, ['v*.*']), keepNewest(9, ['release-*']), keepNewest(9, ['2']));
  expect(suggested(policy, suffix, [amd64]).map(({ selection }) => shortly(selection))).toEqual([
    ...['v*.*-dockerv2 18', 'release-*-dockerv2 18', '2-dockerv2 18'],
    ...['v*.* 27', 'release-* 27', '2 9'],
  ]);
});

describe("ECR's limits", () => {
  const rules = (count: number, length = 1) =>
    policyOf(...Array.from({ length: count }, (_, at) => keepNewest(5, [`${'t'.repeat(length)}${at}*`])));

  test('50 rules', () => {
    expect(suggested(rules(25), suffix, [amd64])).toHaveLength(50);
    expect(policyThatKeepsBoth(rules(26), suffix, [amd64])).toEqual({
      kind: 'impossible',
      why: expect.stringMatching(/^it would have 52 rules and \d+ characters; ECR allows 50 and 30720$/),
    });
  });

  test('30,720 characters', () => {
    const lengthWith = (length: number) => {
      const suggestion = policyThatKeepsBoth(rules(20, length), suffix, [amd64]);
      return suggestion.kind === 'changed' ? suggestion.text.length : suggestion;
    };
    // Each character of the tags is there three times in each of 20 pairs of rules: in the pattern, the companions' pattern and the description.
    const longest = 300 + Math.floor((30_720 - Number(lengthWith(300))) / 60);
    expect(lengthWith(longest)).toBeGreaterThan(30_660);
    expect(lengthWith(longest + 1)).toEqual({ kind: 'impossible', why: expect.stringContaining('40 rules') });
  });
});

test('the suggestion leaves no hazard, and is not suggested again', () => {
  const policy = suggested(policyOf(keepNewest(1, ['latest*']), keepNewest(10, 'any')), suffix, [amd64, arm64]);
  for (const tag of ['latest', 'v1']) {
    expect(hazardsOf(policy, tag, [`${tag}-dockerv2`, `${tag}-dockerv2-arm64`])).toEqual([]);
  }
  expect(policyThatKeepsBoth(policy, suffix, [amd64, arm64])).toEqual({
    kind: 'impossible',
    why: unclear('latest*-dockerv2'),
  });
});
