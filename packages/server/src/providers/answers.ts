/** What answers of all vendors have in common: when to ask again, and what a refusal means for a free question. */
import type { QuestionFailed, RefusalClass } from './contract.ts';

/** A question that was not answered says nothing about a task. */
export function questionFailed(
  questionClass: QuestionFailed['class'],
  message: string,
  retryAfterMs: number | null = null,
): QuestionFailed {
  return { kind: 'question_failed', class: questionClass, message, retryAfterMs };
}

/** Null: the status is all there is. */
export function questionClassOf(refusal: RefusalClass | null, httpStatus: number): QuestionFailed['class'] {
  switch (refusal) {
    case 'credentials':
    case 'forbidden':
      return 'credentials';
    case 'throttled':
    case 'no_slot':
      return 'throttled';
    case 'unavailable':
    case 'wallet':
      return 'unavailable';
    case 'bad_input':
    case 'moderation':
    case 'no_model':
    case 'duplicate_key':
      return 'unreadable';
    case null:
      return httpStatus >= 500 || httpStatus === 408 ? 'unavailable' : 'unreadable';
  }
}

/** `Retry-After`: seconds, or an HTTP date. */
export function retryAfterOf(headers: Record<string, string>, nowMs: number): number | null {
  const value = headers['retry-after']?.trim();
  if (!value) return null;
  if (/^\d{1,9}(\.\d+)?$/.test(value)) return Math.ceil(Number(value) * 1000);
  // Only a date that starts with a day name: the platform reads a year into nearly anything.
  const dateMs = /^[A-Z][a-z]{2}, /.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(dateMs) ? null : Math.max(0, dateMs - nowMs);
}
