import { PARAMETER_GROUPS } from './parameters';
import type { Parameter } from './parameters/parameter';

/** Of docs/cloudformation.md. */
export const parameterTable = (): string =>
  PARAMETER_GROUPS.map(
    ({ label, parameters }) =>
      `### ${label}\n\n| Parameter | Default | What it does |\n| --- | --- | --- |\n${Object.entries(parameters).map(row).join('\n')}`,
  ).join('\n\n');

const row = ([name, parameter]: [string, Parameter]): string =>
  `| \`${name}\` | ${parameter.default === '' ? 'empty' : `\`${parameter.default}\``} | ${inMarkdown(`${parameter.description} ${allowed(parameter)}`)} |`;

function allowed({ allowedValues, constraintDescription }: Parameter): string {
  if (constraintDescription) return constraintDescription.replace(/^e/, 'E').concat('.');
  return `Expected ${allowedValues?.join(' or ')}.`;
}

const inMarkdown = (text: string): string => text.replace(/[*_|<]/g, '\\$&').replace(/[\w.]+@[\w.]+\w/g, '`$&`');
