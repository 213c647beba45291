import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type * as sns from 'aws-cdk-lib/aws-sns';
import { RemediationAlarm } from '../remediation-alarm';
import { type AlarmDefinition, alarmDefinitions } from './alarm-definitions';
import type { ObservableRemediation } from './observable-remediation';
import type { Queues } from './queues';
import { runbookSentence } from './runbook';
import type { Settings } from './settings';

/** The alarms that are not turned off. Each description says what happened, then what to do, then where to read on. */
export function createAlarms(
  remediation: ObservableRemediation,
  queues: Queues,
  settings: Settings,
  topic?: sns.ITopic,
): ReadonlyMap<RemediationAlarm, cloudwatch.Alarm> {
  const definitions = alarmDefinitions(remediation, queues, settings);
  const enabled = Object.values(RemediationAlarm).filter((name) => !settings.disabledAlarms.includes(name));
  return new Map(enabled.map((name) => [name, createAlarm(remediation, name, definitions[name], topic)]));
}

function createAlarm(
  remediation: ObservableRemediation,
  name: RemediationAlarm,
  { id, metric, threshold, periods = 1, of = periods, sentences }: AlarmDefinition,
  topic?: sns.ITopic,
): cloudwatch.Alarm {
  const alarm = new cloudwatch.Alarm(remediation, id, {
    metric,
    alarmDescription: [...sentences, runbookSentence(name)].join(' '),
    threshold,
    datapointsToAlarm: periods,
    evaluationPeriods: of,
    comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    // There is data only for periods in which something happened.
    treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
  });
  if (topic) {
    alarm.addAlarmAction(new SnsAction(topic));
  }
  return alarm;
}
