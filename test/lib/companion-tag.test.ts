import { Lazy } from 'aws-cdk-lib';
import { companionTagOf, skipReasonOfTag } from '../../lambda/core/companion/companion-tag';
import { matchesGlob } from '../../lambda/core/companion/glob';
import { parsePlatform } from '../../lambda/core/manifest/platform';
import { CompanionTag } from '../../lib';

const token = Lazy.string({ produce: () => 'later' });

test.each(['-dockerv2', '_docker', '.v2s2', '-A.b_c', `-${'a'.repeat(63)}`])('takes the suffix %s', (suffix) => {
  expect(CompanionTag.suffix(suffix)._environment).toEqual({ COMPANION_TAG_SUFFIX: suffix });
});

test.each(['dockerv2-', '_v2.', 'A_', `${'a'.repeat(63)}-`])('takes the prefix %s', (prefix) => {
  expect(CompanionTag.prefix(prefix)._environment).toEqual({ COMPANION_TAG_PREFIX: prefix });
});

test.each([
  { form: { suffix: '-d' }, wildcard: CompanionTag.suffix('-d')._wildcard },
  { form: { prefix: 'd-' }, wildcard: CompanionTag.prefix('d-')._wildcard },
])('$wildcard matches the tags that the function takes for companions', ({ form, wildcard }) => {
  const companions = [undefined, 'linux/arm64', 'linux/arm/v7'].map((platform) =>
    companionTagOf('v1', form, platform === undefined ? undefined : parsePlatform(platform)),
  );
  const others = ['v1', 'd', 'd-', 'v1-d', 'v1-dd', 'v1-d-soci', 'v1.d', 'v1-arm64'];
  const excluded = [...companions, ...others].filter((tag) => matchesGlob(wildcard, tag));
  expect(excluded).toEqual([...companions, ...others].filter((tag) => skipReasonOfTag(tag, form) === 'companion-tag'));
  expect(excluded).toEqual(expect.arrayContaining(companions));
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
