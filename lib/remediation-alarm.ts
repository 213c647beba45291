/**
 * The alarms of an `OciImageRemediation`. `docs/runbook.md` has a section for each, under the same name.
 */
export enum RemediationAlarm {
  /**
   * An OCI image was pushed. Its build could push Docker format instead.
   */
  OCI_IMAGES_PUSHED = 'oci-images-pushed',

  /**
   * An image was refused, so its companion is missing or stale.
   */
  REFUSED = 'refused',

  /**
   * A companion was put into a repository whose lifecycle policy may expire a source image for it.
   */
  LIFECYCLE_RISK = 'lifecycle-risk',

  /**
   * Many repairs fail and are retried.
   */
  FAILED = 'failed',

  /**
   * A message could not be processed and is in the dead-letter queue.
   */
  DEAD_LETTERS = 'dead-letters',

  /**
   * A push has waited too long.
   */
  PUSH_AGE = 'push-age',

  /**
   * An audit, a repair that it requested, or a replicated image has waited too long.
   */
  AUDIT_AGE = 'audit-age',

  /**
   * A recompression has waited too long. Only with `recompressLayers`.
   */
  RECOMPRESSION_AGE = 'recompression-age',

  /**
   * An invocation of the function that recompresses layers failed. Only with `recompressLayers`.
   */
  RECOMPRESSION_ERRORS = 'recompression-errors',

  /**
   * An invocation of the function failed.
   */
  FUNCTION_ERRORS = 'function-errors',

  /**
   * Lambda throttles the function, because the account has no concurrency left.
   */
  THROTTLES = 'throttles',

  /**
   * Companions take too long after their pushes.
   */
  TIME_TO_COMPANION = 'time-to-companion',

  /**
   * The event bus did not accept an outcome.
   */
  OUTCOMES_NOT_PUBLISHED = 'outcomes-not-published',
}
