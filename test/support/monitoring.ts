import {
  asBoolean,
  asList,
  asNumber,
  asObject,
  asString,
  asStrings,
  type JsonObject,
  optional,
} from '../../local/aws/json';
import type { Resource } from '../../local/cloudformation/resources';

export interface LogGroupView {
  readonly logicalId: string;
  readonly name: string;
  /** Nothing: kept for ever. */
  readonly retentionDays?: number;
}

export interface AlarmView {
  readonly logicalId: string;
  readonly name: string;
  readonly description?: string;
  /** Absent when the alarm is on a metric expression. */
  readonly metric?: {
    readonly namespace: string;
    readonly name: string;
    readonly dimensions: Readonly<Record<string, string>>;
  };
  /** The resolved `Metrics` of an alarm on a metric expression. */
  readonly expression?: readonly JsonObject[];
  readonly statistic?: string;
  readonly periodSeconds?: number;
  readonly threshold?: number;
  readonly comparison: string;
  readonly evaluationPeriods: number;
  readonly treatMissingData: string;
  readonly actions: readonly string[];
  readonly actionsEnabled: boolean;
}

export function readLogGroups(resources: readonly Resource[]): readonly LogGroupView[] {
  return resources
    .filter(({ type }) => type === 'AWS::Logs::LogGroup')
    .map((group) => {
      const retentionDays = optional(group.get('RetentionInDays'), `${group.path}.RetentionInDays`, asNumber);
      return {
        logicalId: group.logicalId,
        name: group.identity.ref,
        ...(retentionDays === undefined ? {} : { retentionDays }),
      };
    });
}

export function readAlarms(resources: readonly Resource[]): readonly AlarmView[] {
  return resources.filter(({ type }) => type === 'AWS::CloudWatch::Alarm').map(readAlarm);
}

function readAlarm(alarm: Resource): AlarmView {
  const text = (property: string) => optional(alarm.get(property), `${alarm.path}.${property}`, asString);
  const number = (property: string) => optional(alarm.get(property), `${alarm.path}.${property}`, asNumber);
  const name = text('MetricName');
  const metrics = alarm.get('Metrics');
  const description = text('AlarmDescription');
  const statistic = text('Statistic') ?? text('ExtendedStatistic');
  const periodSeconds = number('Period');
  const threshold = number('Threshold');
  return {
    logicalId: alarm.logicalId,
    name: alarm.identity.ref,
    ...(description === undefined ? {} : { description }),
    ...(name === undefined
      ? {}
      : { metric: { namespace: asString(text('Namespace'), alarm.path), name, dimensions: dimensionsOf(alarm) } }),
    ...(metrics === undefined
      ? {}
      : { expression: asList(metrics, alarm.path).map((entry) => asObject(entry, `${alarm.path}.Metrics`)) }),
    ...(statistic === undefined ? {} : { statistic }),
    ...(periodSeconds === undefined ? {} : { periodSeconds }),
    ...(threshold === undefined ? {} : { threshold }),
    comparison: asString(text('ComparisonOperator'), `${alarm.path}.ComparisonOperator`),
    evaluationPeriods: asNumber(number('EvaluationPeriods'), `${alarm.path}.EvaluationPeriods`),
    treatMissingData: text('TreatMissingData') ?? 'missing',
    actions: asStrings(alarm.get('AlarmActions') ?? [], `${alarm.path}.AlarmActions`),
    actionsEnabled: optional(alarm.get('ActionsEnabled'), `${alarm.path}.ActionsEnabled`, asBoolean) ?? true,
  };
}

function dimensionsOf(alarm: Resource): Readonly<Record<string, string>> {
  const dimensions = asList(alarm.get('Dimensions') ?? [], `${alarm.path}.Dimensions`);
  return Object.fromEntries(
    dimensions.map((item, index) => {
      const at = `${alarm.path}.Dimensions[${index}]`;
      const dimension = asObject(item, at);
      return [asString(dimension.Name, `${at}.Name`), asString(dimension.Value, `${at}.Value`)];
    }),
  );
}
