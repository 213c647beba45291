import { Lazy } from 'aws-cdk-lib';
import { companionTagOf } from '../../lambda/core/companion/companion-tag';
import { matchesGlob } from '../../lambda/core/companion/glob';
import { parsePlatform } from '../../lambda/core/manifest/platform';
import { CompanionTag, ImagePlatform } from '../../lib';

const token = Lazy.string({ produce: () => 'later' });

test.each(['-dockerv2', '_docker', '.v2s2', '-A.b_c', `-${'a'.repeat(63)}`])('takes the suffix %s', (suffix) => {
  expect(CompanionTag.suffix(suffix)._environment).toEqual({ COMPANION_TAG_SUFFIX: suffix });
});

test.each(['dockerv2-', '_v2.', 'A_', `${'a'.repeat(63)}-`])('takes the prefix %s', (prefix) => {
  expect(CompanionTag.prefix(prefix)._environment).toEqual({ COMPANION_TAG_PREFIX: prefix });
});

test.each([
  { form: { suffix: '-d' }, wildcards: CompanionTag.suffix('-d')._wildcards },
  { form: { prefix: 'd-' }, wildcards: CompanionTag.prefix('d-')._wildcards },
])(
  'the wildcards of $form match every companion tag that the function makes, and no source tag',
  ({ form, wildcards }) => {
    const platforms = ['linux/arm64', 'linux/arm/v7'];
    const further = platforms.map((name) => parsePlatform(name));
    const globs = wildcards(platforms.map((name) => ImagePlatform.of(name)._tagPart));
    const isExcluded = (tag: string) => globs.some((glob) => matchesGlob(glob, tag));
    expect([undefined, ...further].map((platform) => isExcluded(companionTagOf('v1', form, platform)))).toEqual([
      true,
      true,
      true,
    ]);
    expect(['v1', 'd', 'v1-dd', 'v1-arm64'].filter(isExcluded)).toEqual([]);
  },
);

test('matches the companions of further platforms too', () => {
  expect(CompanionTag.suffix('-d')._wildcards(['arm64', 'armv7'])).toEqual(['*-d', '*-d-arm64', '*-d-armv7']);
  expect(CompanionTag.prefix('d-')._wildcards(['arm64', 'armv7'])).toEqual(['d-*']);
});

test.each([
  ['', /suffix '' is not valid.*expected a separator/],
  ['dockerv2', /suffix 'dockerv2' is not valid/],
  ['-docker v2', /suffix '-docker v2' is not valid/],
  ['-döcker', /suffix '-döcker' is not valid/],
  ['-docker/v2', /suffix '-docker\/v2' is not valid/],
  ['-*', /suffix '-\*' is not valid/],
  ['-dockerv2\n', /is not valid/],
  ['---', /suffix '---' is not valid/],
  [`-${'a'.repeat(64)}`, /has 65 characters; expected at most 64/],
  ['-soci', /suffix '-soci' ends with '-soci'.*expected another ending/],
  ['-v2-soci', /ends with '-soci'/],
  [token, /is a token.*expected a separator/],
])('refuses the suffix %j', (suffix, message) => {
  expect(() => CompanionTag.suffix(suffix)).toThrow(message);
});

test.each([
  ['', /prefix '' is not valid.*expected letters/],
  ['dockerv2', /prefix 'dockerv2' is not valid.*end with a separator/],
  ['-docker-', /prefix '-docker-' is not valid/],
  ['docker:', /prefix 'docker:' is not valid/],
  ['__', /prefix '__' is not valid/],
  [`${'a'.repeat(64)}-`, /has 65 characters; expected at most 64/],
  [token, /is a token/],
])('refuses the prefix %j', (prefix, message) => {
  expect(() => CompanionTag.prefix(prefix)).toThrow(message);
});
