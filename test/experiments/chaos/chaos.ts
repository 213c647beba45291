import { LocalAccount } from '../../../local/account/account';
import type { DeadLetter } from '../../../local/sqs';
import { EVENT_FAULTS, type EventFault, EventFaults } from './event-faults';
import { CALL_FAULTS, type CallFault, Faults } from './faults';
import { FunctionCalls, functionsOf } from './function-calls';
import { readLog } from './function-log';
import { kinds } from './kinds';
import { Ledger } from './ledger';
import { planOf } from './plan';
import { carryOut } from './pusher';
import { QUEUES } from './queues';
import { Tars } from './tars';
import { judge, type Verdict } from './verdict';

export const ALL_FAULTS = [...CALL_FAULTS, ...EVENT_FAULTS] as const;
export type FaultKind = CallFault | EventFault;

export interface ChaosOptions {
  /** A `cdk.out` directory with the stack. */
  readonly assembly: string;
  readonly seed: number;
  /** How many different images are pushed. */
  readonly images: number;
  readonly faults: ReadonlySet<FaultKind>;
  /** How many times as often as usual. @default 1 */
  readonly intensity?: number;
  /** Receives a line now and then. @default nobody */
  readonly progress?: (line: string) => void;
}

/** A message that was given up, and what became of it once it was redriven. */
export interface DeadLetterEnd {
  readonly eventId: string;
  readonly image: string;
  /** The last outcome, or nothing if there is none. */
  readonly outcome: string | undefined;
}

/** Real time for the account to come to rest in; a run of 5,000 images takes minutes. */
const SETTLE_MS = 900_000;
/** The longest visibility timeout of the queues: all that waits to be tried again is tried at once, by as many processes as there may be. */
const LEAP_MS = 1_350_000;

/** Thousands of pushes to an account in which everything goes wrong that can. */
export class Chaos {
  readonly ledger = new Ledger();
  readonly #options: ChaosOptions;
  readonly #began = Date.now();
  deadLetters: readonly DeadLetterEnd[] = [];
  #seconds = 0;

  private constructor(
    options: ChaosOptions,
    readonly account: LocalAccount,
    readonly faults: Faults,
    readonly eventFaults: EventFaults,
    readonly calls: FunctionCalls,
  ) {
    this.#options = options;
  }

  static async start(options: ChaosOptions): Promise<Chaos> {
    const { seed, faults: chosen, assembly, intensity = 1 } = options;
    const has = <T extends FaultKind>(all: readonly T[]) => new Set(all.filter((kind) => chosen.has(kind)));
    const kill = (session: string) =>
      Object.values(functionsOf(account)).reduce((killed, host) => killed + host.kill(session), 0);
    const calls = new FunctionCalls();
    const met = calls.met.bind(calls);
    const faults = new Faults({ seed, kinds: has(CALL_FAULTS), intensity, kill, met });
    const eventFaults = new EventFaults(seed, has(EVENT_FAULTS));
    const account: LocalAccount = await LocalAccount.start({
      assembly,
      clock: 'skipping',
      beforeCall: (call, wire) => {
        calls.record(account, call);
        return faults.play(call, wire);
      },
    });
    account.bus.deliver = (event) => eventFaults.deliver(event);
    return new Chaos(options, account, faults, eventFaults, calls);
  }

  /** Pushes everything, lets the account come to rest under faults, then without, and redrives what was given up. */
  async run(): Promise<Verdict> {
    const { account, faults, eventFaults } = this;
    const { seed, images, progress = () => {} } = this.#options;
    const plan = planOf(seed, images, await kinds());
    progress(`${plan.length} steps; the service is at ${account.endpoint}`);
    await carryOut(plan, account, this.ledger, (done) => {
      if (done % 250 === 0) progress(`step ${done} of ${plan.length}; ${this.#state()}`);
    });
    progress(`pushed; ${this.#state()}`);
    await account.settle({ timeoutMs: SETTLE_MS, leapMs: LEAP_MS });
    this.#release();
    await account.settle({ timeoutMs: SETTLE_MS, leapMs: LEAP_MS });
    progress(`at rest; ${this.#state()}`);
    faults.enabled = false;
    eventFaults.enabled = false;
    // Work on what was released can have requested recompressions.
    this.#release();
    const letters = account.deadLetters();
    account.redrive();
    await account.settle({ timeoutMs: SETTLE_MS, leapMs: LEAP_MS });
    this.deadLetters = this.#endsOf(letters);
    this.#seconds = (Date.now() - this.#began) / 1_000;
    return this.judge();
  }

  /** @returns what is wrong and lost now */
  async judge(): Promise<Verdict> {
    const { account, ledger, calls } = this;
    const { wrong, lost } = judge({ account, ledger, calls, tars: await Tars.read(account, ledger, calls.uploads) });
    const left = this.account.deadLetters().map(({ id }) => `message ${id} is a dead letter again`);
    const unknown = this.deadLetters
      .filter(({ outcome }) => outcome === undefined)
      .map(({ image }) => `the dead letter of ${image} ended in no outcome`);
    return { wrong, lost: [...lost, ...left, ...unknown] };
  }

  /** Real seconds that the run took. */
  get seconds(): number {
    return this.#seconds;
  }

  stop(): Promise<void> {
    return this.account.stop();
  }

  #release(): void {
    for (const event of this.eventFaults.release()) this.account.bus.redeliver(event);
  }

  #endsOf(letters: readonly DeadLetter[]): readonly DeadLetterEnd[] {
    const { outcomes } = readLog(this.account.logs);
    return letters.map(({ body }) => {
      const { id, detail } = JSON.parse(body);
      const last = outcomes.get(id)?.at(-1);
      const image = `${detail.repository ?? detail['repository-name']}:${detail.tag ?? detail['image-tag']}`;
      return { eventId: id, image, outcome: last && String(last.reason ?? last.outcome) };
    });
  }

  #state(): string {
    const { account, faults } = this;
    const waiting = QUEUES.reduce((sum, queue) => sum + account.queue(queue).messages.length, 0);
    const seconds = Math.round((Date.now() - this.#began) / 1_000);
    return `${waiting} messages in the queues, ${account.deadLetters().length} dead letters, ${faults.kills} processes killed, ${seconds} s`;
  }
}
