import fc from 'fast-check';
import { TAG_PATTERN } from '../../../lambda/core/contract';
import { CompanionTag, ImagePlatform, RepositoryFilter } from '../../../lib';
import { wildcardComplexity } from '../../../lib/private/wildcard-complexity';
import { Parameters } from '../../../local/cloudformation/parameters';
import { PARAMETERS, type ParameterName } from '../../../scripts/template/parameters';

const isAllowed = (name: ParameterName, value: string): boolean => {
  const { allowedPattern, maxLength = 4_096 } = PARAMETERS[name] ?? {};
  return new RegExp(allowedPattern ?? '').test(value) && value.length <= maxLength;
};
const accepts = (make: () => unknown): boolean => {
  try {
    make();
    return true;
  } catch {
    return false;
  }
};

const WORDS = ['a', 'B', '9', '-', '_', '.', '*', '/', ',', ' ', '-soci', 'app', 'team/', '**'];
const anyText = fc.array(fc.constantFrom(...WORDS), { maxLength: 8 }).map((words) => words.join(''));

const filterOf = (name: string) =>
  name === '*'
    ? RepositoryFilter.all()
    : name.includes('*')
      ? RepositoryFilter.matching(name)
      : RepositoryFilter.named(name);

/** What the construct says of the same value. */
const CONSTRUCT: readonly [ParameterName, (value: string) => boolean][] = [
  ['Repositories', (value) => value.split(',').every((name) => accepts(() => filterOf(name)))],
  ['ExcludedRepositories', (value) => value === '' || value.split(',').every((name) => accepts(() => filterOf(name)))],
  ['Platforms', (value) => accepts(() => value.split(',').map((name) => ImagePlatform.of(name)))],
  ['CompanionTagSuffix', (value) => value === '' || accepts(() => CompanionTag.suffix(value))],
  ['CompanionTagPrefix', (value) => value === '' || accepts(() => CompanionTag.prefix(value))],
  [
    'ExcludedTags',
    (value) =>
      value === '' || value.split(',').every((tag) => TAG_PATTERN.test(tag) && tag !== '*' && !/\*\*/.test(tag)),
  ],
];

test.each(CONSTRUCT)('%s takes nothing that the construct refuses', (name, construct) => {
  fc.assert(
    fc.property(anyText, (value) => !isAllowed(name, value) || construct(value)),
    { numRuns: 2_000 },
  );
});

test.each<[ParameterName, readonly string[], readonly string[]]>([
  [
    'Repositories',
    ['*', 'team/app', 'team/*,*/app,a-b__c.d/e'],
    ['', 'a', 'Team', 'a,b*', 'x/**', 'a//b', 'aa, bb', 'aa,'],
  ],
  ['Repositories', [Array(10).fill('aa').join()], [Array(11).fill('aa').join()]],
  [
    'Platforms',
    ['linux/amd64', 'linux/arm64,linux/amd64,linux/arm/v7'],
    ['', 'windows/amd64', 'linux/amd64,linux/amd64', 'linux/arm64/v8x'],
  ],
  [
    'CompanionTagSuffix',
    ['', '-dockerv2', '.v2s2-x_y'],
    ['dockerv2', '-', '-a-b-c-d', '-x-soci', `-${'a'.repeat(64)}`],
  ],
  ['CompanionTagPrefix', ['', 'dockerv2-', 'a.b-c_'], ['-', 'dockerv2', 'a-b-c-d-', '-a-']],
  ['ExcludedTags', ['', 'pr-*,cache', '*-rc*'], ['*', 'a,*', 'x**', '-x', 'a b']],
  [
    'AuditSchedule',
    ['', 'rate(1 day)', 'rate(24 hours)', 'cron(0 3 * * ? *)'],
    ['rate(2 days)', 'rate(1 hours)', 'rate(30 minutes)', 'daily'],
  ],
  ['AuditWindowDays', ['1', '365'], ['', '0', '1.5', '-1']],
  ['AlarmEmail', ['', 'a@b'], ['a', 'a@b c', 'a@b,c@d']],
  ['AlarmTopicArn', ['', 'arn:aws-cn:sns:cn-north-1:123456789012:t'], ['t', 'arn:aws:sqs:eu-north-1:123456789012:t']],
  ['PermissionsBoundaryName', ['', 'boundary', 'team/b_1'], ['arn:aws:iam::123456789012:policy/b', '/b', 'team/']],
  ['SubnetIds', ['', 'subnet-0123456789abcdef0,subnet-11111111'], ['vpc-11111111', 'subnet-1', 'subnet-11111111,']],
])('%s takes %j, and not %j', (name, allowed, refused) => {
  expect([...allowed, ...refused].filter((value) => isAllowed(name, value))).toEqual(allowed);
});

/** lib/private/event-patterns.ts refuses more at synth. */
const MAX_COMPLEXITY = 8;

test('EventBridge takes the rule of every companion tag that the parameters allow', () => {
  const few = fc.array(fc.constantFrom('-', '_', '.', 'a', 's', 'soci', '1'), { minLength: 1, maxLength: 20 });
  const affix = few.map((parts) => parts.join(''));
  fc.assert(
    fc.property(affix, (value) => {
      const wildcards = [
        ...(isAllowed('CompanionTagSuffix', value) ? [`*${value}*`] : []),
        ...(isAllowed('CompanionTagPrefix', value) ? [`${value}*`] : []),
      ];
      for (const wildcard of wildcards) {
        expect(wildcardComplexity([wildcard, '*-soci', ''], 'anything-but')).toBeLessThanOrEqual(MAX_COMPLEXITY);
      }
    }),
    { numRuns: 3_000 },
  );
});

test('the longest lists fit the policy of a role and an event pattern', () => {
  const most = (name: ParameterName) => PARAMETERS[name]?.maxLength ?? Number.NaN;
  const items = 10;
  // As lib/private/repository-selection.ts counts: reads and writes are two statements.
  expect(2 * (items * 62 + most('Repositories')) + items * 62 + most('ExcludedRepositories') + 62 + 64).toBeLessThan(
    7_000,
  );
  expect(most('Repositories') + items * '{"prefix":""},'.length + 500).toBeLessThan(4_096);
});

test('every default is one that its parameter allows', () => {
  const declared = Object.entries(PARAMETERS).map(([name, parameter]) => [
    name,
    Object.fromEntries(Object.entries(parameter).map(([key, value]) => [key[0]?.toUpperCase() + key.slice(1), value])),
  ]);
  expect(() => new Parameters(Object.fromEntries(declared), {})).not.toThrow();
});
