import type { AuditSchedule } from './audit-schedule';

/**
 * How the images are worked on that no push event tells of.
 */
export interface AuditOptions {
  /**
   * When the repositories are audited.
   *
   * An audit asks for the repair of every companion that is missing or stale, whether the event of its push was lost or the
   * image is older than this construct.
   *
   * @default AuditSchedule.daily()
   */
  readonly auditSchedule?: AuditSchedule;

  /**
   * How many batches of audits and of the repairs that they ask for are worked on at the same time, from 2 to 1000.
   *
   * They have a queue of their own, so that a backfill of any size does not delay a push.
   *
   * @default 2
   */
  readonly auditMaxConcurrency?: number;

  /**
   * How many `PutImage` calls each of these makes in a second, at the most.
   *
   * Times `auditMaxConcurrency`, this is how much a backfill takes of the account's `PutImage` quota, besides the share of
   * the pushes.
   *
   * @default 0.5
   */
  readonly auditPutImagesPerSecond?: number;
}
