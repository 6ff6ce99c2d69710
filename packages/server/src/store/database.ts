/**
 * The one door to PostgreSQL: named statements over a pool, transactions that are repeated when the server
 * asks for it, and notifications. Nothing above this file knows the driver.
 *
 * What comes back: `int8` as bigint, `numeric` as string, `timestamptz` as unix milliseconds (finer digits
 * are cut off), `date`, `timestamp` and `interval` as PostgreSQL writes them, `json`/`jsonb` parsed.
 * Everything else is the driver's usual choice. A timestamp goes in as `timestampParameter(ms)`.
 */
import pg from 'pg';
import type { Clock } from '../effects/clock/clock.ts';
import type { Random } from '../effects/random/random.ts';
import { CommitUnknownError, commitIsUnknown, RolledBackError, shouldRepeat } from './database-failure.ts';
import { listener } from './database-listen.ts';
import { columnTypes } from './database-types.ts';

export { timestampParameter } from './database-types.ts';

/** `name` becomes the prepared statement's name on the server: unique per text, at most 63 bytes. */
export type Statement = { name: string; text: string };

export type Row = Record<string, unknown>;

export type Result = {
  rows: Row[];
  /** Rows returned, or changed by a statement that returns none. */
  count: number;
};

export type Queryable = {
  query(statement: Statement, values?: readonly unknown[]): Promise<Result>;
};

export type Transaction = Queryable & {
  /** Several statements without parameters at once: for migrations, never for values. */
  run(sql: string): Promise<void>;
  /**
   * For last statements whose answer nobody needs: they leave together with COMMIT, in one round trip. Where one fails,
   * the transaction fails with its error.
   */
  send(statement: Statement, values?: readonly unknown[]): void;
};

export type Isolation = 'read committed' | 'repeatable read' | 'serializable';

export type TransactionOptions = {
  isolation?: Isolation;
  readOnly?: boolean;
  /**
   * The first statements, which only read or lock, leave together with BEGIN, in one round trip. Not for writes: should
   * BEGIN alone fail, they would stand on their own.
   */
  eager?: boolean;
};

export type Subscription = { close(): Promise<void> };

export type Health = { ok: true; latencyMs: number } | { ok: false; reason: string };

export type DatabaseOptions = {
  /** Connections at most. One more is used while somebody listens. */
  max: number;
  applicationName: string;
  statementTimeoutMs: number;
  lockTimeoutMs: number;
  clock: Clock;
  random: Random;
  /** How long to wait for a free or new connection before failing (503 for requests). Default `REQUEST_WAIT_MS`. */
  connectTimeoutMs?: number;
  /**
   * True behind a transaction pooler (PgBouncer): no prepared names and no session settings (time-outs then
   * hold only inside transactions). Notifications need `listenUrl`, a way around the pooler.
   */
  pooler?: boolean;
  listenUrl?: string;
  /** After each statement, failed ones included. `commit` and the like are reported under their own names. */
  onStatement?: (name: string, ms: number) => void;
  /** A connection broke while idle, or notifications were interrupted. Nothing needs to be done. */
  onTrouble?: (error: Error) => void;
};

