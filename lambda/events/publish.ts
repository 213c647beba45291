import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { EVENT_SOURCE, OUTCOME_DETAIL_TYPE } from '../core/names';
import type { OutcomeDetail } from './outcome-event';

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
const MAX_ENTRIES = 10;

/**
 * Publishes one event for each outcome.
 * @throws Error if the bus did not take them all
 */
export async function publishOutcomes(
  client: EventBridgeClient,
  eventBusName: string,
  details: readonly OutcomeDetail[],
): Promise<void> {
  for (let at = 0; at < details.length; at += MAX_ENTRIES) {
    const entries = details.slice(at, at + MAX_ENTRIES).map((detail) => ({
      EventBusName: eventBusName,
      Source: EVENT_SOURCE,
      DetailType: OUTCOME_DETAIL_TYPE,
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
