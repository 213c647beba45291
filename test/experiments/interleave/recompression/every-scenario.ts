import { BESIDES, type Death, MOVES, RECORDS, runScenario, type Sabotage, type Scenario } from './scenario';
import { everyOrder } from './turns';
import { verdict } from './verdict';

/** A recompression makes five calls whose order matters; one that looks at a record makes six. */
const CALLS = [1, 2, 3, 4, 5, 6];

const deaths: readonly Death[] = CALLS.flatMap((call) => [
  { call, when: 'before' },
  { call, when: 'after' },
]);

/** Records matter only while the tag stays. */
export const SCENARIOS: readonly Scenario[] = BESIDES.flatMap((besides) => [
  ...MOVES.map((move): Scenario => ({ besides, move, record: 'none' })),
  ...RECORDS.slice(1).map((record): Scenario => ({ besides, move: 'nothing', record })),
]);

export const DEADLY_SCENARIOS: readonly Scenario[] = SCENARIOS.flatMap((scenario) =>
  deaths.map((death) => ({ ...scenario, death })),
);

/** @returns how many orders there are, and what is wrong with the first that ends wrong */
export async function runEveryOrder(
  scenarios: readonly Scenario[],
  maxSwitches: number,
  sabotage?: Sabotage,
): Promise<{ readonly orders: number; readonly wrong?: string }> {
  let orders = 0;
  for (const scenario of scenarios) {
    let wrong: string | undefined;
    await everyOrder(async (choose) => {
      const run = await runScenario(scenario, choose, maxSwitches, sabotage);
      orders += 1;
      const problems = verdict(run);
      if (problems.length > 0)
        wrong ??= [JSON.stringify(scenario), ...problems, 'in this order:', ...run.turns.trace].join('\n  ');
      return wrong === undefined ? run.turns : { branches: [] };
    });
    if (wrong !== undefined) return { orders, wrong };
  }
  return { orders };
}
