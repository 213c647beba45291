import { Unavailable } from './aws';

/** A part of a run that passes or fails as a whole. */
export interface Step {
  readonly name: string;
  /** Names of steps that must have passed. */
  readonly needs: readonly string[];
  /** @returns what it saw @throws Unavailable if the endpoint can't show it, and anything else if it fails */
  readonly run: () => Promise<string>;
}

export const STEP_OUTCOMES = ['passed', 'failed', 'not available', 'not run'] as const;
export interface StepResult {
  readonly name: string;
  readonly outcome: (typeof STEP_OUTCOMES)[number];
  readonly detail: string;
  readonly seconds: number;
}

/** Runs the steps in their order. A step that fails ends nothing but the steps that need it. */
export async function runSteps(
  steps: readonly Step[],
  { signal, note, now }: { signal: AbortSignal; note: (line: string) => void; now: () => number },
): Promise<readonly StepResult[]> {
  const results: StepResult[] = [];
  for (const step of steps) {
    const start = now();
    const { outcome, detail } = await outcomeOf(step, results, signal);
    results.push({ name: step.name, outcome, detail, seconds: Math.round((now() - start) / 100) / 10 });
    note(`${step.name}: ${outcome}: ${detail}`);
  }
  return results;
}

async function outcomeOf(
  { needs, run }: Step,
  earlier: readonly StepResult[],
  signal: AbortSignal,
): Promise<Pick<StepResult, 'outcome' | 'detail'>> {
  if (signal.aborted) return { outcome: 'not run', detail: `the run was ended: ${reasonOf(signal)}` };
  const missing = needs.filter((name) => !earlier.some((one) => one.name === name && one.outcome === 'passed'));
  if (missing.length > 0) return { outcome: 'not run', detail: `it needs '${missing.join("', '")}' to pass` };
  try {
    return { outcome: 'passed', detail: await run() };
  } catch (error) {
    if (signal.aborted) return { outcome: 'not run', detail: `the run was ended: ${reasonOf(signal)}` };
    if (error instanceof Unavailable) return { outcome: 'not available', detail: error.message };
    return { outcome: 'failed', detail: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
  }
}

export const reasonOf = ({ reason }: AbortSignal): string =>
  reason instanceof Error && reason.name === 'TimeoutError' ? 'the time limit was reached' : 'it was interrupted';
