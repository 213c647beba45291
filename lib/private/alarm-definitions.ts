import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { RemediationAlarm } from '../remediation-alarm';
import type { ObservableRemediation } from './observable-remediation';
import type { Queues } from './queues';
import type { Settings } from './settings';

/** An alarm goes off when the metric reaches the threshold in `periods` of the last `of` periods. */
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

/** What nobody repeats by itself is news when it happens once; what the queue tries again is news when it goes on. */
export function alarmDefinitions(
  remediation: ObservableRemediation,
  queues: Queues,
  settings: Settings,
): Readonly<Record<RemediationAlarm, AlarmDefinition>> {
  const { handler } = remediation;
  return {
    [RemediationAlarm.OCI_IMAGES_PUSHED]: {
      id: 'OciImagesPushedAlarm',
      metric: remediation.metricOciImagesPushed(),
      threshold: 1,
      sentences: [
        'An OCI image was pushed to Amazon ECR.',
        'Deploy its companion tag to SageMaker and AWS Lambda.',
        'To push Docker format in the first place, build with oci-mediatypes=false and without provenance and SBOM attestations.',
      ],
    },
    [RemediationAlarm.REFUSED]: {
      id: 'RefusedAlarm',
      metric: remediation.metricRefused(),
      threshold: 1,
      sentences: [
        'An image cannot be expressed in Docker format, so it has no companion tag, or a stale one.',
        'Look for "refused" in the log of the function: it has the image, the reason and the place in the manifest.',
      ],
    },
    // A batch of ten that is throttled once stays below, and so does one message in all its five attempts.
    [RemediationAlarm.FAILED]: {
      id: 'FailedAlarm',
      metric: remediation.metricFailed(),
      threshold: settings.alarmFailedThreshold,
      periods: 2,
      of: 3,
      sentences: [
        'Many repairs fail and are given back to the queue; those that fail five times become dead letters.',
        'Look for "ERROR" in the log of the function: most likely ECR throttles or denies access.',
      ],
    },
    [RemediationAlarm.DEAD_LETTERS]: {
      id: 'DeadLettersAlarm',
      metric: queues.deadLetters.metricApproximateNumberOfMessagesVisible(),
      threshold: 1,
      sentences: [
        'A message could not be worked on and is in the dead-letter queue.',
        'Read it and the log of the function, remove the cause, then start a redrive of the dead-letter queue.',
      ],
    },
    // Longer than five attempts take, so that one message that keeps failing is a dead letter before.
    [RemediationAlarm.PUSH_AGE]: {
      id: 'PushAgeAlarm',
      metric: queues.pushes.metricApproximateAgeOfOldestMessage(),
      threshold: settings.alarmPushAge.toSeconds(),
      sentences: [
        'A push waits for its companion for too long.',
        'See on the dashboard whether pushes fail, or more of them come than PutImage calls are allowed for.',
      ],
    },
    [RemediationAlarm.AUDIT_AGE]: {
      id: 'AuditAgeAlarm',
      metric: queues.audits.metricApproximateAgeOfOldestMessage(),
      threshold: settings.alarmAuditAge.toSeconds(),
      sentences: [
        'An audit, or a repair that it asked for, waits for too long: the next audit will ask for the same again.',
        'After the first audit of a large registry this passes; otherwise raise auditPutImagesPerSecond or audit less often.',
      ],
    },
    // The function catches what can happen to one message, so an error is always one of the code, the time or the memory.
    [RemediationAlarm.FUNCTION_ERRORS]: {
      id: 'FunctionErrorsAlarm',
      metric: handler.metricErrors(),
      threshold: 1,
      sentences: [
        'The function failed as a whole; its messages are tried again and end in the dead-letter queue after five attempts.',
        'The log of the function has the error: most likely a time-out or a wrong environment variable.',
      ],
    },
    // Lambda tries again by itself; a quarter of an hour of it means that the account's concurrency is used up.
    [RemediationAlarm.THROTTLES]: {
      id: 'ThrottlesAlarm',
      metric: handler.metricThrottles(),
      threshold: 1,
      periods: 3,
      sentences: [
        'Lambda throttles the function, because other functions use up the concurrency of the account.',
        'Look at ConcurrentExecutions of the account; nothing is lost, but companions come late.',
      ],
    },
    // Two redeliveries fit in. So few pushes come in most periods that this percentile is their maximum.
    [RemediationAlarm.TIME_TO_COMPANION]: {
      id: 'TimeToCompanionAlarm',
      metric: remediation.metricTimeToCompanion({ statistic: cloudwatch.Stats.p(99), period: Duration.minutes(15) }),
      threshold: settings.alarmTimeToCompanion.toMilliseconds(),
      sentences: [
        'Companions come too long after their pushes: a deployment that waits for one may give up.',
        'See on the dashboard whether pushes queue up, fail, or are throttled.',
      ],
    },
    [RemediationAlarm.OUTCOMES_NOT_PUBLISHED]: {
      id: 'OutcomesNotPublishedAlarm',
      metric: remediation.metricOutcomesNotPublished(),
      threshold: 1,
      sentences: [
        'The event bus did not take an outcome: the companion is right, but whoever waits for the event was not told.',
        'Look for "outcomes not published" in the log of the function: it has the outcome and the error.',
      ],
    },
  };
}
