import type { Outcome } from '../../../lambda/core/companion/outcome';
import { repair } from '../../../lambda/core/companion/repair';
import type { Registry, StoredManifest } from '../../../lambda/core/registry';
import { FOREIGN } from './images';
import { type Delivery, REPOSITORY, Repository } from './repository';
import { type Arrival, companionTags, type Fault, type Scenario } from './scenario';
import { scheduledRegistry } from './scheduled-registry';

/** What went on, up to the moment when every message had ended in an outcome. */
export interface ScenarioRun {
  readonly repository: Repository;
  readonly deliveries: readonly Delivery[];
  readonly outcomes: ReadonlyMap<Delivery, readonly Outcome[]>;
  /** The order in which everything happened. */
  readonly trace: readonly string[];
}

/** Waits until the scheduler picks it. */
export type Turn = (label: string) => Promise<void>;

/** How to break what is under test, or the queue that it relies on. */
export interface Sabotage {
  readonly registry?: (registry: Registry, tag: string, announced: StoredManifest | undefined) => Registry;
  readonly losesFailedMessages?: boolean;
  readonly losesLateEvents?: boolean;
}

/** More than any scenario needs: something goes on for ever. */
const MAX_STEPS = 2_000;

/** Runs people's commands and the repairs of their events side by side, in the order that `turn` gives them. */
export async function runScenario(scenario: Scenario, turn: Turn, sabotage: Sabotage = {}): Promise<ScenarioRun> {
  const trace: string[] = [];
  const deliveries: Delivery[] = [];
  const outcomes = new Map<Delivery, readonly Outcome[]>();
  const companions = (tag: string) => companionTags(tag, scenario.policy);
  const repository = new Repository((tag) => scenario.immutableCompanions && tag.includes('dockerv2'));
  const prompt: Promise<void>[] = [];
  const late: (() => Promise<void>)[] = [];
  let calls = 0;
  let messages = 0;

  const step = async (label: string): Promise<void> => {
    if (trace.length >= MAX_STEPS) throw new Error(`not at rest after ${MAX_STEPS} steps`);
    await turn(label);
    trace.push(label);
  };
  const nextFault = (): Fault => {
    const fault = scenario.faults[calls++] ?? 'none';
    if (fault !== 'none') trace.push(fault);
    return fault;
  };

  /** What SQS does: delivers a message until one of its repairs ends in an outcome. */
  async function deliver(message: string, tag: string, announced: StoredManifest | undefined): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const delivery: Delivery = { id: `${message}.${attempt}`, tag, reads: 0, puts: 0 };
      await step(`${delivery.id} delivered`);
      deliveries.push(delivery);
      const death = Promise.withResolvers<never>();
      const scheduled = scheduledRegistry(repository, delivery, { step, nextFault, die: death.reject });
      const registry = sabotage.registry?.(scheduled, tag, announced) ?? scheduled;
      try {
        outcomes.set(
          delivery,
          await Promise.race([repair(registry, { repository: REPOSITORY, tag }, scenario.policy), death.promise]),
        );
        return;
      } catch {
        if (trace.length >= MAX_STEPS) throw new Error(`not at rest after ${MAX_STEPS} steps`);
        if (sabotage.losesFailedMessages) return;
      }
    }
  }

  function send(tag: string, { copies, late: isLate }: Arrival): void {
    const announced = repository.manifest(repository.tags.get(tag));
    messages += 1;
    for (let copy = 1; copy <= copies; copy += 1) {
      const message = `${tag}#${messages}${'abc'[copy - 1]}`;
      if (!isLate) prompt.push(observed(deliver(message, tag, announced)));
      else if (!sabotage.losesLateEvents) late.push(() => deliver(message, tag, announced));
    }
  }

  for (const command of scenario.commands) {
    await step(`${command.do} ${command.tag}${command.do === 'push' ? ` ${command.image.name}` : ''}`);
    if (command.do === 'push') {
      if (repository.push(command.tag, command.image.stored.digest)) send(command.tag, command.arrival);
    } else if (command.do === 'retag') {
      const digest = repository.tags.get(command.from);
      if (digest && repository.push(command.tag, digest)) send(command.tag, command.arrival);
    } else if (command.do === 'delete') {
      // The rule lets deletions through only where somebody acts on them.
      if (repository.tags.delete(command.tag) && scenario.policy.deleteOrphanedCompanions)
        send(command.tag, command.arrival);
    } else {
      const companion = companions(command.tag)[command.at];
      if (!companion) continue;
      if (command.do === 'delete companion') repository.tags.delete(companion);
      else repository.overwrite(companion, FOREIGN.digest);
      send(command.tag, command.arrival);
    }
  }
  await Promise.all(prompt);
  await Promise.all(late.map((deliverLate) => deliverLate()));
  return { repository, deliveries, outcomes, trace };
}

/** Awaited later; until then its failure is nobody's. */
function observed(promise: Promise<void>): Promise<void> {
  promise.catch(() => {});
  return promise;
}
