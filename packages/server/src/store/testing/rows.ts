/**
 * Rows for tests of the store: each call writes what the stages would have left behind, so that a test can start
 * in any state. Ids are short and count up (`task_1`, `task_2`), times lie around `T0`.
 */
import type { Database } from '../database.ts';
import { at } from '../sql/statement.ts';
import {
  type AccountOptions,
  account,
  createWriter,
  type KeyOptions,
  key,
  type LedgerEntry,
  type LimitOptions,
  ledger,
  limit,
  MINUTE,
  type PathOptions,
  path,
  T0,
  type Writer,
} from './ground.ts';

export { MINUTE, T0 };

const PRICE = {
  currency: 'USD',
  minimumMicros: '420000',
  maximumMicros: '420000',
  unitPriceMicros: '84000',
  per: 'second',
};

export type TaskState = 'queued' | 'running' | 'saving' | 'settling' | 'succeeded' | 'failed' | 'canceled';
export type AttemptState =
  | 'sending'
  | 'unknown'
  | 'accepted'
  | 'refused'
  | 'succeeded'
  | 'failed'
  | 'canceled'
  | 'expired'
  | 'abandoned';

export type TaskRow = {
  id: string;
  account: string;
  key: string;
  family: string;
  pathNames: readonly string[];
  state: TaskState;
  outcome: 'succeeded' | 'failed' | 'canceled';
  priority: number;
  slotMs: number;
  holdMicros: bigint;
  attemptId: string | null;
  startBy: number | null;
  finishBy: number | null;
  deadlineAt: number;
  expiresAt: number;
  notBefore: number | null;
  cancelRequestedAt: number | null;
  callbackUrl: string | null;
  createdAt: number;
};

export type AttemptRow = {
  id: string;
  task: string;
  account: string;
  path: string;
  family: string;
  state: AttemptState;
  number: number;
  lease: string | null;
  askAt: number;
  sentAt: number;
  poked: boolean;
};

export type RunningOptions = { task?: Partial<TaskRow>; attempt?: Partial<AttemptRow> };

export type SavingOptions = {
  task?: Partial<TaskRow>;
  expiresAt?: number | null;
  copyAt?: number;
  lease?: string | null;
  state?: 'copying' | 'stored';
};

export type TaskOptions = Partial<TaskRow> & { account: string };
export type AttemptOptions = Partial<AttemptRow> & { task: string; account: string };

export type Rows = ReturnType<typeof createRows>;

export function createRows(database: () => Database) {
  const writer = createWriter(database);
  return {
    ...writer,
    account: (options: AccountOptions = {}) => account(writer, options),
    key: (options: KeyOptions) => key(writer, options),
    path: (options: PathOptions = {}) => path(writer, options),
    limit: (pathName: string, family: string, options: LimitOptions = {}) =>
      limit(writer, pathName, family, options),
    task: (options: TaskOptions) => task(writer, options),
    attempt: (options: AttemptOptions) => attempt(writer, options),
    running: (accountId: string, state?: AttemptState, options: RunningOptions = {}) =>
      running(writer, accountId, state, options),
    saving: (accountId: string, options: SavingOptions = {}) => saving(writer, accountId, options),
    ledger: (...entry: LedgerEntry) => ledger(writer, ...entry),
  };
}

/** A task in any state, with its order, its hold (resolved where the task has ended) and an awake lane. */
async function task(writer: Writer, with_: TaskOptions): Promise<string> {
  const id = with_.id ?? writer.next('task');
  const state = with_.state ?? 'queued';
  const ended = state === 'succeeded' || state === 'failed' || state === 'canceled';
  const hold = with_.holdMicros ?? 420_000n;
  const outcome = ended ? state : state === 'settling' ? (with_.outcome ?? 'succeeded') : null;
  const deadline = with_.deadlineAt ?? T0 + 60 * MINUTE;
  await writer.insert('tasks', {
    id,
    account_id: with_.account,
    key_id: with_.key ?? `key_${with_.account}`,
    model: 'kling-3.0',
    family: with_.family ?? 'kling',
    state,
    priority: with_.priority ?? 0,
    path_names: with_.pathNames ?? ['kling'],
    path_name: with_.attemptId ? (with_.pathNames?.[0] ?? 'kling') : null,
    attempt_id: with_.attemptId ?? null,
    attempts: with_.attemptId ? 1 : 0,
    sandbox: false,
    slot_ms: with_.slotMs ?? 60_000,
    shape: 'kling-3.0/text-to-video/720p/5',
    not_before: at(with_.notBefore ?? null),
    expires_at: at(with_.expiresAt ?? deadline),
    due_at: state === 'settling' ? at(T0) : null,
    cancel_requested_at: at(with_.cancelRequestedAt ?? null),
    outcome,
    error_code: outcome === 'failed' ? 'render_failed' : outcome === 'canceled' ? 'canceled' : null,
    hold_micros: hold,
    charge_micros: ended ? (state === 'succeeded' ? hold : 0n) : null,
    request_hash: Buffer.from(id),
    created_at: at(with_.createdAt ?? T0),
    started_at: with_.attemptId ? at(T0) : null,
    finished_at: ended ? at(T0) : null,
  });
  await writer.insert('task_orders', {
    task_id: id,
    order: { model: 'kling-3.0', prompt: 'a river' },
    price: PRICE,
    route: {},
    metadata: { shot: '7' },
    callback_url: with_.callbackUrl ?? null,
    start_by: at(with_.startBy ?? null),
    finish_by: at(with_.finishBy ?? null),
    deadline_at: at(deadline),
  });
  await writer.query(
    `INSERT INTO lanes VALUES ($1, $2, 0, true) ON CONFLICT (family, account_id) DO UPDATE SET active = true`,
    [with_.family ?? 'kling', with_.account],
  );
  await holdOf(writer, id, with_.account, hold, ended);
  return id;
}

