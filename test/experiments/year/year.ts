import { LocalAccount } from '../../../local/account/account';
import { LocalEcr } from '../../../local/ecr';
import { imageActionEvent } from '../../../local/ecr/image-action';
import { DOCKER_MANIFEST } from '../../../local/ecr/media-types';
import type { StoredManifest } from '../../../local/ecr/stored-manifest';
import { DAY } from '../../support/lifecycle-images';
import { type AlarmsOfADay, alarmsIn } from './alarms';
import { Operator } from './operator';
import { PLANS, type RepositoryPlan } from './plans';
import { pushesOf } from './pushes';

export interface YearOptions {
  /** A `cdk.out` directory with the stack. */
  readonly assembly: string;
  readonly days: number;
  /** Whether somebody acts on alarms. @default true */
  readonly hasOperator?: boolean;
  /** Receives a line now and then. @default nobody */
  readonly progress?: (line: string) => void;
}

export interface YearResult {
  readonly pushes: number;
  readonly lostEvents: number;
  readonly audits: number;
  readonly outcomes: Readonly<Record<string, number>>;
  /** Sources that ECR's lifecycle rules took here, and not in the same account without the service. */
  readonly sourcesLost: readonly string[];
  readonly deadLetters: number;
  /** Every alarm that went off, with the day, and what was done about it. */
  readonly alarms: readonly string[];
  /** Of these, those that went off again for something that was acted on, or that nobody can act on. */
  readonly alarmsInVain: readonly string[];
  /** Of the tags that shall have a companion at the end, those that don't. */
  readonly companionsMissing: readonly string[];
  /** Images that the function's reads left a pull time on. */
  readonly pullTimesChanged: number;
}

/** History before the service is deployed, in days. */
const HISTORY = 60;
/** One of so many events doesn't arrive, and one of so many arrives twice. */
const LOST = 97;
const TWICE = 23;

/** Days in an ordinary account: pushes, audits, lifecycle runs, denials, caches, archives. A twin account without the service shows what would have been. */
export async function runYear({
  assembly,
  days,
  hasOperator = true,
  progress = () => {},
}: YearOptions): Promise<YearResult> {
  const account = await LocalAccount.start({ assembly, clock: 'skipping', minEnvironments: 3 });
  try {
    const year = new Year(account, hasOperator);
    for (let day = 1; day <= days; day += 1) {
      await year.day(day);
      if (day % 30 === 0) progress(`day ${day}: ${year.pushes} pushes, ${year.sourcesLost.size} sources lost`);
    }
    return year.result();
  } finally {
    await account.stop();
  }
}

class Year {
  pushes = 0;
  readonly sourcesLost = new Set<string>();
  readonly #twin: LocalEcr;
  readonly #operator: Operator;
  readonly #alarms: string[] = [];
  readonly #alarmsInVain: string[] = [];
  readonly #outcomes = new Map<string, number>();
  #events = 0;
  #lostEvents = 0;
  #audits = 0;
  #seenEvents = 0;

  constructor(
    readonly account: LocalAccount,
    readonly hasOperator: boolean,
  ) {
    const { accountId, region } = account.bus;
    const now = () => new Date(account.bus.now);
    this.#twin = new LocalEcr({ accountId, region, blobDirectory: '', onEvent: () => {}, now });
    this.#operator = new Operator(account);
    for (const ecr of this.#both) {
      for (const plan of PLANS) {
        ecr.createRepository(plan.repository, plan.settings);
        plan.onStart?.(ecr);
        if (plan.lifecyclePolicy) ecr.putLifecyclePolicy(plan.repository, plan.lifecyclePolicy);
        for (let age = HISTORY; age > 0; age -= 1) this.#push(ecr, plan, 1 - age);
      }
      ecr.createPullThroughCacheRule('hub');
      ecr.runLifecyclePolicies();
    }
    for (const { repository, policy } of PLANS) if (policy) account.ecr.setRepositoryPolicy(repository, policy);
  }

