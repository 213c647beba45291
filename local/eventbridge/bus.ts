import { randomUUID } from 'node:crypto';
import type { AccountRegion } from '../aws/account-region';
import type { EventBridgeEvent } from '../aws/event';
import { pick } from '../cloudformation/pick';
import type { RuleView } from '../cloudformation/rules';
import type { RunningQueue } from '../sqs/queues';
import { deliver } from './delivery';
import { type CompiledPattern, compilePattern } from './pattern';

export interface BusOptions extends AccountRegion {
  readonly busNames: readonly string[];
  readonly rules: readonly RuleView[];
  /** The account's queues, by ARN. */
  readonly queues: ReadonlyMap<string, RunningQueue>;
  /** The account's clock, in milliseconds since the epoch. */
  readonly now: () => number;
  readonly log: (line: string) => void;
  /** Receives each event that is put. @default none */
  readonly onEvent?: (event: EventBridgeEvent) => void;
}

interface CompiledRule {
  readonly view: RuleView;
  readonly pattern: CompiledPattern | undefined;
}

/** `PutRule` refuses longer ones: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html */
const MAX_PATTERN_CHARACTERS = 4_096;

/** All event buses of the account: matches events against the template's rules and sends them to the targets' queues. */
export class Bus {
  /** Every event that was put, in order, whether it matched or not. */
  readonly events: EventBridgeEvent[] = [];
  /**
   * What the rules see instead of an event: none (lost), several (duplicated), or earlier events (reordered). ECR events are
   * best effort: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-delivery-level.html
   * @default the event itself
   */
  deliver: (event: EventBridgeEvent) => readonly EventBridgeEvent[] = (event) => [event];
  readonly #rules: readonly CompiledRule[];

  /** @throws for a pattern that AWS would refuse, and for targets other than queues */
  constructor(readonly options: BusOptions) {
    this.#rules = options.rules.map((view) => compileRule(view, options));
  }

  get now(): number {
    return this.options.now();
  }

  put(event: EventBridgeEvent, busName = 'default'): void {
    if (!this.options.busNames.includes(busName)) {
      // AWS drops it too, and answers with success: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html
      this.options.log(`event bus ${busName} does not exist: event ${event.id} is dropped`);
      return;
    }
    this.events.push(event);
    this.options.onEvent?.(event);
    for (const seen of this.deliver(event)) this.redeliver(seen, busName);
  }

  /** Delivers an event that was put before. */
  redeliver(event: EventBridgeEvent, busName = 'default'): void {
    for (const { view } of this.#matching(event, busName)) this.#send(view, event);
  }

  /** The logical ids of the enabled rules that match. */
  matching(event: EventBridgeEvent, busName = 'default'): readonly string[] {
    return this.#matching(event, busName).map(({ view }) => view.logicalId);
  }

  /** Does what a scheduled rule does when it's due; nothing here does that by itself. @param rule logical id, or a part that only one has */
  fire(rule: string): void {
    const scheduled = this.#rules.filter(({ view }) => view.schedule !== undefined);
    const { view } = pick(
      rule,
      'scheduled rule',
      scheduled.map(({ view }) => ({ logicalId: view.logicalId, name: view.logicalId, view })),
    );
    this.#send(view, {
      version: '0',
      id: randomUUID(),
      'detail-type': 'Scheduled Event',
      source: 'aws.events',
      account: this.options.accountId,
      time: eventTime(this.now),
      region: this.options.region,
      resources: [view.arn],
      detail: {},
    });
  }

  #matching(event: EventBridgeEvent, busName: string): readonly CompiledRule[] {
    return this.#rules.filter(
      ({ view, pattern }) => view.enabled && view.busName === busName && pattern?.matches(event),
    );
  }

  #send(rule: RuleView, event: EventBridgeEvent): void {
    for (const target of rule.targets) {
      const body = target.input ?? JSON.stringify(event);
      const refusal = deliver(rule, target, body, this.options.queues, this.options.accountId);
      if (refusal) this.options.log(`event ${event.id} is lost: rule ${rule.logicalId}: ${refusal}`);
    }
  }
}

/** EventBridge times have no fraction of a second. */
export const eventTime = (milliseconds: number): string => new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z');

function compileRule(view: RuleView, { queues }: BusOptions): CompiledRule {
  const fail = (reason: string, cause?: unknown) => new Error(`rule ${view.logicalId}: ${reason}`, { cause });
  for (const { arn } of view.targets)
    if (!queues.has(arn)) throw fail(`expected a queue of this template as its target, got ${arn}`);
  if (!view.pattern) return { view, pattern: undefined };
  const { length } = JSON.stringify(view.pattern);
  if (length > MAX_PATTERN_CHARACTERS)
    throw fail(`the event pattern has ${length} characters; AWS allows ${MAX_PATTERN_CHARACTERS}`);
  try {
    return { view, pattern: compilePattern(view.pattern) };
  } catch (error) {
    throw fail(error instanceof Error ? error.message : String(error), error);
  }
}
