import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

/** What each alarm looks at; one that is left out gets no alarm. */
export interface AlarmMetrics {
  readonly ociImagesPushed?: cloudwatch.IMetric;
  readonly refused: cloudwatch.IMetric;
  readonly deadLetters: cloudwatch.IMetric;
  readonly functionErrors: cloudwatch.IMetric;
}

export interface Alarms {
  readonly ociImagesPushed?: cloudwatch.Alarm;
  readonly refused: cloudwatch.Alarm;
  readonly deadLetters: cloudwatch.Alarm;
  readonly functionErrors: cloudwatch.Alarm;
}

/** Alarms that go off at the first occurrence in a period. Each description says what happened, then what to do. */
export function createAlarms(scope: Construct, metrics: AlarmMetrics, topic?: sns.ITopic): Alarms {
  const create = (id: string, metric: cloudwatch.IMetric, ...sentences: string[]): cloudwatch.Alarm => {
    const alarm = new cloudwatch.Alarm(scope, id, {
      metric,
      alarmDescription: sentences.join(' '),
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      // There is data only for periods in which something was pushed.
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    });
    if (topic) {
      alarm.addAlarmAction(new SnsAction(topic));
    }
    return alarm;
  };
  return {
    ...(metrics.ociImagesPushed && {
      ociImagesPushed: create(
        'OciImagesPushedAlarm',
        metrics.ociImagesPushed,
        'An OCI image was pushed to Amazon ECR.',
        'Deploy its companion tag to SageMaker and AWS Lambda.',
        'To push Docker format in the first place, build with oci-mediatypes=false and without provenance and SBOM attestations.',
      ),
    }),
    refused: create(
      'RefusedAlarm',
      metrics.refused,
      'A pushed image cannot be expressed in Docker format, so it has no companion tag, or a stale one.',
      'Look for "refused" in the log of the function: it has the image, the reason and the place in the manifest.',
    ),
    deadLetters: create(
      'DeadLettersAlarm',
      metrics.deadLetters,
      'A push could not be worked on and is in the dead-letter queue.',
      'Read the message and the log of the function, remove the cause, then start a redrive of the dead-letter queue.',
    ),
    functionErrors: create(
      'FunctionErrorsAlarm',
      metrics.functionErrors,
      'The function failed as a whole; its pushes are retried and end in the dead-letter queue after five attempts.',
      'The log of the function has the error: most likely a missing permission or a wrong environment variable.',
    ),
  };
}
