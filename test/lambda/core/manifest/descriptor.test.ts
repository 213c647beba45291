import {
  arrayAt,
  childAt,
  descriptorAt,
  extraFieldPaths,
  mediaTypeAt,
  objectAt,
  textAt,
} from '../../../../lambda/core/manifest/descriptor';
import { type Json, parseJson } from '../../../../lambda/core/manifest/json';
import { type RefusalReason, refusalOr } from '../../../../lambda/core/reasons';
import { bytesOf, digestOfText, OCI } from '../../../support/manifests';

const json = (value: unknown): Json => parseJson(bytesOf(value));
const object = (value: object) => objectAt(json(value), [], []);

const PATH = ['layers', 3];
const DIGEST = digestOfText('layer');
const LAYER = { mediaType: OCI.gzip, size: 5, digest: DIGEST };

test('reads a descriptor, and names the fields that Docker V2 Schema 2 has no place for', () => {
  const urls = ['https://example.com/~a?b=c#!'];
  const more = { urls, annotations: { a: 'b', 'c.d': 1 }, data: 'e30=', platform: 1, artifactType: 2, other: {} };
  expect(descriptorAt(json({ ...LAYER, ...more }), PATH)).toEqual({
    ...LAYER,
    urls,
    extraFields: [
      '$.layers[3].annotations.a',
      "$.layers[3].annotations['c.d']",
      '$.layers[3].data',
      '$.layers[3].platform',
      '$.layers[3].artifactType',
      '$.layers[3].other',
    ],
  });
});

test.each([{}, { urls: null }, { urls: [] }])('a descriptor without URLs has none: %j', (more) => {
  expect(descriptorAt(json({ ...LAYER, ...more }), PATH)).toEqual({ ...LAYER, urls: [], extraFields: [] });
});

test('sizes go from 0 to 2^53-1', () => {
  for (const size of [0, Number.MAX_SAFE_INTEGER])
    expect(descriptorAt(json({ ...LAYER, size }), PATH)).toMatchObject({ size });
});

describe('refuses a descriptor', () => {
  const without = (field: string) => Object.fromEntries(Object.entries(LAYER).filter(([key]) => key !== field));
  const withSize = (literal: string) => JSON.stringify(LAYER).replace(':5', `:${literal}`);
  const notASize = (literal: string) =>
    `the size at $.layers[3].size is ${literal}, not a whole number from 0 to 2^53-1`;
  const notADigest = (literal: string) => `the digest at $.layers[3].digest is ${literal}, not sha256:<64 hex digits>`;

  test.each<[value: unknown, reason: RefusalReason, detail: string]>([
    ['null', 'bad-field', 'expected an object at $.layers[3], found null'],
    ['[]', 'bad-field', 'expected an object at $.layers[3], found an array'],
    ['"layer"', 'bad-field', 'expected an object at $.layers[3], found string "layer"'],
    [{}, 'bad-field', 'expected a media type at $.layers[3].mediaType, found nothing'],
    [{ ...LAYER, mediaType: '' }, 'bad-field', 'expected a media type at $.layers[3].mediaType, found string ""'],
    [{ ...LAYER, mediaType: false }, 'bad-field', 'expected a string at $.layers[3].mediaType, found boolean false'],
    [{ ...LAYER, mediaType: {} }, 'bad-field', 'expected a string at $.layers[3].mediaType, found an object'],
    [without('size'), 'bad-field', 'expected a size at $.layers[3].size, found nothing'],
    [{ ...LAYER, size: null }, 'bad-field', 'expected a size at $.layers[3].size, found null'],
    [{ ...LAYER, size: '5' }, 'bad-field', 'expected a size at $.layers[3].size, found string "5"'],
    [{ ...LAYER, size: -1 }, 'unsafe-size', notASize('-1')],
    [withSize('9007199254740992'), 'unsafe-size', notASize('9007199254740992')],
    [withSize('1.0'), 'unsafe-size', notASize('1.0')],
    [without('digest'), 'bad-field', 'expected a digest at $.layers[3].digest, found nothing'],
    [{ ...LAYER, digest: 7 }, 'bad-field', 'expected a digest at $.layers[3].digest, found number 7'],
    [{ ...LAYER, digest: 'sha512:ab' }, 'unsupported-digest', notADigest('"sha512:ab"')],
    [{ ...LAYER, urls: {} }, 'bad-field', 'expected an array at $.layers[3].urls, found an object'],
    [{ ...LAYER, urls: ['a', 'b c'] }, 'bad-field', 'expected a URL at $.layers[3].urls[1], found string "b c"'],
    [{ ...LAYER, urls: [''] }, 'bad-field', 'expected a URL at $.layers[3].urls[0], found string ""'],
    [{ ...LAYER, urls: ['é'] }, 'bad-field', 'expected a URL at $.layers[3].urls[0], found string "é"'],
    [{ ...LAYER, urls: ['aé'] }, 'bad-field', 'expected a URL at $.layers[3].urls[0], found string "aé"'],
    [{ ...LAYER, urls: [2] }, 'bad-field', 'expected a URL at $.layers[3].urls[0], found number 2'],
    [
      JSON.stringify({ ...LAYER, urls: [5] }).replace('[5]', '[1.5]'),
      'bad-field',
      'expected a URL at $.layers[3].urls[0], found the number "1.5"',
    ],
    [{ ...LAYER, Size: 5 }, 'case-variant-key', 'the key "Size" at $.layers[3] differs from "size" by case only'],
  ])('%j', (value, reason, detail) => {
    expect(refusalOr(() => descriptorAt(json(value), PATH))).toEqual({ reason, detail });
  });

  test('that is not there', () => {
    const detail = 'expected an object at $.layers[3], found nothing';
    expect(refusalOr(() => descriptorAt(undefined, PATH))).toEqual({ reason: 'bad-field', detail });
  });

  test.each(['urls', 'annotations', 'data', 'platform', 'artifactType', 'mediaType', 'digest'])(
    'with %s in upper case, which Go takes for the same key',
    (field) => {
      const value = { ...LAYER, [field.toUpperCase()]: 1 };
      expect(refusalOr(() => descriptorAt(json(value), PATH))).toMatchObject({ reason: 'case-variant-key' });
    },
  );
});

