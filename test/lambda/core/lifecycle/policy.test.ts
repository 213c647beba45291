import { NotUnderstood, readPolicy } from '../../../../lambda/core/lifecycle/policy';
import {
  ARCHIVE,
  EXPIRE,
  keepArchived,
  keepDays,
  keepNewest,
  keepPulled,
  rule,
} from '../../../support/lifecycle-images';

const read = (...rules: readonly unknown[]) => readPolicy(JSON.stringify({ rules }));

test('reads rules as AWS writes them, by priority', () => {
  const archived = { ...rule(30, keepArchived(365, 'any')), description: 'archived for a year' };
  const rules = [
    rule(20, keepPulled(90, 'any')),
    archived,
    rule(1, { ...keepNewest(10, ['*test*1*2*3', 'v*']), storageClass: 'standard' }, ARCHIVE),
    rule(3, keepDays(14, 'untagged')),
    rule(2, { tagStatus: 'tagged', tagPrefixList: ['prod', 'v'], countType: 'imageCountMoreThan', countNumber: 1 }),
  ];
  const policy = read(...rules);
  expect(policy).toEqual([rules[2], rules[4], rules[3], rules[0], archived]);
});

test('a policy without rules does nothing', () => {
  expect(read()).toEqual([]);
});

const prefixes = { tagStatus: 'tagged', tagPrefixList: ['v'] };
const count = { countType: 'imageCountMoreThan', countNumber: 1 };
const pushed = { countType: 'sinceImagePushed', countUnit: 'days', countNumber: 1 };
const any = keepNewest(1, 'any');
const [first, second] = [rule(1, keepNewest(1, ['v*'])), rule(2, any)];

