import type { AuditSchedule } from './audit-schedule';

/**
 * How audits find and repair what push events missed.
 */
export interface AuditOptions {
  /**
   * When the repositories are audited.
   *
   * An audit requests the repair of every missing or stale companion, whether its push event was lost or the image is older
   * than this construct.
   *
   * @default AuditSchedule.daily()
   */
  readonly auditSchedule?: AuditSchedule;

  /**
   * How many batches of audits, and of the repairs that they request, are processed at the same time, from 2 to 1000.
   *
   * They have their own queue, so a backfill of any size doesn't delay a push.
   *
   * @default 2
   */
  readonly auditMaxConcurrency?: number;

  /**
   * The most `PutImage` calls per second that each of these batches makes.
   *
   * Multiplied by `auditMaxConcurrency`, this is the part of the account's `PutImage` quota that a backfill uses, in addition
   * to what pushes use.
   *
   * @default 0.5
   */
  readonly auditPutImagesPerSecond?: number;
}
