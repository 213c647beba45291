import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { EVENT_SOURCE } from '../core/contract';

/** An event of this service, before it is put. */
export interface OwnEvent {
  readonly detailType: string;
  readonly detail: object;
}

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
const MAX_ENTRIES = 10;

/**
 * Puts the events, in order.
 * @param eventBusName name or ARN
 * @throws Error if the bus did not take them all
 */
export async function putEvents(
  client: EventBridgeClient,
  eventBusName: string,
  events: readonly OwnEvent[],
): Promise<void> {
  for (let at = 0; at < events.length; at += MAX_ENTRIES) {
    const entries = events.slice(at, at + MAX_ENTRIES).map(({ detailType, detail }) => ({
      EventBusName: eventBusName,
      Source: EVENT_SOURCE,
      DetailType: detailType,
      Detail: JSON.stringify(detail),
    }));
    const answer = await client.send(new PutEventsCommand({ Entries: entries }));
    const failed = answer.Entries?.find((entry) => entry.ErrorCode);
    if (failed || answer.FailedEntryCount) {
      throw new Error(
        `the bus ${eventBusName} did not take ${answer.FailedEntryCount} events: ${failed?.ErrorCode} ${failed?.ErrorMessage}`,
      );
    }
  }
}
