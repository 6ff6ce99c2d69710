/** Cursors of lists: the key of the last row, opaque to clients, so that pages stay whole while rows are added. */
import type { Refusal } from '@sluice/contract';

export type Cursor<Key> = { ok: true; before: Key | null } | { ok: false; refusal: Refusal };

const REFUSAL: Refusal = {
  code: 'invalid_input',
  field: 'cursor',
  message: 'cursor: not one that this list has given out.',
};

export function cursorOf(key: string | bigint): string {
  return Buffer.from(String(key), 'utf8').toString('base64url');
}

export function readIdCursor(cursor: string | undefined): Cursor<string> {
  if (cursor === undefined) return { ok: true, before: null };
  const key = Buffer.from(cursor, 'base64url').toString('utf8');
  return /^[a-z]+_[0-9a-f]{32}$/.test(key) ? { ok: true, before: key } : { ok: false, refusal: REFUSAL };
}

export function readNumberCursor(cursor: string | undefined): Cursor<bigint> {
  if (cursor === undefined) return { ok: true, before: null };
  const key = Buffer.from(cursor, 'base64url').toString('utf8');
  return /^\d{1,18}$/.test(key) ? { ok: true, before: BigInt(key) } : { ok: false, refusal: REFUSAL };
}

/** A page of `limit`, out of rows of which one more was asked for to see whether there is a next page. */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  keyOf: (row: Row) => string | bigint,
  view: (row: Row) => Item,
): { object: 'list'; data: Item[]; next_cursor: string | null } {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { object: 'list', data: shown.map(view), next_cursor: more ? cursorOf(keyOf(last)) : null };
}
