import { setTimeout as pause } from 'node:timers/promises';

/** CloudFormation has no answer, and a second one of another kind would not reach it either. */
export class AnswerNotTaken extends Error {
  override readonly name = 'AnswerNotTaken';
}

const PAUSES_MS = [500, 1_000, 2_000];
const LONGEST_MS = 3_000;

/**
 * Sends an answer to the URL that CloudFormation signed. The signature is of a request without a content type, which a text would get.
 * @param wait between attempts
 * @throws AnswerNotTaken
 */
export async function putAnswer(
  url: string,
  body: string,
  wait: (ms: number) => Promise<unknown> = pause,
): Promise<void> {
  const problems: unknown[] = [];
  for (const ms of [0, ...PAUSES_MS]) {
    if (ms > 0) await wait(ms);
    try {
      const options = { method: 'PUT', body: new TextEncoder().encode(body), signal: AbortSignal.timeout(LONGEST_MS) };
      const response = await fetch(url, options);
      await response.arrayBuffer();
      if (response.ok) return;
      problems.push(`HTTP ${response.status}`);
    } catch (error) {
      problems.push(error);
    }
  }
  throw new AnswerNotTaken(`CloudFormation took no answer: ${problems.join(', ')}`);
}
