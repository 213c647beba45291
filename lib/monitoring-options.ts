import type { Duration } from 'aws-cdk-lib';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { RemediationAlarm } from './remediation-alarm';

/**
 * What operators see, and when they are called.
 *
 * Only those alarms have a threshold here whose right value differs from account to account. Any other alarm is made from
 * the `metricXxx()` methods, with the built-in one turned off.
 */
export interface MonitoringOptions {
  /**
   * The topic that every alarm notifies.
   *
   * The policy of the topic, and that of its KMS key, must let `cloudwatch.amazonaws.com` publish.
   *
   * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
   * @default - the alarms exist and notify nobody
   */
  readonly alarmTopic?: sns.ITopic;

  /**
   * The alarms that are not wanted.
   *
   * For example `[RemediationAlarm.OCI_IMAGES_PUSHED]` where OCI images are the normal case and only failures are news.
   *
   * @default - every alarm exists
   */
  readonly disabledAlarms?: RemediationAlarm[];

  /**
   * How many repairs must fail in five minutes, twice within a quarter of an hour, for `RemediationAlarm.FAILED`.
   *
   * A failed repair is tried again by itself, and one that fails for good is a dead letter, which has its own alarm. This
   * alarm tells earlier that something is wrong with many of them.
   *
   * @default 10
   */
  readonly alarmFailedThreshold?: number;

  /**
   * How long a push may wait before `RemediationAlarm.PUSH_AGE` goes off.
   *
   * @default Duration.minutes(15)
   */
  readonly alarmPushAge?: Duration;

  /**
   * How long an audit, or a repair that it asked for, may wait before `RemediationAlarm.AUDIT_AGE` goes off.
   *
   * The first audit of a large registry takes long by design: 86,400 repairs a day with the default rate.
   *
   * @default Duration.days(1)
   */
  readonly alarmAuditAge?: Duration;

  /**
   * How long after its push a companion may come before `RemediationAlarm.TIME_TO_COMPANION` goes off.
   *
   * It is compared with the 99th percentile over 15 minutes.
   *
   * @default Duration.minutes(5)
   */
  readonly alarmTimeToCompanion?: Duration;

  /**
   * Whether there is a CloudWatch dashboard.
   *
   * @default true
   */
  readonly dashboard?: boolean;
}
