import { Refusal, refusalOr } from '../../../lambda/core/reasons';

test('a refusal that is thrown is returned, and so is any other result', () => {
  const refusal = new Refusal('not-json', 'the manifest is not JSON');
  expect(
    refusalOr(() => {
      throw refusal;
    }),
  ).toBe(refusal);
  expect(refusalOr(() => 7)).toBe(7);
});

test('any other error is thrown on', () => {
  expect(() =>
    refusalOr(() => {
      throw new TypeError('a bug');
    }),
  ).toThrow(new TypeError('a bug'));
});
