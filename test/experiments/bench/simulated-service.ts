import { handleBatch } from '../../../lambda/batch';
import type { StoredManifest } from '../../../lambda/core/registry';
import { Pacer } from '../../../lambda/ecr/pacer';
import type { Invocation, Service } from '../../../lambda/service';
import { CONFIGURATION, FakeService, FakeServiceRegistry } from '../../support/fake-service';
import { auditFindingOf, pushOf } from '../../support/function-process';
import { OCI, ociImage } from '../../support/manifests';
import { VirtualClock } from '../../support/virtual-clock';

/** An event source mapping, and the pace of each of its invocations. */
export interface Mapping {
  readonly concurrency: number;
  readonly batchSize: number;
  readonly putsPerSecond: number;
}

export interface Mappings {
  readonly pushes: Mapping;
  readonly audits: Mapping;
}

const CALL_MS = 50;
/** A round trip of SQS's long poll. */
const POLL_MS = 20;
const TIMEOUT_MS = 60_000;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Every source tag names the same image; a companion is forgotten once it was seen, so that what grows is not this registry. */
class PacedRegistry extends FakeServiceRegistry {
  readonly #companions = new Map<string, StoredManifest>();
  readonly #source = this.push(ociImage(), OCI.manifest);

  constructor(
    readonly pacer: Pacer,
    readonly onPut: (tag: string) => void,
  ) {
    super();
    this.before = async () => {
      this.calls.length = 0;
      await pause(CALL_MS);
    };
  }

  override async readTags(repository: string, [source = '', ...companions]: readonly string[]) {
    await super.readTags(repository, []);
    const found = new Map([[source, this.#source]]);
    for (const tag of companions) {
      const companion = this.#companions.get(tag);
      if (companion) found.set(tag, companion);
      this.#companions.delete(tag);
    }
    return found;
  }

  override async putManifest(_repository: string, tag: string, manifest: StoredManifest) {
    await this.pacer.turn();
    await pause(CALL_MS);
    this.#companions.set(tag, manifest);
    this.onPut(tag);
    return { kind: 'done' } as const;
  }
}

/** As `AwsEnvironment` makes one, over calls that take their time. */
function invocationOf(mappings: Mappings, onPut: (tag: string) => void): Invocation {
  const pacers = [new Pacer(mappings.audits.putsPerSecond), new Pacer(mappings.pushes.putsPerSecond)] as const;
  return {
    configuration: CONFIGURATION,
    run: <T>(wasPushed: boolean, _signal: AbortSignal, work: (service: Service) => Promise<T>) =>
      work(new FakeService(new PacedRegistry(pacers[wasPushed ? 1 : 0], onPut))),
    rest: async () => {
      await Promise.all(pacers.map((pacer) => pacer.rest()));
    },
  };
}

/** The function's own code between queues and a registry, in simulated time. */
export class SimulatedService {
  readonly #queues = { pushes: [] as string[], audits: [] as string[] };
  readonly #putAt = new Map<string, (at: number) => void>();
  readonly #clock = new VirtualClock();
  /** When each put was made, in milliseconds. */
  puts: number[] = [];

  constructor(readonly mappings: Mappings) {
    for (const name of ['pushes', 'audits'] as const)
      for (let n = 0; n < mappings[name].concurrency; n += 1) void this.#lane(name);
  }

  get waiting(): number {
    return this.#queues.pushes.length + this.#queues.audits.length;
  }

  requestRepair(tag: string): void {
    this.#queues.audits.push(JSON.stringify(auditFindingOf('team/app', tag)));
  }

  /** @returns milliseconds to the companion */
  push(tag: string): Promise<number> {
    const began = Date.now();
    this.#queues.pushes.push(JSON.stringify(pushOf('team/app', tag)));
    return new Promise((resolve) => this.#putAt.set(`${tag}-dockerv2`, (at) => resolve(at - began)));
  }

  elapse(ms: number): Promise<void> {
    return this.#clock.elapse(ms);
  }

  async #lane(name: 'pushes' | 'audits'): Promise<void> {
    const queue = this.#queues[name];
    for (;;) {
      await pause(POLL_MS);
      const bodies = queue.splice(0, this.mappings[name].batchSize);
      if (bodies.length === 0) continue;
      const deadline = Date.now() + TIMEOUT_MS;
      const context = { getRemainingTimeInMillis: () => deadline - Date.now() };
      const Records = bodies.map((body, at) => ({ messageId: `${at}`, body }));
      const { batchItemFailures } = await handleBatch(invocationOf(this.mappings, this.#onPut), { Records }, context);
      for (const { itemIdentifier } of batchItemFailures) queue.push(bodies[Number(itemIdentifier)] ?? '');
    }
  }

  readonly #onPut = (tag: string): void => {
    this.puts.push(Date.now());
    this.#putAt.get(tag)?.(Date.now());
    this.#putAt.delete(tag);
  };
}
