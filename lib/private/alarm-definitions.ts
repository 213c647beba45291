import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { RemediationAlarm } from '../remediation-alarm';
import type { ObservableRemediation } from './observable-remediation';
import type { Queues } from './queues';
import type { Settings } from './settings';

/** An alarm goes off if the metric reaches the threshold in `periods` of the last `of` periods. */
export interface AlarmDefinition {
  readonly id: string;
  readonly metric: cloudwatch.IMetric;
  readonly threshold: number;
  /** @default 1 */
  readonly periods?: number;
  /** @default the same as periods */
  readonly of?: number;
  /** What happened, then what to do. */
  readonly sentences: readonly string[];
}

/** Failures that are not retried alarm at once; retried ones only if they persist. */
export function alarmDefinitions(
  remediation: ObservableRemediation,
  queues: Queues,
  settings: Settings,
  recompressionHandler?: lambda.IFunction,
): Readonly<Partial<Record<RemediationAlarm, AlarmDefinition>>> {
  const { handler } = remediation;
  return {
    ...(recompressionHandler && queues.layers
      ? recompressionAlarms(queues.layers, recompressionHandler, settings)
      : {}),
    [RemediationAlarm.OCI_IMAGES_PUSHED]: {
      id: 'OciImagesPushedAlarm',
      metric: remediation.metricOciImagesPushed(),
      threshold: 1,
      sentences: [
        'An OCI image was pushed to Amazon ECR.',
        'Deploy its companion tag to SageMaker and AWS Lambda.',
        'To push Docker format instead, build with oci-mediatypes=false and without provenance and SBOM attestations.',
      ],
    },
    [RemediationAlarm.REFUSED]: {
      id: 'RefusedAlarm',
      metric: remediation.metricRefused(),
      threshold: 1,
      sentences: [
        'An image was refused, so its companion tag is missing or stale. Refusals are not retried.',
        'Find "refused" in the function log: the line has the image, the reason, and the place in the manifest. Fix the cause, then push again or request a repair.',
      ],
    },
    [RemediationAlarm.LIFECYCLE_RISK]: {
      id: 'LifecycleRiskAlarm',
      // A repository at risk gets many pushes a day, and all of them ask for one change.
      metric: remediation.metricLifecycleRisk({ period: Duration.days(1) }),
      threshold: 1,
      sentences: [
        'A companion tag was put into a repository whose lifecycle policy counts it, so the policy may expire a source image for it.',
        'Find "lifecycleRisk" in the function log: the line has the repository. Run "ecr-oci lifecycle REPOSITORY", which prints a policy that keeps both, and set that policy.',
      ],
    },
    // One throttled batch of ten stays below this, and so does one message in all its five attempts.
    [RemediationAlarm.FAILED]: {
      id: 'FailedAlarm',
      metric: remediation.metricFailed(),
      threshold: settings.alarmFailedThreshold,
      periods: 2,
      of: 3,
      sentences: [
        'Many repairs fail and are retried; those that fail five times become dead letters.',
        'Find "ERROR" in the function log. The likely cause is that ECR throttles or denies access.',
      ],
    },
    [RemediationAlarm.DEAD_LETTERS]: {
      id: 'DeadLettersAlarm',
      metric: queues.deadLetters.metricApproximateNumberOfMessagesVisible(),
      threshold: 1,
      sentences: [
        'A message could not be processed and is in the dead-letter queue.',
        'Read the message and the function log, fix the cause, then redrive the dead-letter queue.',
      ],
    },
    // Longer than five attempts take: a single message that keeps failing becomes a dead letter first.
    [RemediationAlarm.PUSH_AGE]: {
      id: 'PushAgeAlarm',
      metric: queues.pushes.metricApproximateAgeOfOldestMessage(),
      threshold: settings.alarmPushAge.toSeconds(),
      sentences: [
        'A push has waited too long for its companion tag.',
        'Check the dashboard: pushes fail, or more arrive than the PutImage rate of this service allows. If neither, check whether the event source mapping is enabled.',
      ],
    },
    [RemediationAlarm.AUDIT_AGE]: {
      id: 'AuditAgeAlarm',
      metric: queues.audits.metricApproximateAgeOfOldestMessage(),
      threshold: settings.alarmAuditAge.toSeconds(),
      sentences: [
        'An audit, or a repair that it requested, has waited too long, so the next audit may request the same again.',
        'If this is the first audit of a large registry, wait. Otherwise raise auditPutImagesPerSecond or audit less often.',
      ],
    },
    // The function catches whatever fails for one message, so an error is always due to code, time or memory.
    [RemediationAlarm.FUNCTION_ERRORS]: {
      id: 'FunctionErrorsAlarm',
      metric: handler.metricErrors(),
      threshold: 1,
      sentences: [
        'An invocation of the function failed. Its messages are retried, and become dead letters after five attempts.',
        'Find the error in the function log. The likely cause is a timeout or a wrong environment variable.',
      ],
    },
    // Lambda retries by itself. Throttling for 15 minutes means that the account's concurrency is used up.
    [RemediationAlarm.THROTTLES]: {
      id: 'ThrottlesAlarm',
      metric: handler.metricThrottles(),
      threshold: 1,
      periods: 3,
      sentences: [
        'Lambda throttles the function, because the account has no concurrency left. Companions are late.',
        'Compare ConcurrentExecutions of the account with its limit. Raise the limit, or find the functions that use it up.',
      ],
    },
    // Leaves time for two redeliveries. Most periods have so few pushes that this percentile is their maximum.
    [RemediationAlarm.TIME_TO_COMPANION]: {
      id: 'TimeToCompanionAlarm',
      metric: remediation.metricTimeToCompanion({ statistic: cloudwatch.Stats.p(99), period: Duration.minutes(15) }),
      threshold: settings.alarmTimeToCompanion.toMilliseconds(),
      sentences: [
        'Companions take too long after their pushes. A deployment that waits for one may give up.',
        'Check the dashboard: pushes queue up, fail, or are throttled.',
      ],
    },
    [RemediationAlarm.OUTCOMES_NOT_PUBLISHED]: {
      id: 'OutcomesNotPublishedAlarm',
      metric: remediation.metricOutcomesNotPublished(),
      threshold: 1,
      sentences: [
        'The event bus did not accept an outcome. The repair is done, but subscribers got no event.',
        'Find "outcomes not published" in the function log: the line has the outcome and the error.',
      ],
    },
  };
}

const recompressionAlarms = (
  layers: sqs.IQueue,
  handler: lambda.IFunction,
  { alarmRecompressionAge }: Settings,
): Readonly<Partial<Record<RemediationAlarm, AlarmDefinition>>> => ({
  // Longer than five attempts take, as for pushes.
  [RemediationAlarm.RECOMPRESSION_AGE]: {
    id: 'RecompressionAgeAlarm',
    metric: layers.metricApproximateAgeOfOldestMessage(),
    threshold: alarmRecompressionAge.toSeconds(),
    sentences: [
      'A recompression has waited too long. Pushes of other images are not delayed.',
      'Check the dashboard: recompressions fail, or more are requested than two at a time can do.',
    ],
  },
  // What fails for one image is caught, so an error is due to code, time or memory.
  [RemediationAlarm.RECOMPRESSION_ERRORS]: {
    id: 'RecompressionErrorsAlarm',
    metric: handler.metricErrors(),
    threshold: 1,
    sentences: [
      'An invocation of the function that recompresses layers failed. Its image is tried again, and becomes a dead letter after five attempts.',
      'Find the error in the function log. The likely cause is that the function ran out of memory.',
    ],
  },
});
