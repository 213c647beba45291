import type { Duration } from 'aws-cdk-lib';
import type { AuditSchedule } from './audit-schedule';

/**
 * How audits find and repair what push events missed.
 */
export interface AuditOptions {
  /**
   * When the repositories are audited.
   *
   * An audit requests the repair of every stale companion, and of the missing companions of images that were pushed within
   * `auditWindow`. So it finds the pushes whose events were lost.
   *
   * @default AuditSchedule.daily()
   */
  readonly auditSchedule?: AuditSchedule;

  /**
   * How long ago an image may have been pushed to get a new companion from an audit, in whole days.
   *
   * Older images get their companions only from a backfill, because ECR lifecycle policies count companions as images: a rule
   * that keeps ten images expires ten older ones for ten new companions.
   *
   * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html
   * @default Duration.days(7)
   */
  readonly auditWindow?: Duration;

  /**
   * Whether every scheduled audit is a backfill, which gives companions to images of any age.
   *
   * @default false
   */
  readonly alwaysBackfill?: boolean;

  /**
   * How many batches of audits, of the repairs that they request, and of replicated images are processed at the same time,
   * from 2 to 1000.
   *
   * They have their own queue, so a backfill of any size doesn't delay a push.
   *
   * @default 2
   */
  readonly auditMaxConcurrency?: number;

  /**
   * The most `PutImage` calls per second that each of these batches makes. The calls for five images, each with a companion for
   * every platform, must end within 40 seconds.
   *
   * Multiplied by `auditMaxConcurrency`, this is the part of the account's `PutImage` quota that a backfill uses, in addition
   * to what pushes use.
   *
   * @default 0.5
   */
  readonly auditPutImagesPerSecond?: number;
}
