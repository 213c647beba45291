import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as sns from 'aws-cdk-lib/aws-sns';
import { RemediationAlarm } from '../remediation-alarm';
import { type AlarmDefinition, alarmDefinitions } from './alarm-definitions';
import type { ObservableRemediation } from './observable-remediation';
import type { Queues } from './queues';
import { runbookSentence } from './runbook';
import type { Settings } from './settings';

/** Every alarm that is not disabled. Its description says what happened, what to do, and where to read more. */
export function createAlarms(
  remediation: ObservableRemediation,
  queues: Queues,
  settings: Settings,
  recompressionHandler: lambda.IFunction | undefined,
): ReadonlyMap<RemediationAlarm, cloudwatch.Alarm> {
  const { alarmTopic } = settings;
  const definitions = alarmDefinitions(remediation, queues, settings, recompressionHandler);
  const enabled = Object.values(RemediationAlarm).filter((name) => !settings.disabledAlarms.includes(name));
  return new Map(
    enabled.flatMap((name) => {
      const definition = definitions[name];
      return definition ? [[name, createAlarm(remediation, name, definition, alarmTopic)]] : [];
    }),
  );
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
    // Periods in which nothing happened have no data.
    treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
  });
  if (topic) {
    alarm.addAlarmAction(new SnsAction(topic));
  }
  return alarm;
}
