import { parseTemplate } from '../../../local/cloudformation/yaml';

test('functions in their short form, dates as they are written, and blocks', () => {
  const text = `
Conditions:
  IsOn: !Not [ !Equals [ !Ref X, "" ] ]
  Both: !And [ !Condition IsOn, { Condition: IsOn } ]
Version: 2012-10-17
Value: !If [ IsOn, !GetAtt A.Arn, !Sub "\${X}-y" ]
Code: |
  const a = { b: 1 };

  !Ref nothing
`;
  expect(parseTemplate(text, 'file')).toEqual({
    Conditions: {
      IsOn: { 'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'X' }, ''] }] },
      Both: { 'Fn::And': [{ Condition: 'IsOn' }, { Condition: 'IsOn' }] },
    },
    Version: '2012-10-17',
    Value: { 'Fn::If': ['IsOn', { 'Fn::GetAtt': 'A.Arn' }, { 'Fn::Sub': `\${X}-y` }] },
    Code: 'const a = { b: 1 };\n\n!Ref nothing\n',
  });
});

test('JSON is YAML', () => {
  expect(parseTemplate('{"Resources": {"A": {"Type": "T", "N": [1, true, null]}}}', 'file')).toEqual({
    Resources: { A: { Type: 'T', N: [1, true, null] } },
  });
});

test.each([
  ['a: [1', /^file: /],
  ['a: &x 1\nb: *x', 'file: an alias in YAML: not supported'],
  ['- 1', 'file: expected an object, got [1]'],
  ['1: 2', 'file: a key: expected a string, got 1'],
])('%j is refused', (text, message) => {
  expect(() => parseTemplate(text, 'file')).toThrow(message);
});
