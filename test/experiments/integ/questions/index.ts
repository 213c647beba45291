import { busAndFunctionQuestions } from './bus-and-function';
import { consumerQuestions } from './consumers';
import { pullAndPolicyQuestions } from './pulls-and-policies';
import type { Question } from './question';
import { refusalQuestions } from './refusals';
import { signingAndLayerQuestions } from './signing-and-layers';

/** All of docs/live-questions.md, in its order. */
export const QUESTIONS: readonly Question[] = [
  ...consumerQuestions,
  ...pullAndPolicyQuestions,
  ...refusalQuestions,
  ...busAndFunctionQuestions,
  ...signingAndLayerQuestions,
];
