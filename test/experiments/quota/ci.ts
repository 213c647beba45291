import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalAccount } from '../../../local';
import { dockerDesktopImage, dockerImage } from '../../../local/images/catalogue';
import type { Package } from '../../../local/images/package';
import { variantOf } from '../chaos/variant';
import type { Companions } from './companions';

/** What a CI met. */
export interface CiResult {
  readonly seconds: number;
  readonly pushes: number;
  /** Attempts that ECR throttled. Each is repeated. */
  readonly throttled: number;
}

const REPOSITORY = 'ci/app';
const RETRY_MS = 500;

/** Pushes at a steady rate: Docker images, which ask nothing of the service, and OCI images, alternately. */
export class Ci {
  readonly #account: LocalAccount;
  readonly #companions: Companions;
  readonly #images: readonly Package[];
  readonly #began = Date.now();
  readonly #running: Promise<void>;
  #pushes = 0;
  #throttled = 0;
  #stopped = false;

  /** @param companions receives those that the OCI images must get */
  static async start(account: LocalAccount, perSecond: number, companions: Companions): Promise<Ci> {
    return new Ci(account, perSecond, companions, [await dockerImage(), await dockerDesktopImage()]);
  }

  private constructor(
    account: LocalAccount,
    perSecond: number,
    companions: Companions,
    images: readonly [docker: Package, oci: Package],
  ) {
    this.#account = account;
    this.#companions = companions;
    this.#images = images;
    this.#running = this.#run(perSecond);
    this.#running.catch(() => {}); // `stop` throws it.
  }

  get throttled(): number {
    return this.#throttled;
  }

  /** @throws if a push failed otherwise than by the quota */
  async stop(): Promise<CiResult> {
    this.#stopped = true;
    await this.#running;
    const seconds = (Date.now() - this.#began) / 1_000;
    return { seconds, pushes: this.#pushes, throttled: this.#throttled };
  }

  async #run(perSecond: number): Promise<void> {
    const pushes: Promise<void>[] = [];
    let failure: unknown;
    for (let number = 0; !this.#stopped && !failure; number += 1) {
      await sleep(Math.max(0, this.#began + (number * 1_000) / perSecond - Date.now()));
      pushes.push(
        this.#push(number).catch((error: unknown) => {
          failure ??= error;
        }),
      );
    }
    await Promise.all(pushes);
    if (failure) throw failure;
  }

  async #push(number: number): Promise<void> {
    const base = this.#images[number % 2];
    if (!base) throw new Error('expected two images');
    const image = variantOf(base, number);
    const { text: body, mediaType } = image.top;
    // Layers and config are there, as after the uploads of a push, which take nothing of the quota.
    this.#account.ecr.store(REPOSITORY, { bytes: Buffer.from(body), mediaType });
    const url = `${this.#account.endpoint}/v2/${REPOSITORY}/manifests/${number}`;
    while (!this.#stopped) {
      const { status } = await fetch(url, { method: 'PUT', headers: { 'content-type': mediaType }, body });
      if (status === 201) {
        this.#pushes += 1;
        if (number % 2 === 1) this.#companions.expect(REPOSITORY, `${number}`, image);
        return;
      }
      if (status !== 429) throw new Error(`a push of the CI answered ${status}, expected 201 or 429`);
      this.#throttled += 1;
      await sleep(RETRY_MS);
    }
  }
}
