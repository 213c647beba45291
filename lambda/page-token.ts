import type { AuditWork } from './events/work';

/** An audit that can't reach its next page in time will not reach it for ever. */
const MAX_RESTARTS = 3;

/** Whether ECR no longer knows where the page begins: then the audit begins again, at most three times. */
export const isExpiredToken = (error: unknown, { nextToken, restarts }: AuditWork): boolean =>
  nextToken !== undefined &&
  restarts < MAX_RESTARTS &&
  error instanceof Error &&
  error.name === 'InvalidParameterException';

/** The detail of a request for more of the same audit. */
export const continued = ({ isBackfill, isDespiteLifecycle }: AuditWork) => ({
  ...(isBackfill ? { backfill: true } : {}),
  ...(isDespiteLifecycle ? { despiteLifecycle: true } : {}),
});

/** The detail of the request that begins the audit again. */
export const restarted = (work: AuditWork) => ({ ...continued(work), restarts: work.restarts + 1 });
