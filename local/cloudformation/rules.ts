import { asList, asObject, asString, type JsonObject, optional } from '../aws/json';
import { unsupported } from '../aws/unsupported';
import { arnOf, type Resource } from './resources';

export interface RuleView {
  readonly logicalId: string;
  readonly arn: string;
  readonly busName: string;
  readonly enabled: boolean;
  readonly pattern?: JsonObject;
  /** `rate(…)` or `cron(…)`, as written. */
  readonly schedule?: string;
  readonly targets: readonly TargetView[];
}

export interface TargetView {
  readonly id: string;
  readonly arn: string;
  /** A constant that is sent instead of the event. */
  readonly input?: string;
  readonly deadLetterArn?: string;
}

/** They change what a target is sent. */
const REFUSED = ['InputPath', 'InputTransformer', 'SqsParameters'] as const;

export function readRules(resources: readonly Resource[]): readonly RuleView[] {
  return resources.filter(({ type }) => type === 'AWS::Events::Rule').map(readRule);
}

function readRule(rule: Resource): RuleView {
  const pattern = optional(rule.get('EventPattern'), `${rule.path}.EventPattern`, asObject);
  const schedule = optional(rule.get('ScheduleExpression'), `${rule.path}.ScheduleExpression`, asString);
  const bus = optional(rule.get('EventBusName'), `${rule.path}.EventBusName`, asString) ?? 'default';
  const state = optional(rule.get('State'), `${rule.path}.State`, asString) ?? 'ENABLED';
  const targets = asList(rule.get('Targets') ?? [], `${rule.path}.Targets`);
  return {
    logicalId: rule.logicalId,
    arn: arnOf(rule),
    busName: busName(bus),
    enabled: state !== 'DISABLED',
    pattern,
    schedule,
    targets: targets.map((target, index) => readTarget(asObject(target, rule.path), `${rule.path}.Targets[${index}]`)),
  };
}

function readTarget(target: JsonObject, path: string): TargetView {
  for (const property of REFUSED) if (property in target) throw unsupported(`${path}.${property}`);
  const input = optional(target.Input, `${path}.Input`, asString);
  const deadLetter = asObject(target.DeadLetterConfig ?? {}, `${path}.DeadLetterConfig`);
  const deadLetterArn = optional(deadLetter.Arn, `${path}.DeadLetterConfig.Arn`, asString);
  return {
    id: asString(target.Id, `${path}.Id`),
    arn: asString(target.Arn, `${path}.Arn`),
    input,
    deadLetterArn,
  };
}

/** AWS takes the ARN of a bus wherever it takes its name. */
export function busName(nameOrArn: string): string {
  return nameOrArn.replace(/^arn:[^:]*:events:.*:event-bus\//, '');
}
