import { setTimeout as sleep } from 'node:timers/promises';
import { LocalAccount } from '../../../local/account/account';
import { imageActionEvent } from '../../../local/ecr/image-action';
import { digestOf } from '../../../local/images/blob';
import { dockerDesktopImage, dockerImage } from '../../../local/images/catalogue';
import type { Package } from '../../../local/images/package';
import { companionOf } from '../chaos/kinds';
import { variantOf } from '../chaos/variant';

export interface QuotaOptions {
  readonly assembly: string;
  /** How many tags are pushed at once. */
  readonly tags: number;
  /** `PutImage` calls a second that the account may make. */
  readonly quota: number;
  /** Pushes a second of a CI that shares it. */
  readonly ciPerSecond: number;
  /** Seconds that CI pushes without us, for comparison. */
  readonly aloneSeconds: number;
  /** Receives a line now and then. @default nobody */
  readonly progress?: (line: string) => void;
}

/** What CI met in a stretch of time. */
export interface CiStretch {
  readonly seconds: number;
  readonly pushes: number;
  readonly throttled: number;
}

export interface QuotaResult {
  readonly alone: CiStretch;
  readonly withUs: CiStretch;
  /** From the first push to the last companion; nothing if they did not come. */
  readonly secondsToAllCompanions: number | undefined;
  readonly missing: number;
  readonly ourCalls: Readonly<Record<string, number>>;
  /** The most `PutImage` calls that we made within any second, attempts that were throttled included. */
  readonly ourBusiestSecond: number;
}

const BACKLOG = 'backlog/app';
const CI = { repository: 'ci/app', retryMs: 500 };

/** Whether many pushes at once make us take what CI needs of the account's `PutImage` quota. In real time, for the quota is one. */
export async function runQuota(options: QuotaOptions): Promise<QuotaResult> {
  const { assembly, quota, tags, aloneSeconds, progress = () => {} } = options;
  const puts: number[] = [];
  const account = await LocalAccount.start({
    assembly,
    putImagesPerSecond: quota,
    beforeCall: ({ operation, session }) => {
      if (operation === 'PutImage' && session !== undefined) puts.push(Date.now());
    },
  });
  const ci = new Ci(account, options.ciPerSecond, await dockerImage());
  try {
    const pushing = ci.run();
    await sleep(aloneSeconds * 1_000);
    const alone = ci.stretch();
    progress(`CI alone: ${alone.pushes} pushes in ${Math.round(alone.seconds)} s, ${alone.throttled} throttled`);
    const wanted = await pushBacklog(account, tags);
    const secondsToAllCompanions = await untilAllExist(account, wanted, tags + 120, progress);
    const withUs = ci.stretch();
    ci.stop();
    await pushing;
    return {
      alone,
      withUs,
      secondsToAllCompanions,
      missing: missingOf(account, wanted),
      ourCalls: countBy(account.calls.map(({ operation }) => operation)),
      ourBusiestSecond: busiestSecond(puts),
    };
  } finally {
    ci.stop();
    await account.stop();
  }
}

/** Keeps pushing Docker images, which ask nothing of us but a look. */
class Ci {
  #pushes = 0;
  #throttled = 0;
  #since = Date.now();
  #stopped = false;
  #number = 0;
  #failure: unknown;

  constructor(
    readonly account: LocalAccount,
    readonly perSecond: number,
    readonly image: Package,
  ) {}

  async run(): Promise<void> {
    this.#since = Date.now();
    const began = Date.now();
    const pushes: Promise<void>[] = [];
    for (let at = 0; !this.#stopped; at += 1) {
      const push = this.#push().catch((error: unknown) => {
        this.#failure ??= error;
        this.stop();
      });
      pushes.push(push);
      await sleep(Math.max(0, began + ((at + 1) * 1_000) / this.perSecond - Date.now()));
    }
    await Promise.all(pushes);
    if (this.#failure) throw this.#failure;
  }

  stop(): void {
    this.#stopped = true;
  }

  /** What happened since the last look. */
  stretch(): CiStretch {
    const now = Date.now();
    const result = { seconds: (now - this.#since) / 1_000, pushes: this.#pushes, throttled: this.#throttled };
    this.#since = now;
    this.#pushes = 0;
    this.#throttled = 0;
    return result;
  }

  async #push(): Promise<void> {
    this.#number += 1;
    const url = `${this.account.endpoint}/v2/${CI.repository}/manifests/${this.#number}`;
    const { text: body, mediaType } = variantOf(this.image, this.#number).top;
    // Layers and config are there, as after the uploads of a push, which take nothing of the quota.
    this.account.ecr.store(CI.repository, { bytes: Buffer.from(body), mediaType });
    while (!this.#stopped) {
      const { status } = await fetch(url, { method: 'PUT', headers: { 'content-type': mediaType }, body });
      if (status === 201) {
        this.#pushes += 1;
        return;
      }
      if (status !== 429) throw new Error(`CI's push answered ${status}`);
      this.#throttled += 1;
      await sleep(CI.retryMs);
    }
  }
}

/** The tags are there and their events arrive, all at once; that takes nothing of the quota. @returns companion tags with digests */
async function pushBacklog(account: LocalAccount, tags: number): Promise<ReadonlyMap<string, string>> {
  const base = await dockerDesktopImage();
  const wanted = new Map<string, string>();
  for (let at = 0; at < tags; at += 1) {
    const image = variantOf(base, at);
    const tag = `v${at}`;
    const { text, mediaType } = image.top;
    const manifest = account.ecr.store(BACKLOG, { bytes: Buffer.from(text), mediaType, tag });
    const push = { type: 'PUSH', repository: BACKLOG, tag, manifest } as const;
    account.bus.put(imageActionEvent(push, account.bus.options.accountId, account.bus.options.region, new Date()));
    wanted.set(`${tag}-dockerv2`, digestOf(companionOf(image, 'top')));
  }
  return wanted;
}

async function untilAllExist(
  account: LocalAccount,
  wanted: ReadonlyMap<string, string>,
  patienceSeconds: number,
  progress: (line: string) => void,
): Promise<number | undefined> {
  const began = Date.now();
  for (let look = 0; Date.now() - began < patienceSeconds * 1_000; look += 1) {
    const missing = missingOf(account, wanted);
    const seconds = (Date.now() - began) / 1_000;
    if (missing === 0) return seconds;
    if (look % 80 === 0) progress(`${Math.round(seconds)} s: ${missing} of ${wanted.size} companions are missing`);
    await sleep(250);
  }
  return undefined;
}

function missingOf(account: LocalAccount, wanted: ReadonlyMap<string, string>): number {
  const tags = account.ecr.tags(BACKLOG);
  return [...wanted].filter(([tag, digest]) => tags.get(tag) !== digest).length;
}

function countBy(names: readonly string[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Object.fromEntries([...counts].sort());
}

function busiestSecond(times: readonly number[]): number {
  let most = 0;
  let first = 0;
  for (const [at, time] of times.entries()) {
    while ((times[first] ?? time) <= time - 1_000) first += 1;
    most = Math.max(most, at - first + 1);
  }
  return most;
}
