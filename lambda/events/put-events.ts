import { type EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { EVENT_SOURCE } from '../core/contract';

/** An event of this service, before it is put. */
export interface OwnEvent {
  readonly detailType: string;
  readonly detail: object;
}

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
const MAX_ENTRIES = 10;

/**
 * Puts the events, in order. Entries that the bus does not take are put once more: EventBridge answers a passing fault of its own for each
 * entry, beside the answer, where the SDK does not retry it.
 * @param eventBusName name or ARN
 * @throws Error if the bus did not take them all
 */
export async function putEvents(
  client: EventBridgeClient,
  eventBusName: string,
  events: readonly OwnEvent[],
  signal?: AbortSignal,
): Promise<void> {
  for (let at = 0; at < events.length; at += MAX_ENTRIES) {
    const entries = events.slice(at, at + MAX_ENTRIES).map(({ detailType, detail }) => ({
      EventBusName: eventBusName,
      Source: EVENT_SOURCE,
      DetailType: detailType,
      Detail: JSON.stringify(detail),
    }));
    const failed = await putSome(client, entries, signal);
    const failedAgain = failed.entries.length > 0 ? await putSome(client, failed.entries, signal) : failed;
    if (failedAgain.entries.length > 0)
      throw new Error(`the bus ${eventBusName} did not take ${failedAgain.entries.length} events: ${failedAgain.why}`);
  }
}

/** @returns the entries that the bus did not take, and what it says of the first */
async function putSome(
  client: EventBridgeClient,
  entries: PutEventsRequestEntry[],
  signal?: AbortSignal,
): Promise<{ readonly entries: PutEventsRequestEntry[]; readonly why: string }> {
  const answer = await client.send(new PutEventsCommand({ Entries: entries }), signal ? { abortSignal: signal } : {});
  const results = answer.Entries ?? [];
  const failed = entries.filter((_, at) => results[at]?.ErrorCode);
  const first = results.find(({ ErrorCode }) => ErrorCode);
  if (failed.length > 0) return { entries: failed, why: `${first?.ErrorCode} ${first?.ErrorMessage}` };
  // A count without entries does not say which ones failed; what comes twice does no harm.
  return answer.FailedEntryCount ? { entries, why: `${answer.FailedEntryCount} failed` } : { entries: [], why: '' };
}
