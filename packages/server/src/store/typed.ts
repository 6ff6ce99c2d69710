/** The one place where rows get their type: the statements are ours, and each is executed by a test. */
import type { Result } from './database.ts';

export function rowsOf<Row>(result: Result): Row[] {
  return result.rows as Row[];
}

export function firstOf<Row>(result: Result): Row | null {
  return rowsOf<Row>(result)[0] ?? null;
}
