/**
 * The upstream's refusals as one table. List only what is documented to have created nothing; everything else
 * after a create is unknown.
 */
import { questionClassOf, questionFailed } from '../answers.ts';
import type { QuestionFailed, RefusalClass } from '../contract.ts';

const refusals: Readonly<Record<number, RefusalClass>> = {
  401: 'credentials',
  422: 'bad_input',
};

export function refusalOf(status: number): RefusalClass | null {
  return refusals[status] ?? null;
}

export const noSuchJob = 'no such job';

/** `status` null: there was no answer. */
export function readQuestionError(status: number | null, message: string): QuestionFailed {
  if (status === null) return questionFailed('unavailable', message);
  const refusal = status === 429 ? 'throttled' : refusalOf(status);
  return questionFailed(questionClassOf(refusal, status), message);
}
