import { fieldsOf, mustBe, numberIn, optionalTextIn, textIn, UnreadableEvent } from '../../../lambda/events/fields';

test.each<[what: string, read: () => unknown, message: string]>([
  ['no object', () => fieldsOf(undefined, 'detail'), 'detail is undefined, expected an object'],
  ['null', () => fieldsOf(null, 'detail'), 'detail is null, expected an object'],
  ['text as an object', () => fieldsOf('a', 'detail'), 'detail is "a", expected an object'],
  ['no text', () => textIn({}, 'tag'), 'tag is undefined, expected text'],
  ['empty text', () => textIn({ tag: '' }, 'tag'), 'tag is "", expected text'],
  ['a number as text', () => textIn({ tag: 1 }, 'tag'), 'tag is 1, expected text'],
  ['empty optional text', () => optionalTextIn({ tag: '' }, 'tag'), 'tag is "", expected text'],
  ['null as optional text', () => optionalTextIn({ tag: null }, 'tag'), 'tag is null, expected text'],
  ['no number', () => numberIn({}, 'images'), 'images is undefined, expected a whole number'],
  ['a negative number', () => numberIn({ images: -1 }, 'images'), 'images is -1, expected a whole number'],
  ['a fraction', () => numberIn({ images: 0.5 }, 'images'), 'images is 0.5, expected a whole number'],
  ['text as a number', () => numberIn({ images: '1' }, 'images'), 'images is "1", expected a whole number'],
  [
    'another value',
    () => mustBe({ result: 'FAILURE' }, 'result', 'SUCCESS'),
    'result is "FAILURE", expected "SUCCESS"',
  ],
  ['no value', () => mustBe({}, 'result', 'SUCCESS'), 'result is undefined, expected "SUCCESS"'],
])('%s is an error that names the field, what it is, and what was expected', (_, read, message) => {
  expect(read).toThrow(new UnreadableEvent(message));
});

test('what is as expected is read', () => {
  const fields = fieldsOf({ tag: 'v1', images: 7, none: 0 }, 'detail');
  expect(fields).toEqual({ tag: 'v1', images: 7, none: 0 });
  expect(textIn(fields, 'tag')).toBe('v1');
  expect(optionalTextIn(fields, 'tag')).toStrictEqual({ tag: 'v1' });
  expect(optionalTextIn(fields, 'other')).toStrictEqual({});
  expect([numberIn(fields, 'images'), numberIn(fields, 'none')]).toEqual([7, 0]);
  expect(() => mustBe(fields, 'tag', 'v1')).not.toThrow();
});

test('the error has a name that a log can be searched for', () => {
  expect(new UnreadableEvent('why').name).toBe('UnreadableEvent');
});
