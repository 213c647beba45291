import type { Json } from './choices';
import type { ParameterName } from './parameters';

const isEmpty = (parameter: ParameterName): Json => ({ 'Fn::Equals': [{ Ref: parameter }, ''] });
const not = (condition: Json): Json => ({ 'Fn::Not': [condition] });
const and = (...conditions: Json[]): Json => ({ 'Fn::And': conditions });
const or = (...conditions: Json[]): Json => ({ 'Fn::Or': conditions });

const rule = (assertions: Readonly<Record<string, Json>>): Json => ({
  Assertions: Object.entries(assertions).map(([AssertDescription, Assert]) => ({ Assert, AssertDescription })),
});

/** What the construct checks of several props together: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html */
export const RULES: Json = {
  CompanionTag: rule({
    'CompanionTagSuffix and CompanionTagPrefix are both given; expected only one of them: empty the suffix to use a prefix':
      or(isEmpty('CompanionTagSuffix'), isEmpty('CompanionTagPrefix')),
    'CompanionTagSuffix and CompanionTagPrefix are both empty; expected one of them': or(
      not(isEmpty('CompanionTagSuffix')),
      not(isEmpty('CompanionTagPrefix')),
    ),
  }),
  AlarmTarget: rule({
    'AlarmEmail and AlarmTopicArn are both given; expected only one of them': or(
      isEmpty('AlarmEmail'),
      isEmpty('AlarmTopicArn'),
    ),
  }),
  Network: rule({
    'one of SubnetIds and SecurityGroupIds is empty; expected both or neither of them': or(
      and(isEmpty('SubnetIds'), isEmpty('SecurityGroupIds')),
      and(not(isEmpty('SubnetIds')), not(isEmpty('SecurityGroupIds'))),
    ),
  }),
};
