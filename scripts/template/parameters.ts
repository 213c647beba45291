import { AUDIT_PARAMETERS } from './parameters/audits';
import { FUNCTION_PARAMETERS } from './parameters/functions';
import { IMAGE_PARAMETERS } from './parameters/images';
import { MONITORING_PARAMETERS } from './parameters/monitoring';
import type { Parameter, ParameterGroup } from './parameters/parameter';

export const PARAMETER_GROUPS: readonly ParameterGroup[] = [
  { label: 'Which images', parameters: IMAGE_PARAMETERS },
  { label: 'Audits and pace', parameters: AUDIT_PARAMETERS },
  { label: 'Alarms, dashboard and log', parameters: MONITORING_PARAMETERS },
  { label: 'Functions, network and permissions', parameters: FUNCTION_PARAMETERS },
];

export const PARAMETERS: Readonly<Record<string, Parameter>> = {
  ...IMAGE_PARAMETERS,
  ...AUDIT_PARAMETERS,
  ...MONITORING_PARAMETERS,
  ...FUNCTION_PARAMETERS,
};

export type ParameterName =
  | keyof typeof IMAGE_PARAMETERS
  | keyof typeof AUDIT_PARAMETERS
  | keyof typeof MONITORING_PARAMETERS
  | keyof typeof FUNCTION_PARAMETERS;
