import { LOCAL_ACCOUNT } from '../../../local/aws/account-region';
import { Resolver } from '../../../local/cloudformation/resolver';

const body = {
  Parameters: {
    Plain: { Type: 'String', Default: 'p' },
    Number: { Type: 'Number', Default: 7 },
    List: { Type: 'CommaDelimitedList', Default: 'a, b' },
    NoDefault: { Type: 'String' },
    FromSsm: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/name' },
  },
  Conditions: {
    Yes: { 'Fn::Equals': [{ Ref: 'Plain' }, 'p'] },
    No: { 'Fn::Not': [{ Condition: 'Yes' }] },
    Both: { 'Fn::And': [{ Condition: 'Yes' }, { Condition: 'No' }] },
    Either: { 'Fn::Or': [{ Condition: 'Yes' }, { Condition: 'No' }] },
  },
  Resources: {
    Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'named' } },
    Unnamed: { Type: 'AWS::SQS::Queue' },
    Function: { Type: 'AWS::Lambda::Function' },
    Rule: { Type: 'AWS::Events::Rule', Properties: { EventBusName: { Ref: 'Bus' } } },
    Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: 'orders' } },
    Logs: { Type: 'AWS::Logs::LogGroup' },
    Topic: { Type: 'AWS::SNS::Topic' },
    Repository: { Type: 'AWS::ECR::Repository', Properties: { RepositoryName: 'team/app' } },
    Unknown: { Type: 'AWS::Made::Up' },
  },
};

const resolve = (value: unknown) =>
  new Resolver(body, { ...LOCAL_ACCOUNT, stackName: 'Probe' }, {}).resolve(value, '$');

test.each<readonly [unknown, unknown]>([
  [{ Ref: 'Plain' }, 'p'],
  [{ Ref: 'Number' }, '7'],
  [{ Ref: 'List' }, ['a', 'b']],
  [{ Ref: 'AWS::Region' }, 'eu-north-1'],
  [{ Ref: 'AWS::AccountId' }, '123456789012'],
  [{ Ref: 'AWS::Partition' }, 'aws'],
  [{ Ref: 'AWS::URLSuffix' }, 'amazonaws.com'],
  [{ Ref: 'AWS::StackName' }, 'Probe'],
  [{ Ref: 'Queue' }, 'https://sqs.eu-north-1.amazonaws.com/123456789012/named'],
  [{ Ref: 'Function' }, 'Probe-Function'],
  [{ Ref: 'Topic' }, 'arn:aws:sns:eu-north-1:123456789012:Probe-Topic'],
  [{ Ref: 'Logs' }, 'Probe-Logs'],
  [{ 'Fn::GetAtt': ['Queue', 'Arn'] }, 'arn:aws:sqs:eu-north-1:123456789012:named'],
  [{ 'Fn::GetAtt': 'Unnamed.QueueName' }, 'Probe-Unnamed'],
  [{ 'Fn::GetAtt': ['Rule', 'Arn'] }, 'arn:aws:events:eu-north-1:123456789012:rule/orders/Probe-Rule'],
  [{ 'Fn::GetAtt': ['Logs', 'Arn'] }, 'arn:aws:logs:eu-north-1:123456789012:log-group:Probe-Logs:*'],
  [{ 'Fn::GetAtt': ['Repository', 'Arn'] }, 'arn:aws:ecr:eu-north-1:123456789012:repository/team/app'],
  [
    { 'Fn::Sub': `a-\${Plain}-\${AWS::Region}-\${Queue.Arn}-\${!Kept}` },
    `a-p-eu-north-1-arn:aws:sqs:eu-north-1:123456789012:named-\${Kept}`,
  ],
  [{ 'Fn::Sub': [`\${x}\${Plain}`, { x: { Ref: 'Number' } }] }, '7p'],
  [{ 'Fn::Join': ['-', ['a', { Ref: 'Plain' }, 1]] }, 'a-p-1'],
  [{ 'Fn::Join': ['|', { Ref: 'List' }] }, 'a|b'],
  [{ 'Fn::Select': ['1', { 'Fn::Split': ['/', 'a/b/c'] }] }, 'b'],
  [{ 'Fn::Select': [4, { 'Fn::Split': [':', { 'Fn::GetAtt': ['Queue', 'Arn'] }] }] }, '123456789012'],
  [{ 'Fn::If': ['Yes', 1, 2] }, 1],
  [{ 'Fn::If': ['No', 1, { Ref: 'Plain' }] }, 'p'],
  [{ 'Fn::If': ['Both', 1, 2] }, 2],
  [{ 'Fn::If': ['Either', 1, 2] }, 1],
  [{ a: { 'Fn::If': ['No', 1, { Ref: 'AWS::NoValue' }] }, b: [1, { Ref: 'AWS::NoValue' }] }, { b: [1] }],
  [{ Ref: 'AWS::NoValue' }, undefined],
  [{ Condition: { StringEquals: { a: 'b' } } }, { Condition: { StringEquals: { a: 'b' } } }],
  [{ 'Fn::If': ['Yes', 'kept', { Ref: 'Unknown' }] }, 'kept'],
])('%j is %j', (value, expected) => {
  expect(resolve(value)).toEqual(expected);
});

test.each<readonly [unknown, string]>([
  [{ a: [{ 'Fn::ImportValue': 'x' }] }, '$.a[0]: the intrinsic function Fn::ImportValue: not supported'],
  [{ 'Fn::FindInMap': ['a', 'b', 'c'] }, '$: the intrinsic function Fn::FindInMap: not supported'],
  [{ Ref: 'Nobody' }, '$.Ref: no resource or parameter "Nobody"'],
  [{ Ref: 'Unknown' }, '$.Ref: a reference to Unknown, an AWS::Made::Up: not supported'],
  [{ Ref: 'AWS::Moon' }, 'the pseudo parameter AWS::Moon: not supported'],
  [{ Ref: 'NoDefault' }, 'the parameter NoDefault has no default'],
  [{ Ref: 'FromSsm' }, 'the parameter FromSsm is read from SSM'],
  [{ 'Fn::GetAtt': ['Queue', 'Color'] }, 'the attribute Color of Queue: not supported'],
  [{ 'Fn::Select': [9, ['a']] }, 'no element 9 in a list of 1'],
  [{ 'Fn::If': ['Maybe', 1, 2] }, '$.Conditions.Maybe: no such condition'],
  [{ 'Fn::Join': ['-', [{ x: 1 }]] }, 'expected a string, got {"x":1}'],
  [{ 'Fn::Join': ['-'] }, 'expected 2 arguments, got 1'],
  [{ 'Fn::Sub': `\${Nobody}` }, '$.Fn::Sub: no resource or parameter "Nobody"'],
])('%j is refused: %s', (value, message) => {
  expect(() => resolve(value)).toThrow(message);
});

test('a given value replaces the default of a parameter', () => {
  const resolver = new Resolver(
    body,
    { ...LOCAL_ACCOUNT, stackName: 'Probe' },
    { NoDefault: 'given', FromSsm: 'value' },
  );
  expect(resolver.resolve([{ Ref: 'NoDefault' }, { Ref: 'FromSsm' }], '$')).toEqual(['given', 'value']);
});
