import { compilePattern, InvalidEventPattern } from '../../../local/eventbridge';
import { DOCKER, OCI } from '../../support/manifests';

const matches = (pattern: unknown, event: unknown) => compilePattern(pattern).matches(event);
const on = (detail: object) => (pattern: object) => matches({ detail: pattern }, { detail });

/** The columns of the table that was measured against AWS's own matcher (event-ruler). */
const COLUMNS = {
  'v1 OCI': on({ 'image-tag': 'v1', 'manifest-media-type': OCI.manifest }),
  'child ""': on({ 'image-tag': '', 'manifest-media-type': OCI.manifest }),
  'tag absent': on({ 'manifest-media-type': OCI.manifest }),
  companion: on({ 'image-tag': 'v1-dockerv2', 'manifest-media-type': DOCKER.manifest }),
  'no media type': on({ 'image-tag': 'v1' }),
};

const HIT = true;
const NO = false;
const OCI_TYPES = [OCI.index, OCI.manifest];

describe('the patterns measured against event-ruler', () => {
  const table: readonly [object, ...boolean[]][] = [
    [{ 'image-tag': [{ 'anything-but': '' }] }, HIT, NO, NO, HIT, HIT],
    [{ 'image-tag': [{ 'anything-but': [''] }] }, HIT, NO, NO, HIT, HIT],
    [{ 'manifest-media-type': OCI_TYPES }, HIT, HIT, HIT, NO, NO],
    [{ 'manifest-media-type': OCI_TYPES, 'image-tag': [{ 'anything-but': '' }] }, HIT, NO, NO, NO, NO],
    [{ 'image-tag': [{ 'anything-but': { wildcard: ['*-dockerv2', ''] } }] }, HIT, NO, NO, NO, HIT],
  ];
  const cells = table.flatMap(([pattern, ...expected]) =>
    Object.keys(COLUMNS).map((column, index) => [JSON.stringify(pattern), column, expected[index]] as const),
  );

  test.each(cells)('%s on %s: %s', (pattern, column, expected) => {
    expect(COLUMNS[column as keyof typeof COLUMNS](JSON.parse(pattern))).toBe(expected);
  });
});

describe('operators', () => {
  const field = (matcher: unknown, value: unknown) => matches({ f: [matcher] }, { f: value });

  test.each<readonly [unknown, unknown, boolean]>([
    ['a', 'a', true],
    ['a', 'b', false],
    ['1', 1, false],
    [1, 1, true],
    [1, '1', false],
    [null, null, true],
    [null, '', false],
    [true, true, true],
    [false, null, false],
    [{ prefix: 'ab' }, 'abc', true],
    [{ prefix: 'ab' }, 'cab', false],
    [{ prefix: 'ab' }, 7, false],
    [{ wildcard: 'a*c' }, 'abbbc', true],
    [{ wildcard: 'a*c' }, 'ac', true],
    [{ wildcard: 'a*c' }, 'acd', false],
    [{ wildcard: 'a*c' }, 'a\nc', true],
    [{ wildcard: '*' }, '', true],
    [{ wildcard: 'a.c' }, 'abc', false],
    [{ wildcard: 'a\\*c' }, 'a*c', true],
    [{ wildcard: 'a\\*c' }, 'abc', false],
    [{ wildcard: 'a\\\\c' }, 'a\\c', true],
    [{ 'anything-but': 'a' }, 'b', true],
    [{ 'anything-but': 'a' }, 'a', false],
    [{ 'anything-but': 'a' }, 7, true],
    [{ 'anything-but': 'a' }, null, true],
    [{ 'anything-but': ['a', 'b'] }, 'b', false],
    [{ 'anything-but': [1, 2] }, 2, false],
    [{ 'anything-but': 1 }, 3, true],
    [{ 'anything-but': { wildcard: 'a*' } }, 'ba', true],
  ])('%j on %j: %s', (matcher, value, expected) => {
    expect(field(matcher, value)).toBe(expected);
  });

  test.each([[{ 'anything-but': 'a' }], [{ 'anything-but': { wildcard: 'a*' } }], [null]])(
    '%j never matches an absent field',
    (matcher) => {
      expect(matches({ f: [matcher] }, { g: 'x' })).toBe(false);
    },
  );
});