test.each<[string, string | readonly unknown[], string]>([
  ['no JSON', 'x', 'expected a value at $ (character 0)'],
  ['an array', '[]', 'expected an object at $, found an array'],
  ['no rules', '{}', 'expected an array at $.rules, found nothing'],
  ['a duplicate key', '{"rules":[],"rules":[]}', 'the key "rules" is there twice at $.rules (character 19)'],
  ['an unknown field', '{"rules":[],"version":2}', 'expected no field but rules at $.version, found number 2'],
  ['a field in other case', '{"Rules":[]}', 'the key "Rules" at $ differs from "rules" by case only'],
  ['a rule that is no object', [7], 'expected an object at $.rules[0], found number 7'],
  [
    'an unknown field in a rule',
    [{ ...second, when: 'now' }],
    'expected no field but rulePriority, description, selection, action at $.rules[0].when, found string "now"',
  ],
  ['no selection', [{ ...second, selection: undefined }], 'expected an object at $.rules[0].selection, found nothing'],
  [
    'an unknown field in a selection',
    [rule(1, { ...any, tagRegex: 'v' })],
    'expected no field but tagStatus, tagPatternList, tagPrefixList, storageClass, countType, countUnit, countNumber at $.rules[0].selection.tagRegex, found string "v"',
  ],
  [
    'no priority',
    [{ ...second, rulePriority: undefined }],
    'expected a positive integer at $.rules[0].rulePriority, found nothing',
  ],
  ['priority 0', [rule(0, any)], 'expected a positive integer at $.rules[0].rulePriority, found number 0'],
  ['a fraction', [rule(1.5, any)], 'expected a positive integer at $.rules[0].rulePriority, found the number "1.5"'],
  [
    'a number as a string',
    [rule(1, { ...any, countNumber: '10' })],
    'expected a positive integer at $.rules[0].selection.countNumber, found string "10"',
  ],
  [
    'the same priority twice',
    [first, { ...second, rulePriority: 1 }],
    'expected unique priorities at $.rules, found number 1',
  ],
  [
    'any before others',
    [{ ...first, rulePriority: 3 }, second],
    'expected tagStatus any last at $.rules, found number 2',
  ],
  [
    'a description that is no string',
    [{ ...second, description: 1 }],
    'expected a string at $.rules[0].description, found number 1',
  ],
  [
    'an unknown tagStatus',
    [rule(1, { ...any, tagStatus: 'Any' })],
    'expected tagged or untagged or any at $.rules[0].selection.tagStatus, found string "Any"',
  ],
  [
    'tagged without a list',
    [rule(1, { ...any, tagStatus: 'tagged' })],
    'expected tagPatternList or tagPrefixList if tagStatus is tagged, and neither otherwise at $.rules[0].selection, found an object',
  ],
  [
    'both lists',
    [rule(1, { ...prefixes, tagPatternList: ['v*'], ...count })],
    'expected tagPatternList or tagPrefixList if tagStatus is tagged, and neither otherwise at $.rules[0].selection, found an object',
  ],
  [
    'untagged with a list',
    [rule(1, { ...prefixes, tagStatus: 'untagged', ...count })],
    'expected tagPatternList or tagPrefixList if tagStatus is tagged, and neither otherwise at $.rules[0].selection, found an object',
  ],
  [
    'an empty list',
    [rule(1, { tagStatus: 'tagged', tagPrefixList: [], ...count })],
    'expected at least one tag at $.rules[0].selection.tagPrefixList, found an array',
  ],
  [
    'a list that is no array',
    [rule(1, { tagStatus: 'tagged', tagPrefixList: 'v', ...count })],
    'expected an array at $.rules[0].selection.tagPrefixList, found string "v"',
  ],
  [
    'an empty pattern',
    [rule(1, keepNewest(1, ['v*', '']))],
    'expected a tag with at most 4 wildcards at $.rules[0].selection.tagPatternList[1], found string ""',
  ],
  [
    'a number as a pattern',
    [rule(1, { tagStatus: 'tagged', tagPatternList: [1], ...count })],
    'expected a tag with at most 4 wildcards at $.rules[0].selection.tagPatternList[0], found number 1',
  ],
  [
    'five wildcards',
    [rule(1, keepNewest(1, ['a*b*c*d*e*']))],
    'expected a tag with at most 4 wildcards at $.rules[0].selection.tagPatternList[0], found string "a*b*c*d*e*"',
  ],
  [
    'a wildcard in a prefix',
    [rule(1, { ...prefixes, tagPrefixList: ['v*'], ...count })],
    'expected a tag with at most 0 wildcards at $.rules[0].selection.tagPrefixList[0], found string "v*"',
  ],
  [
    'an unknown countType',
    [rule(1, { ...any, countType: 'sinceImageTagged' })],
    'expected imageCountMoreThan or sinceImagePushed or sinceImagePulled or sinceImageTransitioned at $.rules[0].selection.countType, found string "sinceImageTagged"',
  ],
  [
    'a countType that every object has',
    [rule(1, { ...any, countType: 'toString' })],
    'expected imageCountMoreThan or sinceImagePushed or sinceImagePulled or sinceImageTransitioned at $.rules[0].selection.countType, found string "toString"',
  ],
  [
    'a unit for a count',
    [rule(1, { ...any, countUnit: 'days' })],
    'expected nothing at $.rules[0].selection.countUnit, found string "days"',
  ],
  [
    'days without a unit',
    [rule(1, { tagStatus: 'any', ...pushed, countUnit: undefined })],
    'expected days at $.rules[0].selection.countUnit, found nothing',
  ],
  [
    'hours',
    [rule(1, { tagStatus: 'any', ...pushed, countUnit: 'hours' })],
    'expected days at $.rules[0].selection.countUnit, found string "hours"',
  ],
  [
    'a count of archived images',
    [rule(1, { ...any, storageClass: 'archive' })],
    'expected standard or nothing at $.rules[0].selection.storageClass, found string "archive"',
  ],
  [
    'time in archive of standard images',
    [rule(1, { ...keepArchived(90, 'any'), storageClass: undefined })],
    'expected archive at $.rules[0].selection.storageClass, found nothing',
  ],
  ['no action', [{ ...second, action: undefined }], 'expected an object at $.rules[0].action, found nothing'],
  [
    'an unknown action',
    [rule(1, any, { type: 'retain' })],
    'expected expire or transition at $.rules[0].action.type, found string "retain"',
  ],
  [
    'an unknown field in an action',
    [rule(1, any, { ...EXPIRE, force: true })],
    'expected no field but type, targetStorageClass at $.rules[0].action.force, found boolean true',
  ],
  [
    'a transition without a target',
    [rule(1, any, { type: 'transition' })],
    'expected archive at $.rules[0].action.targetStorageClass, found nothing',
  ],
  [
    'a target for expire',
    [rule(1, any, { ...ARCHIVE, type: 'expire' })],
    'expected nothing at $.rules[0].action.targetStorageClass, found string "archive"',
  ],
  [
    'expiry by pull time',
    [rule(1, keepPulled(90, 'any'), EXPIRE)],
    'expected transition at $.rules[0].action.type, found string "expire"',
  ],
  [
    'transition of archived images',
    [rule(1, keepArchived(90, 'any'), ARCHIVE)],
    'expected expire at $.rules[0].action.type, found string "transition"',
  ],
])('does not understand %s', (_, policy, detail) => {
  const text = typeof policy === 'string' ? policy : JSON.stringify({ rules: policy });
  expect(readPolicy(text)).toEqual(new NotUnderstood(detail));
});

test('one rule for any image of each storage class is allowed', () => {
  expect(read(rule(1, any), rule(2, keepArchived(90, ['v*'])), rule(3, keepArchived(90, 'any')))).toHaveLength(3);
});
