/**
 * The alarms of an `OciImageRemediation`. Each has a section of the same name in `docs/runbook.md`.
 */
export enum RemediationAlarm {
  /**
   * An OCI image was pushed: someone's build could push Docker format in the first place.
   */
  OCI_IMAGES_PUSHED = 'oci-images-pushed',

  /**
   * An image cannot be expressed in Docker format, so it has no companion, or a stale one.
   */
  REFUSED = 'refused',

  /**
   * Repairs fail again and again and are given back to the queue.
   */
  FAILED = 'failed',

  /**
   * A message was given up and is in the dead-letter queue.
   */
  DEAD_LETTERS = 'dead-letters',

  /**
   * A push waits for too long.
   */
  PUSH_AGE = 'push-age',

  /**
   * An audit, or a repair that it asked for, waits for too long.
   */
  AUDIT_AGE = 'audit-age',

  /**
   * The function failed as a whole.
   */
  FUNCTION_ERRORS = 'function-errors',

  /**
   * The account has no concurrency left for the function.
   */
  THROTTLES = 'throttles',

  /**
   * Companions come too long after their pushes.
   */
  TIME_TO_COMPANION = 'time-to-companion',

  /**
   * The event bus did not take an outcome.
   */
  OUTCOMES_NOT_PUBLISHED = 'outcomes-not-published',
}