describe('a child of an index', () => {
  const child = (more: object) => refusalOr(() => childAt(json({ ...LAYER, ...more }), ['manifests', 0]));

  test('is a descriptor with annotations, an artifact type and a platform', () => {
    const platform = { os: 'linux', architecture: 'arm', variant: 'v6', 'os.version': '1', 'os.features': [], x: 1 };
    expect(child({ annotations: { a: '', b: 'c' }, artifactType: 'a/b', platform })).toEqual({
      ...LAYER,
      urls: [],
      extraFields: [
        '$.manifests[0].annotations.a',
        '$.manifests[0].annotations.b',
        '$.manifests[0].artifactType',
        '$.manifests[0].platform',
      ],
      annotations: new Map([
        ['a', ''],
        ['b', 'c'],
      ]),
      artifactType: 'a/b',
      platform: { os: 'linux', architecture: 'arm', variant: 'v6' },
    });
  });

  test.each([
    {},
    { annotations: null, platform: null, artifactType: '' },
    { platform: { os: 'linux' } },
    { platform: { architecture: 'amd64', os: '' } },
  ])('can do without: %j', (more) => {
    expect(child(more)).toMatchObject({ annotations: new Map(), artifactType: undefined, platform: undefined });
  });

  const tooLong = 'x'.repeat(25);
  test.each<[more: object, reason: RefusalReason, detail: string]>([
    [{ annotations: [] }, 'bad-field', 'expected an object at $.manifests[0].annotations, found an array'],
    [{ annotations: { a: 1 } }, 'bad-field', 'expected a string at $.manifests[0].annotations.a, found number 1'],
    [{ artifactType: 1 }, 'bad-field', 'expected a string at $.manifests[0].artifactType, found number 1'],
    [{ platform: 'linux' }, 'bad-field', 'expected an object at $.manifests[0].platform, found string "linux"'],
    [
      { platform: { OS: 'linux' } },
      'case-variant-key',
      'the key "OS" at $.manifests[0].platform differs from "os" by case only',
    ],
    [{ platform: { os: 1 } }, 'bad-field', 'expected a string at $.manifests[0].platform.os, found number 1'],
    [
      { platform: { os: 'linux', architecture: tooLong } },
      'bad-field',
      `expected the name of a platform at $.manifests[0].platform.architecture, found string "${tooLong}"`,
    ],
    [
      { platform: { os: 'linux', architecture: 'arm', variant: 'v 7' } },
      'bad-field',
      'expected the name of a platform at $.manifests[0].platform.variant, found string "v 7"',
    ],
  ])('is refused with %j', (more, reason, detail) => {
    expect(child(more)).toEqual({ reason, detail });
  });

  test.each(['architecture', 'os', 'os.version', 'os.features', 'variant', 'features'])(
    'is refused with %s of its platform in upper case',
    (field) => {
      expect(child({ platform: { [field.toUpperCase()]: 'x' } })).toMatchObject({ reason: 'case-variant-key' });
    },
  );
});

test('keys are compared as Go folds them: the long s is an s, the Kelvin sign a k', () => {
  for (const key of ['\u017fize', 'SIZE', 'siz\u0045'])
    expect(refusalOr(() => objectAt(json({ [key]: 1 }), [], ['size']))).toEqual({
      reason: 'case-variant-key',
      detail: `the key "${key}" at $ differs from "size" by case only`,
    });
  expect(refusalOr(() => objectAt(json({ '\u212aey': 1 }), [], ['key']))).toMatchObject({ reason: 'case-variant-key' });
  expect(objectAt(json({ size: 1, sizes: 2 }), [], ['size']).size).toBe(2);
});

test('a media type that is absent or empty is none', () => {
  expect(['{}', { mediaType: '' }, { mediaType: 'a/b' }].map((value) => mediaTypeAt(json(value), PATH))).toEqual([
    '',
    '',
    'a/b',
  ]);
  expect(refusalOr(() => mediaTypeAt(json({ mediaType: 1 }), PATH))).toEqual({
    reason: 'bad-field',
    detail: 'expected a string at $.layers[3].mediaType, found number 1',
  });
  expect(refusalOr(() => mediaTypeAt(json({ MEDIATYPE: 'a' }), PATH))).toMatchObject({ reason: 'case-variant-key' });
});

test('an array, a text, or what was found instead', () => {
  expect(arrayAt(json([1]), PATH)).toEqual([1]);
  expect(refusalOr(() => arrayAt(json({}), PATH))).toMatchObject({
    detail: 'expected an array at $.layers[3], found an object',
  });
  expect(textAt(object({ a: 'b', c: '' }), 'a', PATH)).toBe('b');
  expect(textAt(object({ a: 'b', c: '' }), 'c', PATH)).toBeUndefined();
  expect(textAt(object({ a: 'b', c: '' }), 'd', PATH)).toBeUndefined();
});

test('annotations that are no object are one extra field', () => {
  expect(extraFieldPaths(object({ a: 1, annotations: [1, 2], b: { c: 1 } }), ['x'], new Set(['a']))).toEqual([
    '$.x.annotations',
    '$.x.b',
  ]);
});
