import type { CfnParameterProps } from 'aws-cdk-lib';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html */
export type Parameter = CfnParameterProps & {
  readonly type: 'String' | 'Number';
  readonly default: string | number;
  readonly description: string;
  /** What the console shows in place of the name. */
  readonly label: string;
};

export interface ParameterGroup {
  readonly label: string;
  readonly parameters: Readonly<Record<string, Parameter>>;
}

type Text = Pick<Parameter, 'label' | 'description'>;

export const choice = (given: Text & { readonly default: string; readonly among: readonly string[] }): Parameter => {
  const { among, ...others } = given;
  return { type: 'String', allowedValues: [...among], ...others };
};

export const flag = (given: Text & { readonly default: 'true' | 'false' }): Parameter =>
  choice({ ...given, among: ['true', 'false'] });

interface Pattern {
  /** Of one value, without anchors. */
  readonly pattern: string;
  /** What the pattern allows, as "expected ...". */
  readonly expected: string;
  readonly maxLength?: number;
}

export const text = ({ pattern, expected, ...others }: Text & Pattern & { readonly default: string }): Parameter => ({
  type: 'String',
  allowedPattern: `^(?:${pattern})$`,
  constraintDescription: `expected ${expected}`,
  ...others,
});

/** Empty is the same as not given: CloudFormation has no optional parameters. */
export const optionalText = (given: Text & Pattern & { readonly default?: string }): Parameter =>
  text({ default: '', ...given, pattern: `|${given.pattern}`, expected: `${given.expected}; or nothing` });

/** Of items without commas. */
export const listOf = (item: string, most: number): string => `${item}(?:,${item}){0,${most - 1}}`;
