import { Duration } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';

/** An audit reads the manifest of every OCI image. Several in an hour would mostly repeat each other. */
const SHORTEST = Duration.hours(1);

/**
 * When the service looks for missing or stale companions.
 *
 * Amazon ECR delivers events on a best-effort basis. An audit finds the pushes whose events were lost.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-delivery-level.html
 */
export class AuditSchedule {
  /**
   * Once a day.
   */
  public static daily(): AuditSchedule {
    return AuditSchedule.rate(Duration.days(1));
  }

  /**
   * At a fixed interval, which EventBridge counts from the deployment.
   *
   * @param interval time from one audit to the next, at least one hour
   * @throws if the interval is shorter than an hour
   */
  public static rate(interval: Duration): AuditSchedule {
    if (!interval.isUnresolved() && interval.toMilliseconds() < SHORTEST.toMilliseconds()) {
      throw new Error(
        `audit interval is ${interval.toHumanString()}; expected at least ${SHORTEST.toHumanString()}, because pushes don't need an audit`,
      );
    }
    return new AuditSchedule(events.Schedule.rate(interval), interval);
  }

  /**
   * At fixed times, in UTC.
   *
   * @param options such as `{ hour: '3', minute: '30' }` for every day at 03:30
   */
  public static cron(options: events.CronOptions): AuditSchedule {
    return new AuditSchedule(events.Schedule.cron(options));
  }

  /**
   * No schedule. An event can still request an audit.
   */
  public static never(): AuditSchedule {
    return new AuditSchedule();
  }

  private constructor(
    /** @internal */
    public readonly _schedule?: events.Schedule,
    /**
     * The time from one audit to the next. Undefined if the times are fixed, or there are none.
     *
     * @internal
     */
    public readonly _interval?: Duration,
  ) {}
}
