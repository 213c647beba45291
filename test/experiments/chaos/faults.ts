import { setTimeout as sleep } from 'node:timers/promises';
import type { ReceivedCall } from '../../../local/account/account';
import type { Wire } from '../../../local/account/wire';
import { AwsError } from '../../../local/aws/error';
import { randomOf, wholeNumber } from './random';

/** What goes wrong with calls. */
export const CALL_FAULTS = ['throttle', '5xx', 'drop', 'slow', 'nonsense', 'kill'] as const;
export type CallFault = (typeof CALL_FAULTS)[number];

/** Of 1,000 calls, how many each fault meets. */
const RATES: Readonly<Record<CallFault, number>> = {
  throttle: 40,
  '5xx': 30,
  drop: 25,
  slow: 30,
  nonsense: 15,
  kill: 4,
};

/** Of 1,000 tags, how many meet the same error again and again: the SDK's four attempts and five deliveries may not be enough. */
const CURSED = 15;
const LONGEST_CURSE = 40;

/** The SDK's client gives up on an answer after 8 seconds. */
const TOO_SLOW_MS = 9_000;

/** Only the functions download layers by these URLs. Nothing says which of their processes does. */
const DOWNLOAD = 'GET blob-download';
const DOWNLOAD_FAULTS: ReadonlySet<CallFault> = new Set(['throttle', '5xx', 'drop', 'slow']);

export interface FaultOptions {
  readonly seed: number;
  readonly kinds: ReadonlySet<CallFault>;
  /** Multiplies every rate. */
  readonly intensity: number;
  /** Kills the process that makes the call. @returns how many died */
  readonly kill: (session: string) => number;
  /** Is told of each call that a fault meets. */
  readonly met: (call: ReceivedCall) => void;
}

/** Plays faults on the function's calls. Each is decided by the seed, by what the call is about and how often it was made before. */
export class Faults {
  readonly counts = new Map<CallFault | 'curse', number>();
  kills = 0;
  enabled = true;
  readonly #options: FaultOptions;
  readonly #made = new Map<string, number>();

  constructor(options: FaultOptions) {
    this.#options = options;
  }

  async play(call: ReceivedCall, wire: Wire): Promise<void> {
    const isDownload = call.operation === DOWNLOAD;
    if (!this.enabled || (call.session === undefined && !isDownload)) return;
    const about = aboutOf(call);
    const identity = `${call.operation} ${about}`;
    const made = this.#made.get(identity) ?? 0;
    this.#made.set(identity, made + 1);
    this.#curse(call, about, made);
    const random = randomOf(this.#options.seed, 'call', identity, made);
    let point = (random() * 1_000) / this.#options.intensity;
    for (const fault of CALL_FAULTS) {
      point -= RATES[fault];
      if (point >= 0) continue;
      if (isDownload && !DOWNLOAD_FAULTS.has(fault)) return;
      if (this.#options.kinds.has(fault)) await this.#play(fault, call, wire, random);
      return;
    }
  }

  #curse({ operation }: ReceivedCall, about: string, made: number): void {
    const random = randomOf(this.#options.seed, 'curse', about);
    if ((random() * 1_000) / this.#options.intensity >= CURSED) return;
    const cursed = random() < 0.5 ? 'BatchGetImage' : 'PutImage';
    if (operation !== cursed || made >= wholeNumber(random, 4, LONGEST_CURSE)) return;
    // The SDK waits seconds between attempts that are throttled, and this is long enough.
    const throttles = random() < 0.2;
    if (!this.#options.kinds.has(throttles ? 'throttle' : '5xx')) return;
    this.#count('curse');
    throw throttles ? throttled() : unwell();
  }

  async #play(fault: CallFault, call: ReceivedCall, wire: Wire, random: () => number): Promise<void> {
    this.#count(fault);
    this.#options.met(call);
    const { session = '', operation } = call;
    const after = random() < 0.5;
    switch (fault) {
      case 'throttle':
        throw throttled();
      case '5xx':
        throw unwell();
      case 'slow':
        await sleep(random() < 0.01 ? TOO_SLOW_MS : wholeNumber(random, 20, 300));
        return;
      case 'nonsense':
        wire.answerInstead((answer) => nonsense(answer, operation, random));
        return;
      case 'drop':
        if (!after) wire.drop();
        wire.answerInstead(() => undefined);
        return;
      case 'kill':
        if (!after) {
          this.kills += this.#options.kill(session);
          wire.drop();
        }
        wire.answerInstead(() => {
          this.kills += this.#options.kill(session);
          return undefined;
        });
    }
  }

  #count(fault: CallFault | 'curse'): void {
    this.counts.set(fault, (this.counts.get(fault) ?? 0) + 1);
  }
}

const throttled = () => new AwsError('ThrottlingException', 'Rate exceeded');
const unwell = () => new AwsError('ServerException', 'These errors are usually caused by a server-side issue.');

/** The repository and tag that a call is for, so that decisions do not depend on what else is going on. */
function aboutOf({ repository, tag, entries }: ReceivedCall): string {
  const [entry] = entries;
  if (entry) return `${entry.detail.repository}:${entry.detail.sourceTag}`;
  return `${repository}:${tag ?? ''}`;
}

/** A read by tag may also come back with other bytes than its digest says; read again by digest, they are right. */
function nonsense(answer: string, operation: string, random: () => number): string {
  const kind = random();
  if (operation === 'BatchGetImage' && answer.includes('"imageTag"') && kind < 0.3)
    return answer.replaceAll('schemaVersion', 'schemaVersioN');
  if (kind < 0.6) return answer.slice(0, answer.length / 2);
  return kind < 0.8 ? '{}' : '<html>Bad Gateway</html>';
}
