import type { EventBridgeEvent } from '../../../local/ecr';
import { randomOf, wholeNumber } from './random';

/** What goes wrong with events on their way to a queue: those of ECR, and requests of recompressions. */
export const EVENT_FAULTS = ['duplicate', 'reorder', 'lose'] as const;
export type EventFault = (typeof EVENT_FAULTS)[number];

/** Of 1,000 events, how many each fault meets. */
const RATES: Readonly<Record<EventFault, number>> = { duplicate: 50, reorder: 60, lose: 30 };

interface Held {
  readonly event: EventBridgeEvent;
  /** The number of events after which it is let go. */
  readonly until: number;
}

/**
 * Delivers events late, twice and out of order. A lost one is delivered much later, as EventBridge does that tries again for 24 hours
 * (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html): what never arrives, only an audit can find.
 */
export class EventFaults {
  readonly counts = new Map<EventFault, number>();
  enabled = true;
  readonly #seed: number;
  readonly #kinds: ReadonlySet<EventFault>;
  readonly #seen = new Map<string, number>();
  #held: Held[] = [];
  #events = 0;

  constructor(seed: number, kinds: ReadonlySet<EventFault>) {
    this.#seed = seed;
    this.#kinds = kinds;
  }

  /** @returns what arrives now */
  deliver(event: EventBridgeEvent): readonly EventBridgeEvent[] {
    if (!this.enabled || !isPlayedWith(event)) return [event];
    this.#events += 1;
    const arriving = [...this.#play(event), ...this.#held.filter(({ until }) => until <= this.#events).map(eventOf)];
    this.#held = this.#held.filter(({ until }) => until > this.#events);
    return arriving;
  }

  /** @returns what is still held back */
  release(): readonly EventBridgeEvent[] {
    const released = this.#held.map(eventOf);
    this.#held = [];
    return released;
  }

  #play(event: EventBridgeEvent): readonly EventBridgeEvent[] {
    const { 'repository-name': repository, 'image-tag': tag, 'action-type': action } = event.detail;
    if (event.source === 'aws.ecr' && (action !== 'PUSH' || tag === '')) return [event];
    const about = isRequest(event) ? `request ${event.detail.repository}:${event.detail.tag}` : `${repository}:${tag}`;
    const seen = this.#seen.get(about) ?? 0;
    this.#seen.set(about, seen + 1);
    const random = randomOf(this.#seed, 'event', about, seen);
    let point = random() * 1_000;
    const fault = EVENT_FAULTS.find((kind) => {
      point -= RATES[kind];
      return point < 0;
    });
    if (!fault || !this.#kinds.has(fault)) return [event];
    this.counts.set(fault, (this.counts.get(fault) ?? 0) + 1);
    if (fault === 'duplicate') {
      this.#hold(event, wholeNumber(random, 0, 40));
      return [event];
    }
    this.#hold(event, fault === 'reorder' ? wholeNumber(random, 1, 30) : wholeNumber(random, 100, 1_000));
    return [];
  }

  #hold(event: EventBridgeEvent, events: number): void {
    this.#held.push({ event, until: this.#events + events });
  }
}

const isRequest = (event: EventBridgeEvent): boolean => event['detail-type'] === 'Image Recompression Requested';
const isPlayedWith = (event: EventBridgeEvent): boolean => event.source === 'aws.ecr' || isRequest(event);
const eventOf = ({ event }: Held): EventBridgeEvent => event;
