/** What must exist before there can be tasks, for tests of the store: accounts, keys, paths, limits. */
import type { Database } from '../database.ts';
import { at } from '../sql/statement.ts';

/** The instant around which the tests of the store play. */
export const T0 = Date.UTC(2026, 0, 15, 12);
export const MINUTE = 60_000;

export type Writer = ReturnType<typeof createWriter>;
export type AccountOptions = {
  id?: string;
  balance?: bigint;
  credit?: bigint;
  weight?: number;
  maxInFlight?: number | null;
  maxQueued?: number | null;
  retentionDays?: number | null;
  status?: 'active' | 'suspended';
};

export type KeyOptions = {
  account: string;
  id?: string;
  budget?: bigint | null;
  period?: 'total' | 'day' | 'month';
  used?: bigint;
  since?: number;
  maxInFlight?: number | null;
};

export type PathOptions = { name?: string; sandbox?: boolean; state?: string };

export type LimitOptions = { configured?: number | null; learned?: number | null; probing?: boolean };

export type LedgerEntry = [
  kind: string,
  reference: string,
  accountId: string | null,
  taskId: string | null,
  postings: readonly (readonly [string, bigint])[],
];

export function createWriter(database: () => Database) {
  let count = 0;
  const query = async <Row>(text: string, values: readonly unknown[] = []): Promise<Row[]> =>
    (await database().query({ name: '', text }, values)).rows as Row[];
  return {
    query,
    next: (prefix: string): string => {
      count += 1;
      return `${prefix}_${String(count).padStart(6, '0')}`;
    },
    insert: async (table: string, row: Record<string, unknown>): Promise<void> => {
      const names = Object.keys(row).map((name) => `"${name}"`);
      const places = names.map((_, index) => `$${index + 1}`);
      await query(
        `INSERT INTO ${table} (${names.join(', ')}) VALUES (${places.join(', ')})`,
        Object.values(row),
      );
    },
    one: async <Row = Record<string, unknown>>(table: string, id: string): Promise<Row> => {
      const [row] = await query<Row>(`SELECT * FROM ${table} WHERE id = $1`, [id]);
      if (row === undefined) throw new Error(`no ${id} in ${table}`);
      return row;
    },
  };
}

/** An account with its balance and one key; all three have ids that follow from each other. */
export async function account(
  writer: Writer,
  with_: AccountOptions = {},
): Promise<{ id: string; key: string }> {
  const id = with_.id ?? writer.next('acct');
  await writer.insert('accounts', {
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
  await writer.insert('balances', {
    account_id: id,
    posted_micros: with_.balance ?? 1_000_000_000n,
    held_micros: 0n,
    credit_limit_micros: with_.credit ?? 0n,
  });
  if ((with_.balance ?? 1_000_000_000n) > 0n) {
    await ledger(writer, 'top_up', `top_up:${id}:first`, id, null, [
      ['assets:cash', with_.balance ?? 1_000_000_000n],
      [`liabilities:customers:${id}:available`, -(with_.balance ?? 1_000_000_000n)],
    ]);
  }
  return { id, key: await key(writer, { account: id, id: `key_${id}` }) };
}

export async function key(writer: Writer, with_: KeyOptions): Promise<string> {
  const id = with_.id ?? writer.next('key');
  await writer.insert('api_keys', {
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

export async function ledger(writer: Writer, ...entry: LedgerEntry): Promise<void> {
  const [kind, reference, accountId, taskId, postings] = entry;
  await writer.insert('ledger_transactions', {
    id: writer.next('ltx'),
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

export async function path(writer: Writer, with_: PathOptions = {}): Promise<string> {
  const name = with_.name ?? writer.next('path');
  await writer.insert('paths', {
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

export async function limit(
  writer: Writer,
  pathName: string,
  family: string,
  with_: LimitOptions = {},
): Promise<void> {
  await writer.insert('limits', {
    path_name: pathName,
    family,
    configured: with_.configured ?? null,
    learned: with_.learned ?? null,
    probing: with_.probing ?? false,
  });
}
