import { type Aws, Unavailable } from '../aws';
import { reasonOf } from '../steps';
import type { Asking } from './asking';
import { NotAsked } from './not-asked';

/** A question of docs/live-questions.md. */
export interface Question {
  readonly number: number;
  /** As it's written there. */
  readonly text: string;
  /** The calls that answer it. */
  readonly calls: readonly string[];
  readonly how: AskedByARun | { readonly kind: 'not asked'; readonly why: string };
}

interface AskedByARun {
  readonly kind: 'asked';
  /** The possible answers, and what each means. */
  readonly answers: Readonly<Record<string, string>>;
  /** @throws NotAsked if what it takes isn't there */
  readonly ask: (asking: Asking) => Promise<string>;
}

/** An answer is one of the answers. */
export const asked = <A extends string>(
  answers: Readonly<Record<A, string>>,
  ask: (asking: Asking) => Promise<A>,
): AskedByARun => ({ kind: 'asked', answers, ask });

export const notAsked = (why: string) => ({ kind: 'not asked', why }) as const;

export interface QuestionResult {
  readonly number: number;
  readonly text: string;
  /** Nothing if it has none. */
  readonly answer?: string;
  /** What the answer means, or why there's none. */
  readonly meaning: string;
  /** Each call, and what it answered. */
  readonly evidence: readonly string[];
}

/** A question that fails is a question without an answer: the others are asked all the same. */
export async function askAll(
  questions: readonly Question[],
  asking: Asking,
  { aws, signal, note }: { aws: Aws; signal: AbortSignal; note: (line: string) => void },
): Promise<readonly QuestionResult[]> {
  const results: QuestionResult[] = [];
  for (const { number, text, how } of questions) {
    const start = aws.evidence.length;
    const found = how.kind === 'not asked' ? { meaning: how.why } : await askOne(how, asking, signal);
    const evidence = aws.evidence.slice(start);
    results.push({ number, text, ...found, evidence });
    note(`question ${number}: ${'answer' in found ? found.answer : 'no answer'}: ${found.meaning}`);
  }
  return results;
}

async function askOne(
  { answers, ask }: AskedByARun,
  asking: Asking,
  signal: AbortSignal,
): Promise<Pick<QuestionResult, 'answer' | 'meaning'>> {
  if (signal.aborted) return { meaning: `the run was ended: ${reasonOf(signal)}` };
  try {
    const answer = await ask(asking);
    return { answer, meaning: answers[answer] ?? '' };
  } catch (error) {
    if (signal.aborted) return { meaning: `the run was ended: ${reasonOf(signal)}` };
    if (error instanceof NotAsked || error instanceof Unavailable) return { meaning: error.message };
    return { meaning: `asking failed: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}` };
  }
}
