import { evaluate, readStatements } from '../../../local/iam/policy';

const QUEUE = 'arn:aws:sqs:eu-north-1:123456789012:q';
const read = (...statements: readonly object[]) => readStatements({ Statement: statements }, '$');
const allow = (more: object = {}) => ({ Effect: 'Allow', Action: 'sqs:SendMessage', Resource: QUEUE, ...more });
const request = {
  action: 'sqs:SendMessage',
  resource: QUEUE,
  context: { 'aws:SourceArn': 'arn:rule/x', 'aws:SecureTransport': 'true' },
};

test.each<readonly [string, readonly object[], string]>([
  ['exactly', [allow()], 'allowed'],
  ['no statement', [], 'not-allowed'],
  ['another action', [allow({ Action: 'sqs:ReceiveMessage' })], 'not-allowed'],
  ['actions ignore case', [allow({ Action: ['SQS:sendmessage'] })], 'allowed'],
  ['a wildcard action', [allow({ Action: 'sqs:*' })], 'allowed'],
  ['a wildcard resource', [allow({ Resource: 'arn:aws:sqs:*:*:?' })], 'allowed'],
  ['another resource', [allow({ Resource: `${QUEUE}2` })], 'not-allowed'],
  ['a dot is a dot', [allow({ Resource: QUEUE.replace('sqs', 's.s') })], 'not-allowed'],
  ['deny wins', [allow(), { ...allow(), Effect: 'Deny' }], 'denied'],
  [
    'a deny that does not apply',
    [allow(), { ...allow(), Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': false } } }],
    'allowed',
  ],
  ['ArnEquals with a wildcard', [allow({ Condition: { ArnEquals: { 'aws:SourceArn': 'arn:rule/*' } } })], 'allowed'],
  [
    'one of several values',
    [allow({ Condition: { StringEquals: { 'aws:SourceArn': ['a', 'arn:rule/x'] } } })],
    'allowed',
  ],
  [
    'every key must hold',
    [allow({ Condition: { StringEquals: { 'aws:SourceArn': 'arn:rule/x', other: 'y' } } })],
    'not-allowed',
  ],
  ['StringNotEquals with an absent key', [allow({ Condition: { StringNotEquals: { other: 'y' } } })], 'allowed'],
  ['StringNotLike', [allow({ Condition: { StringNotLike: { 'aws:SourceArn': 'arn:rule/*' } } })], 'not-allowed'],
  ['ArnNotEquals', [allow({ Condition: { ArnNotEquals: { 'aws:SourceArn': 'arn:rule/y*' } } })], 'allowed'],
  ['ArnNotLike with an absent key', [allow({ Condition: { ArnNotLike: { other: 'y' } } })], 'allowed'],
  ['StringNotEquals', [allow({ Condition: { StringNotEquals: { 'aws:SourceArn': 'arn:rule/x' } } })], 'not-allowed'],
])('%s', (_, statements, expected) => {
  expect(evaluate(read(...statements), request)).toBe(expected);
});

test.each<readonly [unknown, string]>([
  [{ Service: 'events.amazonaws.com' }, 'allowed'],
  [{ Service: ['sns.amazonaws.com'] }, 'not-allowed'],
  ['*', 'allowed'],
  [{ AWS: '*' }, 'allowed'],
  [{ AWS: '123456789012' }, 'not-allowed'],
])('principal %j', (Principal, expected) => {
  expect(evaluate(read(allow({ Principal })), { ...request, principal: 'Service:events.amazonaws.com' })).toBe(
    expected,
  );
});

test('what cannot be evaluated correctly is refused', () => {
  expect(() => read(allow({ NotAction: 'x' }))).toThrow('$.Statement[0].NotAction: not supported');
  expect(() => read(allow({ Effect: 'Maybe' }))).toThrow('expected Allow or Deny');
  for (const operator of ['NumericLessThan', 'StringEqualsIfExists'])
    expect(() => evaluate(read(allow({ Condition: { [operator]: { other: 1 } } })), request)).toThrow(
      `the condition operator ${operator}: not supported`,
    );
});
