/**
 * The upstream's refusals as one table. List only what is documented to have created nothing; everything else
 * after a create is unknown.
 */
import type { QuestionFailed, RefusalClass } from '../contract.ts';

const refusals: Readonly<Record<number, RefusalClass>> = {
  401: 'credentials',
  422: 'bad_input',
};

export function refusalOf(status: number): RefusalClass | null {
  return refusals[status] ?? null;
}

export const noSuchJob = 'no such job';

export function questionFailed(status: number | null, message: string): QuestionFailed {
  const failed = (questionClass: QuestionFailed['class']): QuestionFailed => ({
    kind: 'question_failed',
    class: questionClass,
    message,
    retryAfterMs: null,
  });
  if (status === null || status >= 500) return failed('unavailable');
  if (status === 401) return failed('credentials');
  return failed(status === 429 ? 'throttled' : 'unreadable');
}
