/**
 * Rows for tests of the store: each call writes what the stages would have left behind, so that a test can start
 * in any state. Ids are short and count up (`task_1`, `task_2`), times lie around `T0`.
 */
import type { Database } from '../database.ts';
import { at } from '../sql/statement.ts';

/** The instant around which the tests of the store play. */
export const T0 = Date.UTC(2026, 0, 15, 12);
export const MINUTE = 60_000;

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

export type Rows = ReturnType<typeof createRows>;

export function createRows(database: () => Database) {
  let count = 0;
  const next = (prefix: string): string => {
    count += 1;
    return `${prefix}_${String(count).padStart(6, '0')}`;
  };

  async function insert(table: string, row: Record<string, unknown>): Promise<void> {
    const names = Object.keys(row).map((name) => `"${name}"`);
    const places = names.map((_, index) => `$${index + 1}`);
    const text = `INSERT INTO ${table} (${names.join(', ')}) VALUES (${places.join(', ')})`;
    await database().query({ name: '', text }, Object.values(row));
  }

  async function query<Row>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return (await database().query({ name: '', text }, values)).rows as Row[];
  }

  async function one<Row = Record<string, unknown>>(table: string, id: string): Promise<Row> {
    const [row] = await query<Row>(`SELECT * FROM ${table} WHERE id = $1`, [id]);
    if (row === undefined) throw new Error(`no ${id} in ${table}`);
    return row;
  }

  /** An account with its balance and one key; all three have ids that follow from each other. */
  async function account(
    with_: {
      id?: string;
      balance?: bigint;
      credit?: bigint;
      weight?: number;
      maxInFlight?: number | null;
      maxQueued?: number | null;
      retentionDays?: number | null;
      status?: 'active' | 'suspended';
    } = {},
  ): Promise<{ id: string; key: string }> {
    const id = with_.id ?? next('acct');
    await insert('accounts', {
      id,
      name: id,
      status: with_.status ?? 'active',
      currency: 'USD',
      weight: with_.weight ?? 1,
      max_in_flight: with_.maxInFlight ?? null,
      max_queued: with_.maxQueued ?? null,
      retention_days: with_.retentionDays ?? null,
      markup_basis_points: 0,
      webhook_secret_sealed: `sealed:${id}`,
      created_at: at(T0),
    });
    await insert('balances', {
      account_id: id,
      posted_micros: with_.balance ?? 1_000_000_000n,
      held_micros: 0n,
      credit_limit_micros: with_.credit ?? 0n,
    });
    if ((with_.balance ?? 1_000_000_000n) > 0n) {
      await ledger('top_up', `top_up:${id}:first`, id, null, [
        ['assets:cash', with_.balance ?? 1_000_000_000n],
        [`liabilities:customers:${id}:available`, -(with_.balance ?? 1_000_000_000n)],
      ]);
    }
    return { id, key: await key({ account: id, id: `key_${id}` }) };
  }

  async function key(with_: {
    account: string;
    id?: string;
    budget?: bigint | null;
    period?: 'total' | 'day' | 'month';
    used?: bigint;
    since?: number;
    maxInFlight?: number | null;
  }): Promise<string> {
    const id = with_.id ?? next('key');
    await insert('api_keys', {
      id,
      account_id: with_.account,
      name: id,
      prefix: 'sk-sluice-abc',
      hash: Buffer.from(id),
      scopes: ['tasks'],
      budget_micros: with_.budget ?? null,
      budget_period: with_.period ?? 'total',
      budget_used_micros: with_.used ?? 0n,
      budget_since: at(with_.since ?? T0),
      max_in_flight: with_.maxInFlight ?? null,
      created_at: at(T0),
    });
    return id;
  }

  async function ledger(
    kind: string,
    reference: string,
    accountId: string | null,
    taskId: string | null,
    postings: readonly (readonly [string, bigint])[],
  ): Promise<void> {
    await insert('ledger_transactions', {
      id: next('ltx'),
      kind,
      reference,
      account_id: accountId,
      task_id: taskId,
      currency: 'USD',
      posting_accounts: postings.map(([name]) => name),
      posting_micros: postings.map(([, micros]) => micros),
      at: at(T0),
    });
  }

  async function path(with_: { name?: string; sandbox?: boolean; state?: string } = {}): Promise<string> {
    const name = with_.name ?? next('path');
    await insert('paths', {
      name,
      provider: 'kling',
      base_url: 'https://upstream.example',
      credential_sealed: 'sealed',
      settings: {},
      sandbox: with_.sandbox ?? false,
      state: with_.state ?? 'active',
      query_refilled_at: new Date(0),
      created_at: at(T0),
    });
    return name;
  }

  async function limit(
    pathName: string,
    family: string,
    with_: { configured?: number | null; learned?: number | null; probing?: boolean } = {},
  ): Promise<void> {
    await insert('limits', {
      path_name: pathName,
      family,
      configured: with_.configured ?? null,
      learned: with_.learned ?? null,
      probing: with_.probing ?? false,
    });
  }

  /** A task in any state, with its order, its hold (resolved where the task has ended) and an awake lane. */
  async function task(with_: Partial<TaskRow> & { account: string }): Promise<string> {
    const id = with_.id ?? next('task');
    const state = with_.state ?? 'queued';
    const ended = state === 'succeeded' || state === 'failed' || state === 'canceled';
    const hold = with_.holdMicros ?? 420_000n;
    const outcome = ended ? state : state === 'settling' ? (with_.outcome ?? 'succeeded') : null;
    const deadline = with_.deadlineAt ?? T0 + 60 * MINUTE;
    await insert('tasks', {
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
    await insert('task_orders', {
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
    await query(
      `INSERT INTO lanes VALUES ($1, $2, 0, true) ON CONFLICT (family, account_id) DO UPDATE SET active = true`,
      [with_.family ?? 'kling', with_.account],
    );
    await holdOf(id, with_.account, hold, ended);
    return id;
  }

  async function holdOf(taskId: string, accountId: string, micros: bigint, ended: boolean): Promise<void> {
    const available = `liabilities:customers:${accountId}:available`;
    const held = `liabilities:customers:${accountId}:held`;
    await ledger('hold', `hold:${taskId}`, accountId, taskId, [
      [available, micros],
      [held, -micros],
    ]);
    if (ended) {
      await ledger('release', `end:${taskId}`, accountId, taskId, [
        [held, micros],
        [available, -micros],
      ]);
    } else {
      await query(`UPDATE balances SET held_micros = held_micros + $2 WHERE account_id = $1`, [
        accountId,
        micros,
      ]);
    }
  }

  async function attempt(with_: Partial<AttemptRow> & { task: string; account: string }): Promise<string> {
    const id = with_.id ?? next('att');
    const state = with_.state ?? 'sending';
    const occupying = state === 'sending' || state === 'unknown' || state === 'accepted';
    const accepted = state === 'accepted' || state === 'succeeded' || state === 'failed';
    await insert('attempts', {
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
    accountId: string,
    state: AttemptState = 'sending',
    with_: { task?: Partial<TaskRow>; attempt?: Partial<AttemptRow> } = {},
  ): Promise<{ task: string; attempt: string }> {
    const attemptId = with_.attempt?.id ?? next('att');
    const taskId = await task({ state: 'running', ...with_.task, account: accountId, attemptId });
    const path = with_.task?.pathNames?.[0] ?? 'kling';
    const family = with_.task?.family ?? 'kling';
    await attempt({ path, family, ...with_.attempt, id: attemptId, task: taskId, account: accountId, state });
    return { task: taskId, attempt: attemptId };
  }

  /** A rendered task whose clip is to be copied. */
  async function saving(
    accountId: string,
    with_: {
      task?: Partial<TaskRow>;
      expiresAt?: number | null;
      copyAt?: number;
      lease?: string | null;
      state?: 'copying' | 'stored';
    } = {},
  ): Promise<{ task: string; attempt: string; asset: string }> {
    const ids = await running(accountId, 'succeeded', { task: { state: 'saving', ...with_.task } });
    const id = next('asset');
    const stored = with_.state === 'stored';
    await insert('assets', {
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

  return { insert, query, one, next, account, key, path, limit, task, attempt, running, saving, ledger };
}
