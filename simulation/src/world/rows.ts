/** The rows that the checks look at, as one statement hands them over: those that changed since the last look. */
import { attemptStates, taskStates } from '@sluice/server/decide/task.ts';
import { z } from 'zod';

const Micros = z.number().int();
const Instant = z.number();

export const TaskRow = z.object({
  id: z.string(),
  account_id: z.string(),
  key_id: z.string(),
  family: z.string(),
  state: z.enum(taskStates),
  version: z.number().int(),
  path_name: z.string().nullable(),
  attempt_id: z.string().nullable(),
  attempts: z.number().int(),
  path_names: z.array(z.string()),
  not_before: Instant.nullable(),
  due_at: Instant.nullable(),
  expires_at: Instant,
  cancel_requested: z.boolean(),
  outcome: z.enum(['succeeded', 'failed', 'canceled']).nullable(),
  error_code: z.string().nullable(),
  error_message: z.string().nullable(),
  hold_micros: Micros,
  charge_micros: Micros.nullable(),
  request_key: z.string().nullable(),
  batch_id: z.string().nullable(),
  created_at: Instant,
  started_at: Instant.nullable(),
  finished_at: Instant.nullable(),
  start_by: Instant.nullable(),
  finish_by: Instant.nullable(),
  deadline_at: Instant,
  callback_url: z.string().nullable(),
  intent: z.string(),
});
export type TaskRow = z.infer<typeof TaskRow>;

export const AttemptRow = z.object({
  id: z.string(),
  task_id: z.string(),
  number: z.number().int(),
  path_name: z.string(),
  family: z.string(),
  state: z.enum(attemptStates),
  sends: z.number().int(),
  ask_at: Instant,
  upstream_id: z.string().nullable(),
  callback_token: z.string(),
  sent_at: Instant,
  accepted_at: Instant.nullable(),
  ended_at: Instant.nullable(),
  cost_micros: Micros.nullable(),
});
export type AttemptRow = z.infer<typeof AttemptRow>;

export const AssetRow = z.object({
  id: z.string(),
  task_id: z.string(),
  attempt_id: z.string(),
  kind: z.enum(['video', 'poster']),
  state: z.enum(['copying', 'stored', 'lost', 'deleted']),
  blob_key: z.string().nullable(),
  bytes: z.number().nullable(),
  sha256: z.string().nullable(),
  copy_at: Instant.nullable(),
  delete_at: Instant.nullable(),
});
export type AssetRow = z.infer<typeof AssetRow>;

export const LedgerRow = z.object({
  number: z.number().int(),
  id: z.string(),
  kind: z.enum(['top_up', 'adjustment', 'hold', 'settle', 'release', 'cost', 'refund']),
  reference: z.string(),
  task_id: z.string().nullable(),
  currency: z.string(),
  accounts: z.array(z.string()),
  micros: z.array(Micros),
});
export type LedgerRow = z.infer<typeof LedgerRow>;

export const BalanceRow = z.object({
  account_id: z.string(),
  posted_micros: Micros,
  held_micros: Micros,
  credit_limit_micros: Micros,
});
export type BalanceRow = z.infer<typeof BalanceRow>;

export const KeyRow = z.object({
  id: z.string(),
  account_id: z.string().nullable(),
  budget_micros: Micros.nullable(),
  budget_period: z.enum(['total', 'day', 'month']),
  budget_used_micros: Micros,
  max_in_flight: z.number().int().nullable(),
});
export type KeyRow = z.infer<typeof KeyRow>;

export const EventRow = z.object({
  number: z.number().int(),
  id: z.string(),
  task_id: z.string().nullable(),
  type: z.string(),
  version: z.number().int().nullable(),
});
export type EventRow = z.infer<typeof EventRow>;

export const DeliveryRow = z.object({
  id: z.string(),
  endpoint_id: z.string().nullable(),
  event_id: z.string(),
  task_id: z.string().nullable(),
  url: z.string(),
  state: z.enum(['waiting', 'delivered', 'exhausted']),
  tries: z.number().int(),
  due_at: Instant,
});
export type DeliveryRow = z.infer<typeof DeliveryRow>;

export const LimitRow = z.object({
  path_name: z.string(),
  family: z.string(),
  configured: z.number().int().nullable(),
  learned: z.number().int().nullable(),
  raise_at: Instant.nullable(),
  rest_until: Instant.nullable(),
});
export type LimitRow = z.infer<typeof LimitRow>;

export const PathRow = z.object({
  name: z.string(),
  health: z.string(),
  health_until: Instant.nullable(),
  watch_at: Instant.nullable(),
});
export type PathRow = z.infer<typeof PathRow>;

export const EndpointRow = z.object({
  id: z.string(),
  account_id: z.string(),
  status: z.enum(['enabled', 'disabled']),
  types: z.array(z.string()),
});
export type EndpointRow = z.infer<typeof EndpointRow>;

