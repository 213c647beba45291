import { Duration } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';

/** An audit reads the manifest of every OCI image; more often than hourly it would mostly meet its own last one. */
const SHORTEST = Duration.hours(1);

/**
 * When the service looks for companions that are missing or stale.
 *
 * Amazon ECR delivers events on a best-effort basis, and images that were pushed before the deployment sent none: only an
 * audit finds those.
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
   * Again and again. EventBridge counts from the deployment.
   *
   * @param interval time from one audit to the next; whole hours or days are exact, one hour at least
   * @throws if the interval is shorter than an hour
   */
  public static rate(interval: Duration): AuditSchedule {
    if (!interval.isUnresolved() && interval.toMilliseconds() < SHORTEST.toMilliseconds()) {
      throw new Error(
        `audit interval is ${interval.toHumanString()}; expected at least ${SHORTEST.toHumanString()}: pushes are worked on as they come, without an audit`,
      );
    }
    return new AuditSchedule(events.Schedule.rate(interval));
  }

  /**
   * At times of the clock, in UTC.
   *
   * @param options such as `{ hour: '3', minute: '30' }`, for every day at 03:30
   */
  public static cron(options: events.CronOptions): AuditSchedule {
    return new AuditSchedule(events.Schedule.cron(options));
  }

  /**
   * Never by itself. An audit can still be asked for by an event.
   */
  public static never(): AuditSchedule {
    return new AuditSchedule();
  }

  private constructor(
    /** @internal */
    public readonly _schedule?: events.Schedule,
  ) {}
}
