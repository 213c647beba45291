import type { Duration } from 'aws-cdk-lib';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { RemediationAlarm } from './remediation-alarm';

/**
 * The alarms, their thresholds, and the dashboard.
 *
 * There are options for the thresholds that depend on the account. To change another alarm, disable it and create your own
 * from the `metricXxx()` methods.
 */
export interface MonitoringOptions {
  /**
   * The topic that every alarm notifies.
   *
   * The policies of the topic and of its KMS key must let `cloudwatch.amazonaws.com` publish.
   *
   * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
   * @default - no notifications
   */
  readonly alarmTopic?: sns.ITopic;

  /**
   * The alarms to leave out.
   *
   * For example `[RemediationAlarm.OCI_IMAGES_PUSHED]`, if you push OCI images on purpose and only care about failures.
   *
   * @default - every alarm is created
   */
  readonly disabledAlarms?: RemediationAlarm[];

  /**
   * How many repairs must fail in five minutes, in two of three such periods, before `RemediationAlarm.FAILED` goes off.
   *
   * Failed repairs are retried. Those that keep failing become dead letters, which have their own alarm. This alarm goes off
   * earlier, when many repairs fail.
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
   * How long an audit, or a repair that it requested, may wait before `RemediationAlarm.AUDIT_AGE` goes off.
   *
   * The first audit of a large registry takes a while: with the default rate, at most 86,400 repairs per day.
   *
   * @default Duration.days(1)
   */
  readonly alarmAuditAge?: Duration;

  /**
   * How long a recompression may wait before `RemediationAlarm.RECOMPRESSION_AGE` goes off.
   *
   * Five attempts of a recompression that keeps failing take up to two hours.
   *
   * @default Duration.hours(3)
   */
  readonly alarmRecompressionAge?: Duration;

  /**
   * How long a companion may take after its push before `RemediationAlarm.TIME_TO_COMPANION` goes off.
   *
   * The alarm compares this with the 99th percentile over 15 minutes.
   *
   * @default Duration.minutes(5)
   */
  readonly alarmTimeToCompanion?: Duration;

  /**
   * Whether to create a CloudWatch dashboard.
   *
   * @default true
   */
  readonly dashboard?: boolean;
}
