import { randomUUID } from 'node:crypto';
import type { EventBridgeEvent } from '../aws/event';
import type { RuleView, TargetView } from '../cloudformation/rules';
import type { RunningQueue } from '../sqs/queues';
import { deliver, type Undelivered } from './delivery';
import { type CompiledPattern, compilePattern } from './pattern';

export interface BusOptions {
  readonly accountId: string;
  readonly region: string;
  readonly busNames: readonly string[];
  readonly rules: readonly RuleView[];
  /** The account's queues, by ARN. */
  readonly queues: ReadonlyMap<string, RunningQueue>;
  /** The account's clock, in milliseconds since the epoch. */
  readonly now: () => number;
  readonly log: (line: string) => void;
  /** Receives each event that is put. @default nobody */
  readonly onEvent?: (event: EventBridgeEvent) => void;
}

interface ActiveRule {
  readonly view: RuleView;
  readonly pattern?: CompiledPattern;
}

/** `PutRule` refuses longer ones: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html */
const LONGEST_PATTERN = 4_096;

/** All event buses of the account: matches events against the template's rules and sends them to the targets' queues. */
export class Bus {
  /** Everything put, in order, matched or not. */
  readonly events: EventBridgeEvent[] = [];
  /** What matched a rule and reached neither its target nor a dead-letter queue. */
  readonly undelivered: Undelivered[] = [];
  /**
   * What the rules get to see in place of an event: none (lost), several (duplicated), or events held back from before (reordered). ECR
   * events are best effort: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-delivery-level.html
   * @default the event itself
   */
  deliver: (event: EventBridgeEvent) => readonly EventBridgeEvent[] = (event) => [event];
  readonly #options: BusOptions;
  readonly #rules: readonly ActiveRule[];

  /** @throws for a pattern that AWS would refuse, and for targets other than queues */
  constructor(options: BusOptions) {
    this.#options = options;
    this.#rules = options.rules.map((view) => activate(view, options));
  }

  get accountId(): string {
    return this.#options.accountId;
  }

  get region(): string {
    return this.#options.region;
  }

  get now(): number {
    return this.#options.now();
  }

  has(busName: string): boolean {
    return this.#options.busNames.includes(busName);
  }

  /** AWS answers with success and tells nobody; a wrong name should at least be seen here. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html */
  drop(busName: string): void {
    this.#options.log(`event bus ${busName} does not exist: the event is dropped`);
  }

  put(event: EventBridgeEvent, busName = 'default'): void {
    this.events.push(event);
    this.#options.onEvent?.(event);
    for (const seen of this.deliver(event)) this.redeliver(seen, busName);
  }

  /** Delivers once more, or at last, what was put before. */
  redeliver(event: EventBridgeEvent, busName = 'default'): void {
    for (const { view } of this.#matching(event, busName)) this.#send(view, event);
  }

  /** The logical ids of the enabled rules that match. */
  matching(event: EventBridgeEvent, busName = 'default'): readonly string[] {
    return this.#matching(event, busName).map(({ view }) => view.logicalId);
  }

  /** Does what a scheduled rule does when its time has come; the account keeps no timetable. @param rule logical id, or a part that only one has */
  fire(rule: string): void {
    const named = this.#rules.filter(({ view }) => view.schedule !== undefined && view.logicalId.includes(rule));
    const [only] = named.filter(({ view }) => named.length === 1 || view.logicalId === rule);
    if (!only)
      throw new Error(`no single scheduled rule ${JSON.stringify(rule)}; there is: ${this.#schedules() || 'none'}`);
    this.#send(only.view, {
      version: '0',
      id: randomUUID(),
      'detail-type': 'Scheduled Event',
      source: 'aws.events',
      account: this.accountId,
      time: eventTime(this.now),
      region: this.region,
      resources: [only.view.arn],
      detail: {},
    });
  }

  #matching(event: EventBridgeEvent, busName: string): readonly ActiveRule[] {
    return this.#rules.filter(
      ({ view, pattern }) => view.enabled && view.busName === busName && pattern?.matches(event),
    );
  }

  #send(view: RuleView, event: EventBridgeEvent): void {
    for (const target of view.targets) {
      const body = target.input ?? JSON.stringify(event);
      const lost = deliver(view, target, body, this.#options.queues, this.accountId);
      if (!lost) continue;
      this.undelivered.push(lost);
      this.#options.log(`event ${event.id} is lost: rule ${lost.rule}: ${lost.reason}`);
    }
  }

  #schedules(): string {
    return this.#rules.flatMap(({ view }) => (view.schedule === undefined ? [] : [view.logicalId])).join(', ');
  }
}

/** EventBridge times have no fraction of a second. */
export const eventTime = (milliseconds: number) => new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z');

function activate(view: RuleView, { queues }: BusOptions): ActiveRule {
  for (const target of view.targets) {
    if (!isQueue(target, queues))
      throw new Error(`rule ${view.logicalId}: target ${target.arn} is not a queue of this template`);
  }
  if (!view.pattern) return { view };
  const length = JSON.stringify(view.pattern).length;
  if (length > LONGEST_PATTERN)
    throw new Error(`rule ${view.logicalId}: the event pattern has ${length} characters; AWS takes ${LONGEST_PATTERN}`);
  try {
    return { view, pattern: compilePattern(view.pattern) };
  } catch (error) {
    throw new Error(`rule ${view.logicalId}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

const isQueue = (target: TargetView, queues: ReadonlyMap<string, RunningQueue>) => queues.has(target.arn);