describe('structure', () => {
  test('keys must all match, values of one key are alternatives', () => {
    const pattern = { a: ['1', '2'], b: { c: [true] } };
    expect(matches(pattern, { a: '2', b: { c: true } })).toBe(true);
    expect(matches(pattern, { a: '2', b: { c: false } })).toBe(false);
    expect(matches(pattern, { a: '2' })).toBe(false);
  });

  test('an array in the event matches when any element does', () => {
    expect(matches({ resources: ['x'] }, { resources: ['y', 'x'] })).toBe(true);
    expect(matches({ resources: [{ 'anything-but': 'x' }] }, { resources: ['y', 'x'] })).toBe(true);
    expect(matches({ resources: [{ 'anything-but': 'x' }] }, { resources: ['x'] })).toBe(false);
  });

  test('an event that is not an object is an error', () => {
    expect(() => matches({ a: [1] }, 'text')).toThrow('an event must be a JSON object');
  });
});

test.each<readonly [unknown, string]>([
  [[], 'Filter is not an object'],
  [{}, 'Empty objects are not allowed'],
  [{ a: {} }, 'Empty objects are not allowed'],
  [{ a: [] }, 'Empty arrays are not allowed'],
  [{ a: 'b' }, '"a" must be an object or an array'],
  [{ a: [[1]] }, 'Match value must be'],
  [{ a: [{}] }, 'Match expression name not found'],
  [{ a: [{ like: 'b' }] }, 'Unrecognized match type like'],
  [{ a: [{ prefix: 'b', suffix: 'c' }] }, 'Only one key allowed'],
  [{ a: [{ prefix: 1 }] }, 'prefix match pattern must be a string'],
  [{ a: [{ wildcard: 1 }] }, 'wildcard match pattern must be a string'],
  [{ a: [{ 'anything-but': { like: 'b' } }] }, 'Unsupported anything-but pattern: like'],
  [{ a: [{ wildcard: 'a**b' }] }, 'Consecutive wildcard characters'],
  [{ a: [{ wildcard: 'a\\b' }] }, 'Invalid escape character'],
  [{ a: [{ wildcard: 'a\\' }] }, 'Invalid escape character'],
  [{ a: [{ 'anything-but': ['a', 1] }] }, 'mixed type is not supported'],
  [{ a: [{ 'anything-but': [] }] }, 'mixed type is not supported'],
  [{ a: [{ 'anything-but': null }] }, 'mixed type is not supported'],
])('%j is invalid: %s', (pattern, reason) => {
  expect(() => matches(pattern, {})).toThrow(InvalidEventPattern);
  expect(() => matches(pattern, {})).toThrow(reason);
});

test.each<readonly [object, object, string]>([
  [{ a: [{ numeric: ['=', 1] }] }, {}, 'the event pattern operator numeric'],
  [{ a: [{ cidr: '10.0.0.0/8' }] }, {}, 'the event pattern operator cidr'],
  [{ a: [{ exists: false }] }, {}, 'the event pattern operator exists'],
  [{ a: [{ suffix: 'b' }] }, {}, 'the event pattern operator suffix'],
  [{ a: [{ 'anything-but': { suffix: 'b' } }] }, {}, 'the event pattern operator suffix in anything-but'],
  [{ a: { $or: [{ b: [1] }, { c: [2] }] } }, {}, '$or in an event pattern'],
  [{ 'detail.a': ['b'] }, {}, 'detail.a in an event pattern'],
  [{ a: { b: ['c'] } }, { a: [{ b: 'c' }] }, 'a field inside an array, a.b'],
  [{ a: ['b'] }, { a: [['b']] }, 'an array that is not of plain values, a'],
])('%j is beyond the local account', (pattern, event, what) => {
  expect(() => matches(pattern, event)).toThrow(`${what}: not supported by the local account`);
});
