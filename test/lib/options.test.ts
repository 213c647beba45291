import { Lazy } from 'aws-cdk-lib';
import { companionTagOf } from '../../lambda/core/companion/companion-tag';
import { matchesGlob } from '../../lambda/core/companion/glob';
import { COMPANION_FOR } from '../../lambda/core/companion/policy';
import { UNCOMPRESSED_LAYERS } from '../../lambda/core/manifest/convert';
import { formatPlatform, parsePlatform, platformTagPart } from '../../lambda/core/manifest/platform';
import { CompanionFor, CompanionTag, ImagePlatform, RepositoryFilter, UncompressedLayers } from '../../lib';

const token = Lazy.string({ produce: () => 'later' });

describe('enums have exactly the words that the function reads', () => {
  test('CompanionFor', () => expect(Object.values(CompanionFor)).toEqual(COMPANION_FOR));
  test('UncompressedLayers', () => expect(Object.values(UncompressedLayers)).toEqual(UNCOMPRESSED_LAYERS));
});

describe('CompanionTag', () => {
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
    ['', /suffix '' cannot be part.*expected a separator/],
    ['dockerv2', /suffix 'dockerv2' cannot be part/],
    ['-docker v2', /suffix '-docker v2' cannot be part/],
    ['-döcker', /suffix '-döcker' cannot be part/],
    ['-docker/v2', /suffix '-docker\/v2' cannot be part/],
    ['-*', /suffix '-\*' cannot be part/],
    ['-dockerv2\n', /cannot be part/],
    ['---', /suffix '---' cannot be part/],
    [`-${'a'.repeat(64)}`, /has 65 characters; expected at most 64/],
    ['-soci', /suffix '-soci' ends with '-soci'.*expected another ending/],
    ['-v2-soci', /ends with '-soci'/],
    [token, /is a token.*expected a separator/],
  ])('refuses the suffix %j', (suffix, message) => {
    expect(() => CompanionTag.suffix(suffix)).toThrow(message);
  });

  test.each([
    ['', /prefix '' cannot be part.*expected letters/],
    ['dockerv2', /prefix 'dockerv2' cannot be part.*end with a separator/],
    ['-docker-', /prefix '-docker-' cannot be part/],
    ['docker:', /prefix 'docker:' cannot be part/],
    ['__', /prefix '__' cannot be part/],
    [`${'a'.repeat(64)}-`, /has 65 characters; expected at most 64/],
    [token, /is a token/],
  ])('refuses the prefix %j', (prefix, message) => {
    expect(() => CompanionTag.prefix(prefix)).toThrow(message);
  });
});

describe('ImagePlatform', () => {
  const known = [
    'linux/386',
    'linux/amd64',
    'linux/arm/v5',
    'linux/arm/v6',
    'linux/arm/v7',
    'linux/arm64',
    'linux/loong64',
    'linux/mips64le',
    'linux/ppc64le',
    'linux/riscv64',
    'linux/s390x',
  ];

  test.each([...known, 'linux/arm64/v8', 'linux/arm'])(
    'normalizes %s as the function does, and gives it the same part of a tag',
    (name) => {
      const platform = parsePlatform(name);
      if (!platform) throw new Error(`the function cannot read ${name}`);
      expect(ImagePlatform.of(name)).toMatchObject({
        platform: formatPlatform(platform),
        _tagPart: platformTagPart(platform),
      });
    },
  );

  test.each([
    ['linux/arm64/v8', 'linux/arm64', 'arm64'],
    ['linux/arm', 'linux/arm/v7', 'armv7'],
    ['linux/arm/v6', 'linux/arm/v6', 'armv6'],
  ])('%s is %s, in tags %s', (name, platform, tagPart) => {
    expect(ImagePlatform.of(name)).toMatchObject({ platform, _tagPart: tagPart });
  });

  test.each(['LINUX_AMD64', 'LINUX_ARM64', 'LINUX_ARM_V7'] as const)('%s is what of() makes of its name', (name) => {
    expect(ImagePlatform.of(ImagePlatform[name].platform)).toEqual(ImagePlatform[name]);
  });

  test.each(['', 'amd64', 'linux', 'linux/x86', 'Linux/amd64', 'windows/amd64', 'unknown/unknown', 'linux/amd64 '])(
    'refuses %j with the platforms to choose from',
    (name) => {
      expect(() => ImagePlatform.of(name)).toThrow(
        new Error(`unknown platform '${name}'; expected one of ${known.join(', ')}`),
      );
    },
  );

  test('refuses a token', () => expect(() => ImagePlatform.of(token)).toThrow(/is a token.*linux\/amd64/));
});

describe('RepositoryFilter', () => {
  test.each(['ab', 'team/app', 'a.b_c-d/e1', 'x'.repeat(256)])('takes the name %s', (name) => {
    expect(RepositoryFilter.named(name)._eventMatcher).toBe(name);
  });

  test('takes a name that is known only at deployment', () => {
    expect(RepositoryFilter.named(token)._eventMatcher).toBe(token);
  });

  test.each([
    ['team/*', { prefix: 'team/' }],
    ['a*', { prefix: 'a' }],
    ['*/app', { wildcard: '*/app' }],
    ['team/*/app-*', { wildcard: 'team/*/app-*' }],
  ])('matches %s by %j', (pattern, matcher) => {
    expect(RepositoryFilter.matching(pattern)._eventMatcher).toEqual(matcher);
  });

  test.each([
    ['', /name '' has 0 characters; expected 2 to 256/],
    ['a', /has 1 characters; expected 2 to 256/],
    ['x'.repeat(257), /has 257 characters; expected 2 to 256/],
    ['Team/app', /name 'Team\/app' is not a name that Amazon ECR allows; expected lower-case/],
    ['team//app', /is not a name/],
    ['/team', /is not a name/],
    ['team-', /is not a name/],
    ['team app', /is not a name/],
    ['team:app', /is not a name/],
    ['team/*', /name 'team\/\*' has a '\*'.*RepositoryFilter.matching\(\)/],
  ])('refuses the name %j', (name, message) => {
    expect(() => RepositoryFilter.named(name)).toThrow(message);
  });

  test.each([
    ['*', /matches every repository; expected RepositoryFilter.all\(\)/],
    ['team/app', /has no '\*'; expected one, or RepositoryFilter.named\('team\/app'\)/],
    ['Team/*', /can match no repository name/],
    ['team/?*', /can match no repository name/],
    ['team/**', /has '\*\*'; expected a single '\*'/],
    [`${'x'.repeat(256)}*`, /pattern .* has 257 characters/],
    [token, /is a token/],
  ])('refuses the pattern %j', (pattern, message) => {
    expect(() => RepositoryFilter.matching(pattern)).toThrow(message);
  });

  test.each([
    ['team/*', 'team/app', true],
    ['team/*', 'team/a*', true],
    ['team/*', 'team-2/app', false],
    ['team/a*', 'team/*', false],
    ['*/app', 'team/app', true],
    ['a.b*', 'acb1*', false],
    ['team/*', 'team/*', true],
  ])('%s covers %s: %s', (wide, narrow, covers) => {
    const filter = (name: string) =>
      name.includes('*') ? RepositoryFilter.matching(name) : RepositoryFilter.named(name);
    expect(filter(wide)._covers(filter(narrow))).toBe(covers);
  });
});
