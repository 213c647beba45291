import { isObject, show } from '../aws/json';

/** Which messages of a batch stay in the queue, and why. */
export type BatchOutcome =
  | { readonly kind: 'success' }
  | { readonly kind: 'partial'; readonly failed: ReadonlySet<string> }
  | { readonly kind: 'failure'; readonly reason: string };

/**
 * Reads what the function returned under `ReportBatchItemFailures`.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting-conditions
 */
export function readBatchResponse(response: unknown, messageIds: readonly string[]): BatchOutcome {
  if (response === undefined || response === null) return { kind: 'success' };
  if (!isObject(response)) return { kind: 'failure', reason: `the response is not an object: ${show(response)}` };
  const { batchItemFailures } = response;
  if (batchItemFailures === undefined || batchItemFailures === null) return { kind: 'success' };
  if (!Array.isArray(batchItemFailures))
    return { kind: 'failure', reason: `batchItemFailures is not a list: ${show(batchItemFailures)}` };
  const failed = new Set<string>();
  for (const item of batchItemFailures as readonly unknown[]) {
    const id = isObject(item) ? item.itemIdentifier : undefined;
    if (typeof id !== 'string' || !messageIds.includes(id))
      return { kind: 'failure', reason: `batchItemFailures names no message of the batch: ${show(item)}` };
    failed.add(id);
  }
  return failed.size === 0 ? { kind: 'success' } : { kind: 'partial', failed };
}
