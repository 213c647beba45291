import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { MonitoringOptions } from '../monitoring-options';
import { RemediationAlarm } from '../remediation-alarm';
import { type AlarmDefinition, alarmDefinitions } from './alarm-definitions';
import { checkAlarmThresholds } from './alarm-thresholds';
import type { ObservableRemediation } from './observable-remediation';
import { runbookSentence } from './runbook';

/**
 * The alarms that are not turned off. Each description says what happened, then what to do, then where to read on.
 *
 * @throws if a threshold is not above 0
 */
export function createAlarms(
  remediation: ObservableRemediation,
  options: MonitoringOptions,
): ReadonlyMap<RemediationAlarm, cloudwatch.Alarm> {
  const definitions = alarmDefinitions(remediation, checkAlarmThresholds(remediation, options));
  const wanted = Object.values(RemediationAlarm).filter((name) => !options.disabledAlarms?.includes(name));
  return new Map(wanted.map((name) => [name, createAlarm(remediation, name, definitions[name], options)]));
}

function createAlarm(
  remediation: ObservableRemediation,
  name: RemediationAlarm,
  { id, metric, threshold, periods = 1, of = periods, sentences }: AlarmDefinition,
  { alarmTopic }: MonitoringOptions,
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
  if (alarmTopic) {
    alarm.addAlarmAction(new SnsAction(alarmTopic));
  }
  return alarm;
}