const rowsOf = <Row extends z.ZodType>(row: Row) =>
  z
    .array(row)
    .nullable()
    .transform((rows) => rows ?? []);

export const Changed = z.object({
  /** Everything written from here on has at least this transaction number. */
  next: z.coerce.number(),
  tasks: rowsOf(TaskRow),
  attempts: rowsOf(AttemptRow),
  assets: rowsOf(AssetRow),
  ledger: rowsOf(LedgerRow),
  balances: rowsOf(BalanceRow),
  keys: rowsOf(KeyRow),
  events: rowsOf(EventRow),
  deliveries: rowsOf(DeliveryRow),
  limits: rowsOf(LimitRow),
  endpoints: rowsOf(EndpointRow),
  paths: rowsOf(PathRow),
});
export type Changed = z.infer<typeof Changed>;

/** Seconds with a fraction would lose digits; milliseconds since 1970 do not. */
const ms = (column: string): string => `(extract(epoch FROM ${column}) * 1000)::float8`;
const since = (table: string): string => `${table}.xmin::text::bigint >= $1`;
const list = (name: string, columns: string, from: string, order: string): string =>
  `'${name}', (SELECT json_agg(r ORDER BY r.${order}) FROM (SELECT ${columns} FROM ${from}) r)`;

const ASSET = `id, task_id, attempt_id, kind, state, blob_key, bytes, sha256, ${ms('copy_at')} AS copy_at,
  ${ms('delete_at')} AS delete_at`;
const BALANCE = 'account_id, posted_micros, held_micros, credit_limit_micros';
const DELIVERY = `id, endpoint_id, event_id, task_id, url, state, tries, ${ms('due_at')} AS due_at`;
const LIMIT = `path_name, family, configured, learned, ${ms('raise_at')} AS raise_at,
  CASE WHEN rest_strikes > 0 THEN ${ms('rest_until')} END AS rest_until`;
const PATH = `name, health, ${ms('health_until')} AS health_until, ${ms('watch_at')} AS watch_at`;
const TASK = `t.id, t.account_id, t.key_id, t.family, t.state, t.version, t.path_name, t.attempt_id, t.attempts,
  t.path_names, ${ms('t.not_before')} AS not_before, ${ms('t.due_at')} AS due_at,
  ${ms('t.expires_at')} AS expires_at, t.cancel_requested_at IS NOT NULL AS cancel_requested, t.outcome, t.error_code,
  t.error_message, t.hold_micros, t.charge_micros, t.request_key, t.batch_id, ${ms('t.created_at')} AS created_at,
  ${ms('t.started_at')} AS started_at, ${ms('t.finished_at')} AS finished_at, ${ms('o.start_by')} AS start_by,
  ${ms('o.finish_by')} AS finish_by, ${ms('o.deadline_at')} AS deadline_at, o.callback_url,
  coalesce(o.metadata->>'intent', '') AS intent`;
const ATTEMPT = `id, task_id, number, path_name, family, state, sends, upstream_id, callback_token,
  ${ms('ask_at')} AS ask_at,
  ${ms('sent_at')} AS sent_at, ${ms('accepted_at')} AS accepted_at, ${ms('ended_at')} AS ended_at, cost_micros`;

/** $1 transaction number. */
export const changedRows = {
  name: 'simulation.changed',
  text: `SELECT json_build_object('next', pg_snapshot_xmax(pg_current_snapshot())::text,
    ${list('tasks', TASK, `tasks t JOIN task_orders o ON o.task_id = t.id WHERE ${since('t')}`, 'id')},
    ${list('attempts', ATTEMPT, `attempts WHERE ${since('attempts')}`, 'id')},
    ${list('assets', ASSET, `assets WHERE ${since('assets')}`, 'id')},
    ${list(
      'ledger',
      'number, id, kind, reference, task_id, currency, posting_accounts AS accounts, posting_micros AS micros',
      `ledger_transactions l WHERE ${since('l')}`,
      'number',
    )},
    ${list('balances', BALANCE, `balances WHERE ${since('balances')}`, 'account_id')},
    ${list(
      'keys',
      'id, account_id, budget_micros, budget_period, budget_used_micros, max_in_flight',
      `api_keys WHERE ${since('api_keys')}`,
      'id',
    )},
    ${list(
      'events',
      `number, id, task_id, type, (data->>'version')::int AS version`,
      `events WHERE ${since('events')}`,
      'number',
    )},
    ${list('deliveries', DELIVERY, `deliveries WHERE ${since('deliveries')}`, 'id')},
    ${list('limits', LIMIT, `limits WHERE ${since('limits')}`, 'path_name')},
    ${list('endpoints', 'id, account_id, status, types', `endpoints WHERE ${since('endpoints')}`, 'id')},
    ${list('paths', PATH, `paths WHERE ${since('paths')}`, 'name')}
  ) AS changed`,
};
