import { fixed, isMet, type Row, ratiosOf, spreadOf } from './row';

const row = (ours: readonly number[], values: readonly number[], goal?: Row['goal']): Row => ({
  what: 'a row',
  unit: 's',
  ours,
  against: { what: 'another', values },
  ...(goal ? { goal } : {}),
});

test.each([
  [[3], { median: 3, min: 3, max: 3 }],
  [[10, 1, 2], { median: 2, min: 1, max: 10 }],
  [[4, 1, 10, 2], { median: 3, min: 1, max: 10 }],
])('the spread of %j', (values, spread) => {
  expect(spreadOf(values)).toEqual(spread);
});

test.each([[[]], [[1, Number.NaN]], [[Number.POSITIVE_INFINITY]]])('%j are not measurements', (values) => {
  expect(() => spreadOf(values)).toThrow('expected measurements');
});

test('a ratio is of the same round, or of the one value that stands for all', () => {
  expect(ratiosOf(row([2, 9], [1, 3]))).toEqual([2, 3]);
  expect(ratiosOf({ ...row([2, 9], []), against: fixed('the limit', 2) })).toEqual([1, 4.5]);
  expect(() => ratiosOf(row([1, 2, 3], [1, 2]))).toThrow('expected 3 measurements or 1, got 2');
});

test.each<[Row['goal'], boolean | undefined]>([
  [{ atMost: 2 }, true],
  [{ atMost: 1.9 }, false],
  [{ atLeast: 2 }, true],
  [{ atLeast: 2.1 }, false],
  [undefined, undefined],
])('a median ratio of 2 with the goal %j: %j', (goal, met) => {
  expect(isMet(row([2, 2, 50], [1, 1, 1], goal))).toBe(met);
});
