import fc from 'fast-check';
import { wildcardComplexity } from '../../../lib/private/wildcard-complexity';

const each = (count: number, wildcard: (index: number) => string) =>
  Array.from({ length: count }, (_, at) => wildcard(at));
const repositories = (...wildcards: string[]) => wildcardComplexity(wildcards, 'wildcard');
const ignoredTags = (...wildcards: string[]) => wildcardComplexity([...wildcards, '*-soci', ''], 'anything-but');

/** What happened to such rules on AWS: the first ones are from public issues. */
test.each([
  [8, 'accepted', ['*.bif', '*.tiff', '*.tif', '*.svs']],
  [8, 'accepted', ['*/datasync/*.bif', '*/datasync/*.tif']],
  [9, 'accepted', each(3, (at) => `*:stack/${at}/*`)],
  [12, 'refused', each(4, (at) => `*:stack/${at}/*`)],
  [16, 'refused', ['bif', 'tiff', 'tif', 'svs'].map((type) => `*/datasync/*.${type}`)],
])('%i, which EventBridge %s: %j', (complexity, _, wildcards) => {
  expect(repositories(...wildcards)).toBe(complexity);
});

/** The expected numbers are what event-ruler 2.0 answers. */
describe('is what event-ruler computes', () => {
  test.each([
    [2, ['*']],
    [2, ['a*b']],
    [6, ['*/api', '*/web', '*/job']],
    [10, each(5, (at) => `*/${at}`)],
    [20, each(10, (at) => `*/service-${at}`)],
    [16, each(5, (at) => `*/${at}/*`)],
    [30, each(30, (at) => `team-${at}/*/prod`)],
    [7, ['*a*/*', '*tm*']],
    [9, ['a*aaa', 'aa*aa', '*a']],
    [10, ['F*eatureFeature', 'Fe*atureFeature', 'Fea*tureFeature']],
  ])('%i for repositories %j', (complexity, wildcards) => {
    expect(repositories(...wildcards)).toBe(complexity);
  });

  const platforms = ['arm64', 'armv7', '386', 's390x', 'ppc64le', 'riscv64', 'armv5', 'armv6', 'loong64', 'mips64le'];
  test.each([
    [3, ['*-dockerv2*']],
    [4, ['dockerv2-*']],
    [2, ['*-dockerv2']],
    [3, ['*-dockerv2', '*-dockerv2-arm64']],
    [6, ['*-dockerv2', ...platforms.slice(0, 4).map((part) => `*-dockerv2-${part}`)]],
    [12, ['*-dockerv2', ...platforms.map((part) => `*-dockerv2-${part}`)]],
    [15, [`*${'-a'.repeat(14)}`]],
    [8, [`*${'-a'.repeat(6)}*`]],
  ])('%i for ignored tags %j', (complexity, wildcards) => {
    expect(ignoredTags(...wildcards)).toBe(complexity);
  });
});

test('is the most prefixes that any one value matches', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 2 });
  const wildcard = fc.tuple(text, text).map((parts) => parts.join('*'));
  const values = Array.from({ length: 9 }, (_, length) =>
    Array.from({ length: 2 ** length }, (_, bits) =>
      [...bits.toString(2).padStart(length, '0')].map((bit) => (bit === '0' ? 'a' : 'b')).join(''),
    ).map((value) => (length === 0 ? '' : value)),
  ).flat();
  const jsonPrefixes = [...new Set(values.flatMap((value) => [`"${value}`, `"${value}"`]))];
  fc.assert(
    fc.property(fc.uniqueArray(wildcard, { minLength: 1, maxLength: 3 }), (wildcards) => {
      const prefixes = wildcards
        .map((one) => `"${one}"`)
        .flatMap((one) => each(one.length, (at) => one.slice(0, at + 1)))
        .map((prefix) => new RegExp(`^${prefix.replaceAll('*', '.*')}$`));
      const most = Math.max(...jsonPrefixes.map((value) => prefixes.filter((prefix) => prefix.test(value)).length));
      expect(repositories(...wildcards)).toBe(most);
    }),
  );
});

test('counts no further than it must', () => {
  expect(
    wildcardComplexity(
      each(30, (at) => `team-${at}/*/prod`),
      'wildcard',
      8,
    ),
  ).toBeGreaterThan(8);
  const endless = each(12, (at) => `${'ab'.repeat(at)}*${'ba'.repeat(at)}*${'aab'.repeat(9)}*b`);
  expect(wildcardComplexity(endless, 'wildcard', 1_000)).toBe(Number.POSITIVE_INFINITY);
});
