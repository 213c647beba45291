import { totalMetrics } from './metrics';

const emf = (
  values: object,
  metrics: readonly object[] = [{ Name: 'Converted', Unit: 'Count' }],
  dimensions: unknown = [['FunctionName']],
) =>
  JSON.stringify({
    _aws: { Timestamp: 1, CloudWatchMetrics: [{ Namespace: 'N', Dimensions: dimensions, Metrics: metrics }] },
    FunctionName: 'f',
    ...values,
  });

test('lines add up by namespace, name and dimensions', () => {
  const lines = [
    emf({ Converted: 1 }),
    'text',
    '{"level":"INFO"}',
    '{broken',
    emf({ Converted: 2 }),
    emf({ Converted: 4, FunctionName: 'g' }),
  ];
  const converted = { namespace: 'N', name: 'Converted', unit: 'Count' };
  expect(totalMetrics(lines)).toEqual([
    { ...converted, dimensions: { FunctionName: 'f' }, sum: 3, count: 2 },
    { ...converted, dimensions: { FunctionName: 'g' }, sum: 4, count: 1 },
  ]);
});

test('a list of values, several metrics and several sets of dimensions', () => {
  const line = emf(
    { A: [1, 2, 3], B: 5 },
    [{ Name: 'A', Unit: 'Milliseconds' }, { Name: 'B' }],
    [[], ['FunctionName']],
  );
  expect(totalMetrics([line])).toEqual([
    { namespace: 'N', name: 'A', unit: 'Milliseconds', dimensions: {}, sum: 6, count: 3 },
    { namespace: 'N', name: 'B', unit: 'None', dimensions: {}, sum: 5, count: 1 },
    { namespace: 'N', name: 'A', unit: 'Milliseconds', dimensions: { FunctionName: 'f' }, sum: 6, count: 3 },
    { namespace: 'N', name: 'B', unit: 'None', dimensions: { FunctionName: 'f' }, sum: 5, count: 1 },
  ]);
});

test.each<readonly [string, string, string]>([
  ['a metric without value', emf({}), 'the value of Converted is not a number but undefined'],
  ['a value that is text', emf({ Converted: '1' }), 'the value of Converted is not a number but "1"'],
  [
    'a dimension without value',
    emf({ Converted: 1, FunctionName: undefined }),
    'dimension FunctionName: expected a string, got nothing',
  ],
  ['no dimensions', emf({ Converted: 1 }, undefined, null), 'Dimensions: expected a list, got null'],
  ['no timestamp', '{"_aws":{"CloudWatchMetrics":[]}}', '_aws.Timestamp: expected a number, got nothing'],
  [
    'too many metrics',
    emf(
      { A: 1 },
      Array.from({ length: 101 }, () => ({ Name: 'A' })),
    ),
    '101 metrics in one directive',
  ],
])('%s, which CloudWatch would drop, is an error', (_, line, message) => {
  expect(() => totalMetrics([line])).toThrow(message);
});