  async day(day: number): Promise<void> {
    for (const plan of PLANS) {
      this.#push(this.#twin, plan, day);
      for (const event of this.#push(this.account.ecr, plan, day)) this.#send(event);
      plan.onDay?.(this.account.ecr, day);
    }
    await this.account.settle({ timeoutMs: 120_000 });
    this.account.bus.fire('AuditSchedule');
    await this.account.settle({ timeoutMs: 120_000 });
    this.#count();
    await this.#actOn(day, alarmsIn(this.account));
    for (const ecr of this.#both) ecr.runLifecyclePolicies();
    for (const plan of PLANS) this.#compare(plan, day);
    await this.account.elapse(DAY);
    await this.account.settle({ timeoutMs: 120_000 });
  }

  result(): YearResult {
    return {
      pushes: this.pushes,
      lostEvents: this.#lostEvents,
      audits: this.#audits,
      outcomes: Object.fromEntries([...this.#outcomes].sort()),
      sourcesLost: [...this.sourcesLost],
      deadLetters: this.account.deadLetters().length,
      alarms: this.#alarms,
      alarmsInVain: this.#alarmsInVain,
      companionsMissing: this.#companionsMissing(),
      pullTimesChanged: PLANS.flatMap(({ repository }) => this.account.ecr.images(repository)).filter(
        ({ lastPulledAt }) => lastPulledAt !== undefined,
      ).length,
    };
  }

  get #both(): readonly LocalEcr[] {
    return [this.account.ecr, this.#twin];
  }

  /** @returns the events of the pushes */
  #push(ecr: LocalEcr, plan: RepositoryPlan, day: number) {
    const { accountId, region, now } = this.account.bus;
    return pushesOf(plan, day).map(({ tag, bytes, mediaType }) => {
      const pushedAt = new Date(day > 0 ? now : now + (day - 1) * DAY);
      const manifest = ecr.store(plan.repository, {
        bytes,
        mediaType,
        ...(tag === undefined ? {} : { tag }),
        pushedAt,
      });
      return imageActionEvent(
        { type: 'PUSH', repository: plan.repository, tag: tag ?? '', manifest },
        accountId,
        region,
        pushedAt,
      );
    });
  }

  #send(event: ReturnType<typeof imageActionEvent>): void {
    this.pushes += 1;
    this.#events += 1;
    if (this.#events % LOST === 0) {
      this.#lostEvents += 1;
      return;
    }
    this.account.bus.put(event);
    if (this.#events % TWICE === 0) this.account.bus.put(event);
  }

  #count(): void {
    for (const event of this.account.bus.events.slice(this.#seenEvents)) {
      const { detail } = event;
      if (event['detail-type'] === 'Repository Audit Finished') this.#audits += 1;
      if (event['detail-type'] !== 'Image Remediation') continue;
      const name = detail.reason ? `${detail.outcome}: ${detail.reason}` : String(detail.outcome);
      this.#outcomes.set(name, (this.#outcomes.get(name) ?? 0) + 1);
    }
    this.#seenEvents = this.account.bus.events.length;
  }

  async #actOn(day: number, alarms: AlarmsOfADay): Promise<void> {
    for (const { alarm, causes } of alarms) {
      for (const cause of causes) {
        const action = this.hasOperator ? await this.#operator.act(alarm, cause) : 'nothing';
        const line = `day ${day}: ${alarm}, ${cause.repository} ${cause.reason}: ${action}`;
        this.#alarms.push(line);
        if (action === 'nothing') this.#alarmsInVain.push(line);
      }
    }
  }

  #compare({ repository }: RepositoryPlan, day: number): void {
    const kept = (ecr: LocalEcr) =>
      ecr
        .images(repository)
        .flatMap(({ manifest, storageClass }) => (storageClass === 'STANDARD' ? [manifest.digest] : []));
    const here = new Set(kept(this.account.ecr));
    for (const digest of kept(this.#twin).filter((one) => !here.has(one)))
      this.sourcesLost.add(`${repository} ${digest} on day ${day}`);
  }

  /** Of tags that were pushed within the audit window. */
  #companionsMissing(): readonly string[] {
    const { ecr, bus } = this.account;
    const served = PLANS.filter(
      ({ repository, isLeftAlone }) => !isLeftAlone && !this.#operator.leftAlone.has(repository),
    );
    return served.flatMap(({ repository }) => {
      const tags = ecr.tags(repository);
      const sources = ecr
        .images(repository)
        .filter(({ pushedAt, manifest }) => pushedAt.getTime() > bus.now - 7 * DAY && isOci(manifest));
      return sources
        .flatMap((source) => [...source.tags])
        .filter((tag) => !tags.has(`${tag}-dockerv2`))
        .map((tag) => `${repository}:${tag}`);
    });
  }
}

const isOci = ({ mediaType }: StoredManifest): boolean => mediaType !== DOCKER_MANIFEST;
