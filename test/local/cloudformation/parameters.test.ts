import { LOCAL_ACCOUNT } from '../../../local/aws/account-region';
import { Template } from '../../../local/cloudformation';
import { Parameters } from '../../../local/cloudformation/parameters';

const DECLARED = {
  Name: { Type: 'String', Default: 'ab', AllowedPattern: '[a-c]+', MinLength: 2, MaxLength: 3 },
  Kind: { Type: 'String', Default: 'one', AllowedValues: ['one', 2], ConstraintDescription: 'expected one or 2' },
  Rate: { Type: 'Number', Default: 1.5, MinValue: 0.5, MaxValue: 10 },
  List: { Type: 'CommaDelimitedList', Default: 'a,b', AllowedPattern: '[a-c]' },
};
const parameters = (given: Record<string, string>) => new Parameters(DECLARED, given);

test('what a parameter allows is its value', () => {
  const given = parameters({ Name: 'abc', Kind: '2', Rate: '10', List: 'c' });
  expect(['Name', 'Kind', 'Rate', 'List'].map((name) => given.value(name, 'at'))).toEqual(['abc', '2', '10', ['c']]);
});

test.each([
  [{ Name: 'xab' }, 'parameter Name is "xab"; expected AllowedPattern "[a-c]+", MinLength 2, MaxLength 3'],
  [{ Name: 'a' }, 'parameter Name is "a"'],
  [{ Name: 'abca' }, 'parameter Name is "abca"'],
  [{ Kind: 'two' }, 'parameter Kind is "two"; expected one or 2'],
  [{ Rate: '0.4' }, 'parameter Rate is "0.4"; expected MinValue 0.5, MaxValue 10'],
  [{ Rate: 'fast' }, 'parameter Rate is "fast"'],
  [{ Rate: '' }, 'parameter Rate is ""'],
  [{ List: 'a,d' }, 'parameter List is "a,d"'],
  [{ Nmae: 'ab', Other: '1' }, 'the template has no parameter Nmae, Other; expected one of: Name, Kind, Rate, List'],
])('%j is refused', (given, message) => {
  expect(() => parameters(given as Record<string, string>)).toThrow(message);
});

test('a default is checked too', () => {
  expect(() => new Parameters({ Name: { ...DECLARED.Name, Default: 'x' } }, {})).toThrow('parameter Name is "x"');
});

describe('assertions', () => {
  const body = {
    Parameters: { A: { Type: 'String', Default: '' }, B: { Type: 'String', Default: '' } },
    Rules: {
      OnlyWithA: {
        RuleCondition: { 'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'A' }, ''] }] },
        Assertions: [{ Assert: { 'Fn::Equals': [{ Ref: 'B' }, 'b'] }, AssertDescription: 'expected b with A' }],
      },
    },
    Resources: {},
  };
  const deploy = (given: Record<string, string>) =>
    new Template({ stackName: 'S', body, assetDirectory: () => '' }, { ...LOCAL_ACCOUNT, parameters: given });

  test.each<Record<string, string>>([{}, { A: 'a', B: 'b' }, { B: 'c' }])('%j holds', (given) => {
    expect(() => deploy(given)).not.toThrow();
  });

  test('one that does not hold is the error', () => {
    expect(() => deploy({ A: 'a', B: 'c' })).toThrow('expected b with A');
  });
});
