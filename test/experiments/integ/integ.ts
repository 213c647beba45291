import type { Left } from './cleanup';
import { testImages } from './images';
import { QUESTIONS } from './questions';
import { Asking } from './questions/asking';
import { askAll, type QuestionResult } from './questions/question';
import { repairStep } from './repair-step';
import { Repositories } from './repositories';
import type { RunContext } from './run-context';
import { serviceSteps } from './service-steps';
import { runSteps, type StepResult } from './steps';
import { translationStep } from './translation-step';

export interface Found {
  /** Nothing if no repository could be made. */
  readonly account: string | undefined;
  readonly steps: readonly StepResult[];
  readonly questions: readonly QuestionResult[];
  readonly left: readonly Left[];
}

/**
 * Runs the steps, asks the questions, and removes what was made, whatever has failed.
 * @param keep what was made
 */
export async function runInteg(context: RunContext, keep = false): Promise<Found> {
  const { clock, signal, note, cleanup, aws } = context;
  try {
    const images = await testImages(context.names);
    const repositories = new Repositories();
    const steps = [
      ...serviceSteps(context, images, repositories),
      repairStep(context, images, repositories),
      translationStep(context, images),
    ];
    const results = await runSteps(steps, { signal, note, now: () => clock.now() });
    const questions = await askAll(QUESTIONS, new Asking(context, images, repositories), { aws, signal, note });
    return { account: repositories.knownAccount, steps: results, questions, left: await remove() };
  } catch (error) {
    await remove();
    throw error;
  }

  async function remove(): Promise<readonly Left[]> {
    return keep ? cleanup.keep('--keep') : cleanup.run();
  }
}
