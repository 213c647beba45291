interface PagedWork {
  readonly nextToken?: string;
  readonly isBackfill: boolean;
  readonly restarts: number;
}

/** An audit that can't reach its next page in time will not reach it for ever. */
const MAX_RESTARTS = 3;

/** Whether ECR no longer knows where the page begins: then the audit begins again, at most three times. */
export const isExpiredToken = (error: unknown, { nextToken, restarts }: PagedWork): boolean =>
  nextToken !== undefined &&
  restarts < MAX_RESTARTS &&
  error instanceof Error &&
  error.name === 'InvalidParameterException';

/** The detail of the request that begins the audit again. */
export const restarted = ({ isBackfill, restarts }: PagedWork) => ({
  restarts: restarts + 1,
  ...(isBackfill ? { backfill: true } : {}),
});
