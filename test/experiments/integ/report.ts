import { homedir } from 'node:os';
import { join } from 'node:path';
import { version } from '../../../package.json';
import type { Left } from './cleanup';
import type { QuestionResult } from './questions/question';
import { STEP_OUTCOMES, type StepResult } from './steps';

/** What a run found. */
export interface Report {
  readonly version: string;
  readonly startedAt: string;
  readonly minutes: number;
  /** `AWS`, or the endpoint that stood for it. */
  readonly where: string;
  readonly region: string;
  readonly account: string;
  readonly deployedBy: string;
  readonly steps: readonly StepResult[];
  readonly questions: readonly QuestionResult[];
  /** What the run made and didn't remove. */
  readonly left: readonly Left[];
}

export const reportOf = (found: Omit<Report, 'version'>): Report => ({ version, ...found });

const root = join(__dirname, '../../..');
const PRINCIPAL = /arn:[a-z-]+:(?:sts|iam)::\d*:(?:assumed-role|user|federated-user|root)[^\s"'\\,)]*/g;

/** Without the account, the name of the person who ran it, and where on their computer. */
export function redact(report: Report): Report {
  const text = JSON.stringify(report)
    .replace(PRINCIPAL, '<principal>')
    .replaceAll(root, '.')
    .replaceAll(homedir(), '~');
  const hidden = /^\d{12}$/.test(report.account) ? text.replaceAll(report.account, '<account>') : text;
  return JSON.parse(hidden);
}

/** How many steps ended how. */
export function summaryOf({ steps, questions }: Pick<Report, 'steps' | 'questions'>): string {
  const counts = STEP_OUTCOMES.map((outcome) => `${steps.filter((one) => one.outcome === outcome).length} ${outcome}`);
  const answered = questions.filter(({ answer }) => answer !== undefined).length;
  return `steps: ${counts.join(', ')}; ${answered} of ${questions.length} questions have an answer`;
}
