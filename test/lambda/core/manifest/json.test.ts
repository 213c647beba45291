import { InexactNumber, type Json, parseJson } from '../../../../lambda/core/manifest/json';
import { type Refusal, type RefusalReason, refusalOr } from '../../../../lambda/core/reasons';
import { bytesOf } from '../../../support/manifests';

const read = (text: string | Uint8Array): Json | Refusal =>
  refusalOr(() => parseJson(text instanceof Uint8Array ? text : bytesOf(text)));

/** As `JSON.parse` returns it. */
const plain = (json: Json | Refusal): unknown => {
  if (json instanceof Map) return Object.fromEntries([...json].map(([key, value]) => [key, plain(value)]));
  return Array.isArray(json) ? json.map(plain) : json;
};

const arrays = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
const objects = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

test.each([
  '{}',
  '[]',
  '{"a":1,"b":{"c":[true,false,null,"d"]}}',
  ' \t\r\n{ "a" \n: [ 1 , 2 , [ ] , { } ] , "b" : "x" } \t\r\n',
  '{"a":[[1,2],[],{"b":[]}],"c":{}}',
  '"text"',
  '""',
  '"\\" \\\\ \\/ \\u00e9 \\n é \u{1f600}"',
  'true',
  'null',
  '12',
])('reads %j as JSON.parse does', (text) => {
  expect(plain(read(text))).toEqual(JSON.parse(text));
});

test.each([
  ['0', 0],
  ['7', 7],
  ['-12', -12],
  ['120', 120],
  ['9007199254740991', Number.MAX_SAFE_INTEGER],
])('the number %s is exact', (literal, number) => {
  expect(read(literal)).toBe(number);
});

test.each(['9007199254740992', '-9007199254740992', '1.0', '-0.25', '1e3', '12E+34', '0e-10', '1.5e10'])(
  'the number %s is kept as it is written',
  (literal) => {
    const number = read(literal);
    expect(number).toEqual(new InexactNumber(literal));
    expect(String(number)).toBe(literal);
  },
);

test.each(['01', '-', '+1', '.5', '1.', '-.5', '1e', '1e+', '1.e1', 'e1', '--1', '1-1', '1.2.3', '1e2e3'])(
  '%s is not a number',
  (literal) => {
    expect(read(literal)).toEqual({ reason: 'not-json', detail: `"${literal}" is not a number at $ (character 0)` });
    expect(read(`[${literal}]`)).toMatchObject({ detail: `"${literal}" is not a number at $[0] (character 1)` });
  },
);

describe('says what is wrong, and where', () => {
  test.each<[what: string, text: string | Uint8Array, reason: RefusalReason, detail: string]>([
    ['invalid UTF-8', new Uint8Array([0x22, 0xff, 0x22]), 'not-json', 'the manifest is not valid UTF-8'],
    ['a byte order mark', '\ufeff{}', 'not-json', 'expected a value at $ (character 0)'],
    ['nothing', '', 'not-json', 'expected a value at $ (character 0)'],
    ['only space', ' \n', 'not-json', 'expected a value at $ (character 2)'],
    ['another kind of space', '\u00a01', 'not-json', 'expected a value at $ (character 0)'],
    ['trailing bytes', '{} x', 'not-json', 'trailing bytes after the JSON document at $ (character 3)'],
    ['a second document', '[][]', 'not-json', 'trailing bytes after the JSON document at $ (character 2)'],
    ['an object without its end', '{', 'not-json', 'expected a key at $ (character 1)'],
    ['a trailing comma in an object', '{"a":1, }', 'not-json', 'expected a key at $ (character 8)'],
    ['a key without quotes', '{ a:1}', 'not-json', 'expected a key at $ (character 2)'],
    ['a missing colon', '{"a" 1}', 'not-json', "expected ':' at $.a (character 5)"],
    ['a missing value', '{"a":}', 'not-json', 'expected a value at $.a (character 5)'],
    ['a missing comma', '{"a":1 "b":2}', 'not-json', "expected ',' or '}' at $ (character 7)"],
    ['an object that ends as an array', '{"a":{"b":1]', 'not-json', "expected ',' or '}' at $.a (character 11)"],
    ['an array without its end', '{"a":[1', 'not-json', "expected ',' or ']' at $.a (character 7)"],
    ['an array that ends as an object', '[[1},2]', 'not-json', "expected ',' or ']' at $[0] (character 3)"],
    ['a trailing comma in an array', '[1,2,]', 'not-json', 'expected a value at $[2] (character 5)'],
    ['a string without its end', '["a', 'not-json', 'a string without its end at $[0] (character 1)'],
    ['a string that ends in an escape', '["a\\"', 'not-json', 'a string without its end at $[0] (character 1)'],
    [
      'a control character',
      '["a\n"]',
      'not-json',
      'a string with a control character or an unknown escape at $[0] (character 5)',
    ],
    [
      'an unknown escape',
      '{"\\x":1}',
      'not-json',
      'a string with a control character or an unknown escape at $ (character 5)',
    ],
    ['an unknown word', '[tru]', 'not-json', 'an unknown word at $[0] (character 1)'],
    ['a word in another case', 'True', 'not-json', 'expected a value at $ (character 0)'],
    ['half of false', 'fals', 'not-json', 'an unknown word at $ (character 0)'],
    ['nil', 'nil', 'not-json', 'an unknown word at $ (character 0)'],
    ['a key twice', '{"a":1,"b":2,"a":3}', 'duplicate-key', 'the key "a" is there twice at $.a (character 16)'],
    [
      'a key twice, once escaped',
      '{"a":1,"\\u0061":2}',
      'duplicate-key',
      'the key "a" is there twice at $.a (character 15)',
    ],
    [
      'a key twice below',
      '[{"b":{"c":1,"c":1}}]',
      'duplicate-key',
      'the key "c" is there twice at $[0].b.c (character 16)',
    ],
    ['an array too deep', `${arrays(33)}`, 'too-deep', `more than 32 levels at $${'[0]'.repeat(32)} (character 32)`],
    ['an object too deep', objects(33), 'too-deep', `more than 32 levels at $${'.a'.repeat(32)} (character 160)`],
  ])('%s', (_, text, reason, detail) => {
    expect(read(text)).toEqual({ reason, detail });
  });
});

test('32 levels are read', () => {
  expect(plain(read(arrays(32)))).toEqual(JSON.parse(arrays(32)));
  expect(plain(read(objects(32)))).toEqual(JSON.parse(objects(32)));
});

test('the same key in two objects is no duplicate, nor is the same object twice', () => {
  const text = '[{"a":1},{"a":1},{"b":{"a":1},"a":{"b":2}}]';
  expect(plain(read(text))).toEqual(JSON.parse(text));
});

test('__proto__ is a key like any other', () => {
  expect(read('{"__proto__":{"a":1}}')).toEqual(new Map([['__proto__', new Map([['a', 1]])]]));
});
