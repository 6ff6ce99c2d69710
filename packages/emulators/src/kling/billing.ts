/** The account endpoints: packs and what is left in them, and the deductions one by one. */
import { isObject, type Json, type JsonObject } from '../json.ts';
import { type Account, type Deduction, packStatus } from './account.ts';
import { badValue } from './errors.ts';
import type { Found } from './queries.ts';
import type { KlingTask } from './state.ts';
import { formatUnits } from './units.ts';
import type { Call, World } from './world.ts';

/** A second envelope inside the first, as the vendor has it. */
export function accountCosts(world: World, call: Call, now: number): Found {
  const start = Number(call.query.get('start_time') || Number.NaN);
  const end = Number(call.query.get('end_time') || Number.NaN);
  if (Number.isNaN(start) || Number.isNaN(end)) return refused('start_time and end_time: must not be null');
  const name = call.query.get('resource_pack_name');
  const packs = call.account.packs
    .filter((pack) => (name === null || name === '' || pack.name === name) && pack.validFrom <= end)
    .map((pack) => ({
      resource_pack_name: pack.name,
      resource_pack_id: pack.id,
      resource_pack_type: 'decreasing_total',
      total_quantity: amount(pack.total),
      remaining_quantity: amount(
        pack.remaining + recent(call.account, pack.id, now - world.settings.costsLagMs),
      ),
      purchase_time: pack.validFrom,
      effective_time: pack.validFrom,
      invalid_time: pack.validUntil,
      status: packStatus(pack, now),
    }));
  return { ok: true, data: { code: 0, msg: 'success', resource_pack_subscribe_infos: packs } };
}

/** What was deducted after a moment: the balance that is shown may be hours behind. */
function recent(account: Account, packId: string, since: number): bigint {
  let sum = 0n;
  for (const entry of account.deductions) {
    if (entry.packId === packId && entry.at > since) sum += entry.amount;
  }
  return sum;
}

export function packageBilling(world: World, call: Call, body: Json | undefined): Found {
  const wish = isObject(body) ? body : {};
  const cursor = typeof wish.cursor === 'string' && wish.cursor !== '' ? readCursor(wish.cursor) : null;
  const start = cursor?.start ?? Number(wish.start_time ?? Number.NaN);
  const end = cursor?.end ?? Number(wish.end_time ?? Number.NaN);
  const limit = Number(wish.limit ?? 500);
  if (Number.isNaN(start) || Number.isNaN(end)) return refused('start_time and end_time: must not be null');
  if (!Number.isInteger(limit) || limit < 1 || limit > 500)
    return refused('limit: must be between 1 and 500');
  const matches = readFilters(wish.filters);
  if (matches === null) return refused('filters: the value is invalid');
  const rows = call.account.deductions.filter(
    (entry) => entry.at >= start && entry.at <= end && matches(entry, call.account),
  );
  const from = cursor?.from ?? 0;
  const page = rows.slice(from, from + limit);
  const hasMore = from + page.length < rows.length;
  return {
    ok: true,
    data: {
      result: {
        detail: page.map((entry) => billingRow(entry, call.account, world.state.tasks)),
        count: page.length,
      },
      next_cursor: hasMore ? writeCursor({ start, end, from: from + page.length }) : '',
      has_more: hasMore,
    },
  };
}

/** There are no cash accounts here, so the cash ledger is empty. */
export function balanceBilling(): Found {
  return { ok: true, data: { result: { detail: [], count: 0 }, next_cursor: '', has_more: false } };
}

function billingRow(entry: Deduction, account: Account, tasks: Map<string, KlingTask>): JsonObject {
  const task = tasks.get(entry.taskId);
  return {
    task_id: entry.taskId,
    api_key_name: account.name,
    product_function: task?.product ?? '',
    model_name: task?.model ?? '',
    resolution: task?.resolution ?? '',
    duration:
      task?.clip === null || task?.clip === undefined ? '' : String(Math.floor(task.clip.pictures / 24)),
    refer_video_input: task?.withVideoInput ?? false,
    video_sound: task?.withSound ?? false,
    voice_control: false,
    deduction_time: entry.at,
    package_id: entry.packId,
    product_type: entry.type,
    unit_before_deduction: amount(entry.before),
    deduction_amount: amount(entry.amount),
    unit_after_deduction: amount(entry.after),
  };
}

type Match = (entry: Deduction, account: Account) => boolean;

function readFilters(filters: Json | undefined): Match | null {
  if (filters === undefined || filters === null) return () => true;
  if (!Array.isArray(filters)) return null;
  const keys = new Set<string>();
  const tests: Match[] = [];
  for (const filter of filters) {
    if (!isObject(filter) || typeof filter.key !== 'string' || !Array.isArray(filter.values)) return null;
    const values = filter.values.map(String);
    keys.add(filter.key);
    if (filter.key === 'api_key_name') tests.push((_entry, account) => values.includes(account.name));
    else if (filter.key === 'product_type') tests.push((entry) => values.includes(entry.type));
    else if (filter.key === 'package_name') tests.push((entry) => values.includes(entry.packName));
    else if (filter.key === 'package_id') tests.push((entry) => values.includes(entry.packId));
    else return null;
  }
  if (keys.has('package_name') && keys.has('package_id')) return null;
  return (entry, account) => tests.every((test) => test(entry, account));
}

type Cursor = { start: number; end: number; from: number };

function writeCursor(cursor: Cursor): string {
  return Buffer.from([cursor.start, cursor.end, cursor.from].join(' ')).toString('base64url');
}

function readCursor(text: string): Cursor | null {
  const [start, end, from] = Buffer.from(text, 'base64url').toString('utf8').split(' ').map(Number);
  return start === undefined || end === undefined || from === undefined ? null : { start, end, from };
}

/** The account endpoints give numbers where task records give texts. */
function amount(units: bigint): number {
  return Number(formatUnits(units));
}

function refused(message: string): Found {
  return { ok: false, refusal: badValue(message) };
}