export type Database = Queryable & {
  /**
   * Runs `body` in one transaction. `body` runs again, at most `MAX_ATTEMPTS` times in all, when the server
   * reports a serialization failure or a deadlock, so it must have no effect outside the transaction. Throws
   * `CommitUnknownError` when the connection was cut at COMMIT: read back by a unique key, never just run
   * again.
   */
  transaction<T>(body: (transaction: Transaction) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /**
   * Calls `onNotify` with each payload, and with null when the connection was made again and notifications
   * may have been missed. A hint only: whoever listens must poll as well.
   */
  listen(channel: string, onNotify: (payload: string | null) => void): Promise<Subscription>;
  /**
   * A connection of one's own, for COPY and session settings; destroyed afterwards, so nothing leaks from it. It counts
   * beside the others.
   */
  withConnection<T>(body: (client: pg.Client) => Promise<T>): Promise<T>;
  health(): Promise<Health>;
  /** From now on: a start waits patiently for a slow database, requests do not. */
  limitConnectTime(ms: number): void;
  /** For metrics. */
  connections(): { total: number; idle: number; waiting: number };
  /** Waits for the connections in use. */
  close(): Promise<void>;
};

export const MAX_ATTEMPTS = 5;
const RETRY_BASE_MS = 10;
export const REQUEST_WAIT_MS = 1000;
/**
 * A connection may take longer to make than anybody waits for it: then it is there for the next one. Otherwise a
 * database that is slower to connect than a request is patient could never be used.
 */
const ESTABLISH_MS = 10_000;
/** A transaction whose process hangs in the middle must not hold its locks for ever. */
const IDLE_IN_TRANSACTION_MS = 60_000;

export function openDatabase(url: string, options: DatabaseOptions): Database {
  const config = connectionConfig(url, options);
  const wait = { ms: options.connectTimeoutMs ?? REQUEST_WAIT_MS };
  const pool = new pg.Pool({ ...config, max: options.max, pipeline: true });
  const connect = () => connectWithin(pool, options.clock, wait.ms);
  const trouble = options.onTrouble ?? (() => {});
  // An idle connection that breaks reports here; unheard, it would end the process.
  pool.on('error', trouble);
  // So would one that breaks on its way to whoever asked for it, when neither the pool nor he listens: a database that
  // is killed says so in the same breath in which it says that it is ready. A query on such a connection fails.
  pool.on('connect', (client) => client.on('error', () => {}));
  const listening = listener(() => new pg.Client(listenConfig(url, options)), options.clock, trouble);

  return {
    // A statement on its own that lost against others has done nothing: it may be run again, like a transaction.
    query: (statement, values) =>
      repeated(options, () =>
        withClient(connect, (client) => statementRunner(client, options)(statement, values)),
      ),
    transaction: (body, kind = {}) => repeated(options, () => attempt(connect, options, body, kind)),
    listen: (channel, onNotify) =>
      options.pooler && !options.listenUrl
        ? Promise.resolve({ close: () => Promise.resolve() })
        : listening.listen(channel, onNotify),
    withConnection: (body) => withConnection(config, body),
    health: () => health(connect, options.clock),
    limitConnectTime: (ms) => {
      wait.ms = ms;
      pool.options.connectionTimeoutMillis = Math.max(ms, ESTABLISH_MS);
    },
    connections: () => ({ total: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }),
    close: async () => {
      await listening.close();
      await pool.end();
    },
  };
}

function connectionConfig(url: string, options: DatabaseOptions): pg.ClientConfig {
  const session = {
    statement_timeout: options.statementTimeoutMs,
    lock_timeout: options.lockTimeoutMs,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
  };
  return {
    connectionString: url,
    application_name: options.applicationName,
    types: columnTypes,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    connectionTimeoutMillis: Math.max(options.connectTimeoutMs ?? 0, ESTABLISH_MS),
    ...(options.pooler ? {} : session),
  };
}

function listenConfig(url: string, options: DatabaseOptions): pg.ClientConfig {
  return {
    connectionString: options.listenUrl ?? url,
    application_name: `${options.applicationName} listener`,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    connectionTimeoutMillis: ESTABLISH_MS,
  };
}

type Connect = () => Promise<pg.PoolClient>;

/** A connection that comes too late for whoever asked goes to the next one. */
async function connectWithin(pool: pg.Pool, clock: Clock, ms: number): Promise<pg.PoolClient> {
  if (pool.idleCount > pool.waitingCount) return await pool.connect();
  const coming = pool.connect();
  const arrived = new AbortController();
  const late = clock.sleep(ms, arrived.signal).then(() => null);
  const client = await Promise.race([coming, late]).finally(() => arrived.abort());
  if (client) return client;
  coming.then(
    (unused) => unused.release(),
    () => {},
  );
  throw new Error('timeout exceeded when trying to connect');
}

/** One statement on its own. A connection on which it failed is not trusted with another. */
async function withClient<T>(connect: Connect, body: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await connect();
  let broken = true;
  const onBroken = () => {};
  client.on('error', onBroken);
  try {
    const value = await body(client);
    broken = false;
    return value;
  } finally {
    client.off('error', onBroken);
    client.release(broken);
  }
}

function statementRunner(client: pg.PoolClient, options: DatabaseOptions): Queryable['query'] {
  const { clock, onStatement } = options;
  return async ({ name, text }, values = []) => {
    const startedAt = clock.monotonic();
    try {
      const prepared = options.pooler ? { text } : { name, text };
      const result = await client.query<Row>({ ...prepared, values: [...values] });
      return { rows: result.rows, count: result.rowCount ?? 0 };
    } catch (error) {
      // Whoever logs the error sees which statement it was.
      throw error instanceof Error ? Object.assign(error, { statement: name }) : error;
    } finally {
      onStatement?.(name, clock.monotonic() - startedAt);
    }
  };
}

async function attempt<T>(
  connect: Connect,
  options: DatabaseOptions,
  body: (transaction: Transaction) => Promise<T>,
  kind: TransactionOptions,
): Promise<T> {
  const client = await connect();
  let broken = false;
  const onBroken = () => {
    broken = true;
  };
  client.on('error', onBroken);
  try {
    const begun = timed(options, 'begin', () => client.query(beginText(options, kind)));
    // Looked at below; until then nobody may be told that it failed.
    begun.catch(() => {});
    if (!kind.eager) await begun;
    const query = statementRunner(client, options);
    const last: Promise<Result>[] = [];
    const value = await body({
      query,
      run: async (sql) => void (await client.query(sql)),
      send: (statement, values) => {
        const sent = query(statement, values);
        sent.catch(() => {});
        last.push(sent);
      },
    });
    await begun;
    await commitAfter(last, commit(client, options));
    return value;
  } catch (error) {
    if (error instanceof CommitUnknownError) broken = true;
    else await client.query('ROLLBACK').catch(onBroken);
    throw error;
  } finally {
    client.off('error', onBroken);
    client.release(broken);
  }
}

function beginText(options: DatabaseOptions, kind: TransactionOptions): string {
  const isolation = kind.isolation ? ` ISOLATION LEVEL ${kind.isolation.toUpperCase()}` : '';
  const begin = `BEGIN${isolation}${kind.readOnly ? ' READ ONLY' : ''}`;
  if (!options.pooler) return begin;
  return (
    `${begin}; SET LOCAL statement_timeout = ${Math.trunc(options.statementTimeoutMs)}; ` +
    `SET LOCAL lock_timeout = ${Math.trunc(options.lockTimeoutMs)}`
  );
}

async function commit(client: pg.PoolClient, options: DatabaseOptions): Promise<void> {
  try {
    const { command } = await timed(options, 'commit', () => client.query('COMMIT'));
    // PostgreSQL answers a COMMIT of a failed transaction with ROLLBACK and no error.
    if (command === 'ROLLBACK') throw new RolledBackError();
  } catch (error) {
    if (commitIsUnknown(error)) throw new CommitUnknownError({ cause: error });
    throw error;
  }
}

/** Both are on their way. What is not known of COMMIT outweighs what the statements before it say. */
async function commitAfter(last: readonly Promise<Result>[], commit: Promise<void>): Promise<void> {
  const [committed, ...sent] = await Promise.allSettled([commit, ...last]);
  if (committed.status === 'rejected' && committed.reason instanceof CommitUnknownError)
    throw committed.reason;
  const failed = sent.find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason;
  if (committed.status === 'rejected') throw committed.reason;
}

async function timed<T>(options: DatabaseOptions, name: string, work: () => Promise<T>): Promise<T> {
  const startedAt = options.clock.monotonic();
  try {
    return await work();
  } finally {
    options.onStatement?.(name, options.clock.monotonic() - startedAt);
  }
}

async function repeated<T>({ clock, random }: DatabaseOptions, run: () => Promise<T>): Promise<T> {
  for (let attemptNumber = 1; ; attemptNumber += 1) {
    try {
      return await run();
    } catch (error) {
      if (attemptNumber >= MAX_ATTEMPTS || !shouldRepeat(error)) throw error;
      await clock.sleep(random.fraction() * RETRY_BASE_MS * 2 ** attemptNumber);
    }
  }
}

async function withConnection<T>(
  config: pg.ClientConfig,
  body: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client(config);
  client.on('error', () => {});
  await client.connect();
  try {
    return await body(client);
  } finally {
    await client.end();
  }
}

async function health(connect: Connect, clock: Clock): Promise<Health> {
  const startedAt = clock.monotonic();
  try {
    await withClient(connect, (client) => client.query('SELECT 1'));
    return { ok: true, latencyMs: clock.monotonic() - startedAt };
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message : String(error) };
  }
}
