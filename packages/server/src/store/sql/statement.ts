/** Statements are static text with a name; values of a whole batch travel as one JSON parameter. */

export type Statement = { name: string; text: string };

export function statement(name: string, text: string): Statement {
  return { name, text };
}

/** Rows as one JSON parameter for `json_to_recordset`; bigints become strings, instants ISO text, bytes hex. */
export function rows(values: readonly Record<string, unknown>[]): string {
  return json(values);
}

/** One value for a `jsonb` column, in the same spelling. */
export function json(value: unknown): string {
  return JSON.stringify(value, (_key, value: unknown) => {
    if (typeof value === 'bigint') return value.toString();
    if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
    return value;
  });
}

/**
 * The same rows in the one order in which every writer touches them, so that two writers of the same rows never
 * wait for each other in a circle. Where a statement writes rows that others may hold, it locks them first, by an
 * `ORDER BY … FOR NO KEY UPDATE` of its own: in which order an UPDATE takes them is the planner's affair.
 */
export function inOrder<Row>(values: readonly Row[], idOf: (row: Row) => string): Row[] {
  return values.toSorted((a, b) => (idOf(a) < idOf(b) ? -1 : 1));
}

/** Unix milliseconds as an instant for the driver; null stays null. */
export function at(ms: number): Date;
export function at(ms: number | null): Date | null;
export function at(ms: number | null): Date | null {
  return ms === null ? null : new Date(ms);
}

/** Unix milliseconds as text for a JSON parameter. */
export function iso(ms: number): string;
export function iso(ms: number | null): string | null;
export function iso(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