async function holdOf(
  writer: Writer,
  taskId: string,
  accountId: string,
  micros: bigint,
  ended: boolean,
): Promise<void> {
  const available = `liabilities:customers:${accountId}:available`;
  const held = `liabilities:customers:${accountId}:held`;
  await ledger(writer, 'hold', `hold:${taskId}`, accountId, taskId, [
    [available, micros],
    [held, -micros],
  ]);
  if (ended) {
    await ledger(writer, 'release', `end:${taskId}`, accountId, taskId, [
      [held, micros],
      [available, -micros],
    ]);
  } else {
    await writer.query(`UPDATE balances SET held_micros = held_micros + $2 WHERE account_id = $1`, [
      accountId,
      micros,
    ]);
  }
}

async function attempt(writer: Writer, with_: AttemptOptions): Promise<string> {
  const id = with_.id ?? writer.next('att');
  const state = with_.state ?? 'sending';
  const occupying = state === 'sending' || state === 'unknown' || state === 'accepted';
  const accepted = state === 'accepted' || state === 'succeeded' || state === 'failed';
  await writer.insert('attempts', {
    id,
    task_id: with_.task,
    number: with_.number ?? 1,
    account_id: with_.account,
    path_name: with_.path ?? 'kling',
    family: with_.family ?? 'kling',
    state,
    correlation_id: id,
    callback_token: `token-${id}`,
    upstream_id: accepted ? `up-${id}` : null,
    handle: accepted ? { id: `up-${id}` } : null,
    ask_at: at(with_.askAt ?? T0 + MINUTE),
    lease: with_.lease === undefined ? (state === 'sending' ? 'lease-1' : null) : with_.lease,
    poked: with_.poked ?? false,
    expected_ms: 60_000,
    shape: 'kling-3.0/text-to-video/720p/5',
    sent_at: at(with_.sentAt ?? T0),
    accepted_at: accepted ? at(T0) : null,
    ended_at: occupying ? null : at(T0),
  });
  return id;
}

/** A running task and its attempt in the given state. */
async function running(
  writer: Writer,
  accountId: string,
  state: AttemptState = 'sending',
  with_: RunningOptions = {},
): Promise<{ task: string; attempt: string }> {
  const attemptId = with_.attempt?.id ?? writer.next('att');
  const taskId = await task(writer, { state: 'running', ...with_.task, account: accountId, attemptId });
  const path = with_.task?.pathNames?.[0] ?? 'kling';
  const family = with_.task?.family ?? 'kling';
  await attempt(writer, {
    path,
    family,
    ...with_.attempt,
    id: attemptId,
    task: taskId,
    account: accountId,
    state,
  });
  return { task: taskId, attempt: attemptId };
}

/** A rendered task whose clip is to be copied. */
async function saving(
  writer: Writer,
  accountId: string,
  with_: SavingOptions = {},
): Promise<{ task: string; attempt: string; asset: string }> {
  const ids = await running(writer, accountId, 'succeeded', { task: { state: 'saving', ...with_.task } });
  const id = writer.next('asset');
  const stored = with_.state === 'stored';
  await writer.insert('assets', {
    id,
    task_id: ids.task,
    account_id: accountId,
    attempt_id: ids.attempt,
    kind: 'video',
    state: with_.state ?? 'copying',
    source_url: stored ? null : `https://upstream.example/${id}.mp4`,
    source_expires_at: at(with_.expiresAt ?? null),
    copy_at: stored ? null : at(with_.copyAt ?? T0),
    lease: with_.lease ?? null,
    blob_key: stored ? `assets/${id}.mp4` : null,
    bytes: stored ? 1_000 : null,
    sha256: stored ? 'ab' : null,
    duration_seconds: stored ? 5 : null,
    created_at: at(T0),
  });
  return { ...ids, asset: id };
}
