/** Reads of the new generation: tasks by id, and the cursor list. */
import { isObject, type Json, type JsonObject, readJson } from '../json.ts';
import { badValue, type Refusal } from './errors.ts';
import type { QueryFault } from './faults.ts';
import { newRecord, readStatus } from './render.ts';
import { findByExternal, findOwn, type KlingTask } from './state.ts';
import type { Call, World } from './world.ts';

export type Found = { ok: true; data: Json } | { ok: false; refusal: Refusal };

const mostIds = 20;

export function tasksById(world: World, call: Call, fault: QueryFault | null): Found {
  const ids = split(call.query.get('task_ids'));
  const externalIds = split(call.query.get('external_task_ids'));
  if (ids.length > 0 && externalIds.length > 0)
    return refused('task_ids and external_task_ids cannot be used together');
  if (ids.length + externalIds.length === 0) return refused('task_ids or external_task_ids is required');
  if (ids.length + externalIds.length > mostIds)
    return refused(`task_ids and external_task_ids cannot exceed ${mostIds} in total`);
  if (fault?.do === 'hide') return { ok: true, data: [] };
  const { name } = call.account;
  const tasks = [
    ...ids.map((id) => findOwn(world.state, name, id)),
    ...externalIds.map((id) => findByExternal(world.state, name, id)),
  ].filter((task) => task !== null);
  const records = tasks.map((task) => newRecord(task, readStatus(task), world.links));
  return { ok: true, data: fault?.do === 'swap' ? swapped(records) : records };
}

/** Each record under the next one's ids; a single one under an id that nobody asked for. */
function swapped(records: JsonObject[]): JsonObject[] {
  return records.map((record, at) => {
    const other = records[(at + 1) % records.length];
    if (other === undefined || records.length === 1)
      return { ...record, id: (BigInt(String(record.id)) + 1n).toString() };
    const { external_id: _own, ...rest } = record;
    const theirs = other.external_id;
    return { ...rest, id: other.id ?? '', ...(theirs === undefined ? {} : { external_id: theirs }) };
  });
}

type Filter = { statuses: string[] | null; types: string[] | null };
type Window = { start: number; end: number; filter: Filter; after: { at: number; id: string } | null };

export function listTasks(world: World, call: Call, body: Json | undefined, now: number): Found {
  const wish = isObject(body) ? body : {};
  const limit = wish.limit === undefined ? 100 : Number(wish.limit);
  if (!Number.isInteger(limit) || limit < 1 || limit > 500)
    return refused('limit: must be between 1 and 500');
  const window =
    typeof wish.cursor === 'string' && wish.cursor !== '' ? readCursor(wish.cursor) : readWindow(wish, now);
  if (window === null) return refused('cursor, start_time, end_time or filters: the value is invalid');
  const matching = [...world.state.tasks.values()]
    .filter((task) => task.account === call.account.name && isWithin(task, window))
    .sort((one, other) => other.createdAt - one.createdAt || (one.id < other.id ? 1 : -1));
  const page = matching.slice(0, limit);
  const last = page.at(-1);
  const hasMore = matching.length > page.length;
  const next =
    hasMore && last !== undefined ? { ...window, after: { at: last.createdAt, id: last.id } } : null;
  const result = page.map((task) => newRecord(task, readStatus(task), world.links));
  return {
    ok: true,
    data: {
      result,
      count: result.length,
      next_cursor: next === null ? '' : writeCursor(next),
      has_more: hasMore,
    },
  };
}

function isWithin(task: KlingTask, { start, end, filter, after }: Window): boolean {
  if (task.createdAt < start || task.createdAt > end) return false;
  if (filter.statuses !== null && !filter.statuses.includes(task.status)) return false;
  if (filter.types !== null && (task.product === 'element' || !filter.types.includes(task.packType)))
    return false;
  if (after === null) return true;
  return task.createdAt < after.at || (task.createdAt === after.at && task.id < after.id);
}

const monthMs = 30 * 24 * 3_600_000;

/** The docs disagree whether the times are numbers or texts; both were seen to work. */
function readWindow(wish: JsonObject, now: number): Window | null {
  const end = time(wish.end_time) ?? now;
  const start = time(wish.start_time) ?? end - monthMs;
  const filter: Filter = { statuses: null, types: null };
  const filters = wish.filters ?? [];
  if (!Array.isArray(filters) || Number.isNaN(start) || Number.isNaN(end)) return null;
  for (const entry of filters) {
    if (!isObject(entry) || !Array.isArray(entry.values)) return null;
    const values = entry.values.map(String);
    if (entry.key === 'status') filter.statuses = values;
    else if (entry.key === 'product_type') filter.types = values;
    else return null;
  }
  return { start, end, filter, after: null };
}

function time(value: Json | undefined): number | undefined {
  return value === undefined || value === null || value === '' ? undefined : Number(value);
}

function writeCursor(window: Window): string {
  return Buffer.from(JSON.stringify(window)).toString('base64url');
}

function readCursor(cursor: string): Window | null {
  const value = readJson(Buffer.from(cursor, 'base64url').toString('utf8'));
  if (!isObject(value) || !isObject(value.after) || !isObject(value.filter)) return null;
  const { start, end, after, filter } = value;
  if (typeof start !== 'number' || typeof end !== 'number') return null;
  if (typeof after.at !== 'number' || typeof after.id !== 'string') return null;
  return {
    start,
    end,
    filter: { statuses: textsOf(filter.statuses), types: textsOf(filter.types) },
    after: { at: after.at, id: after.id },
  };
}

function textsOf(value: Json | undefined): string[] | null {
  return Array.isArray(value) ? value.map(String) : null;
}

function split(value: string | null): string[] {
  return (value ?? '')
    .split(',')
    .map((id) => id.trim())
    .filter((id) => id !== '');
}

function refused(message: string): Found {
  return { ok: false, refusal: badValue(message) };
}
