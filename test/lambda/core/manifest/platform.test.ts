import {
  formatPlatform,
  isPlatformName,
  parsePlatform,
  platformOf,
  platformTagPart,
  samePlatform,
} from '../../../../lambda/core/manifest/platform';

test.each([
  ['linux/amd64', 'linux/amd64'],
  ['linux/x86_64', 'linux/amd64'],
  ['linux/amd64/v1', 'linux/amd64'],
  ['linux/amd64/v3', 'linux/amd64/v3'],
  ['linux/arm64', 'linux/arm64'],
  ['linux/arm64/v8', 'linux/arm64'],
  ['linux/aarch64', 'linux/arm64'],
  ['linux/x86-64', 'linux/amd64'],
  ['linux/i386', 'linux/386'],
  ['linux/armhf', 'linux/arm/v7'],
  ['linux/armhf/v6', 'linux/arm/v6'],
  ['linux/a_b-c/v1.2', 'linux/a_b-c/v1.2'],
  ['linux/arm', 'linux/arm/v7'],
  ['linux/armel', 'linux/arm/v6'],
  ['linux/arm/v5', 'linux/arm/v5'],
  ['windows/amd64', 'windows/amd64'],
])('%s is %s', (text, normalized) => {
  const platform = parsePlatform(text);
  expect(platform && formatPlatform(platform)).toBe(normalized);
});

test.each([
  '',
  'linux',
  'linux/',
  '/amd64',
  'linux/amd64/v2/x',
  'Linux/amd64',
  'linux amd64',
  '-linux/amd64',
  'linux/amd64/',
  'linux/amd64/v2 ',
])('%p is not a platform', (text) => {
  expect(parsePlatform(text)).toBeUndefined();
});

test.each([
  ['amd64', true],
  ['os_v1.2-x', true],
  ['x'.repeat(24), true],
  ['x'.repeat(25), false],
  ['', false],
  ['a b', false],
  [' a', false],
  ['a;', false],
  ['é', false],
])('%p can be the name of an os or architecture: %p', (text, isName) => {
  expect(isPlatformName(text)).toBe(isName);
});

test('equal platforms are equal however they are written', () => {
  expect(samePlatform(platformOf('linux', 'arm64'), platformOf('linux', 'aarch64', 'v8'))).toBe(true);
  expect(samePlatform(platformOf('linux', 'amd64'), platformOf('linux', 'amd64', 'v3'))).toBe(false);
});

test('names its part of a further companion tag', () => {
  expect(
    ['linux/arm64', 'linux/arm/v7'].map((text) => platformTagPart(parsePlatform(text) ?? platformOf('', ''))),
  ).toEqual(['arm64', 'armv7']);
});
