import fc from 'fast-check';
import { aScenario, type Scenario } from './scenario';
import { runScenario, type Sabotage, type ScenarioRun } from './scenario-run';
import { verdict } from './verdict';

/** How `verdict` says that a companion is not what its source tag demands. */
export const WRONG_COMPANION = /it must be/;

interface Options {
  readonly sabotage?: Sabotage;
  /** Is told of each run, for counting. */
  readonly seen?: (scenario: Scenario, run: ScenarioRun) => void;
  /** The complaints that count; all, if absent. */
  readonly about?: RegExp;
}

/** For any commands, faults and interleaving: once every message ended in an outcome, each companion is what its source tag demands. */
export const converges = ({ sabotage, seen, about = /./ }: Options = {}) =>
  fc.asyncProperty(aScenario, fc.scheduler(), async (scenario, scheduler) => {
    const run = await scheduler.waitFor(
      runScenario(scenario, (label) => scheduler.schedule(Promise.resolve(), label), sabotage),
    );
    seen?.(scenario, run);
    const wrong = verdict(scenario, run).filter((complaint) => about.test(complaint));
    if (wrong.length > 0) throw new Error(`${wrong.join('\n')}\nin this order:\n  ${run.trace.join('\n  ')}`);
  });
