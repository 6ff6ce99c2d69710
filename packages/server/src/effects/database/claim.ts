/**
 * The one administrative connection that each process keeps to an embedded database, and the two advisory
 * locks that live on it. The server drops a lock with its connection, so a killed process frees its claim by
 * itself and nobody ever has to judge whether a lock file is stale.
 */
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { SUPERUSER } from './cluster.ts';
import { DatabaseStartError, systemCode } from './start-failure.ts';

/** The role and the database of the gateway; the role is no superuser. */
export const OWNER = 'sluice';

const LOCK_SPACE = 0x51_0ce;
/** Held by the one gateway of this data directory. */
const GATEWAY_LOCK = 1;
/** Shared by everybody who uses the server; who gets it exclusively is alone and may stop the server. */
const USERS_LOCK = 2;

const CONNECT_TIMEOUT_MS = 5000;
/**
 * A killed gateway's connection is dropped by the server within milliseconds; this covers a loaded machine.
 */
const CLAIM_PATIENCE_MS = 1000;
const CLAIM_RETRY_MS = 50;

const CANNOT_CONNECT_NOW = '57P03';
/** At least one digit tells SQLSTATE from system errors such as EPIPE. */
const SQLSTATE = /^(?=.*\d)[0-9A-Z]{5}$/;
const ALREADY_EXISTS = new Set(['42710', '42P04', '23505']);

export type Dialled =
  | { outcome: 'connected'; client: pg.Client }
  /** A server answers, and is starting, recovering or stopping. */
  | { outcome: 'not_now' }
  | { outcome: 'nobody' };

export async function dial(socketDir: string, password: string): Promise<Dialled> {
  // A lock file that is only half written; an empty host would make the driver try TCP on localhost.
  if (socketDir === '') return { outcome: 'nobody' };
  const client = new pg.Client({
    host: socketDir,
    port: 5432,
    user: SUPERUSER,
    password,
    database: 'postgres',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: `sluice process ${process.pid} on ${hostname()}`,
  });
  // The watcher listens for `end`; without a listener here a lost connection would end this process.
  client.on('error', () => {});
  try {
    await client.connect();
    return { outcome: 'connected', client };
  } catch (cause) {
    const code = systemCode(cause);
    if (['ENOENT', 'ECONNREFUSED', 'ENOTSOCK'].includes(code)) return { outcome: 'nobody' };
    if (code === CANNOT_CONNECT_NOW || !SQLSTATE.test(code)) return { outcome: 'not_now' };
    throw new DatabaseStartError('start_failed', `The embedded PostgreSQL refused us: ${String(cause)}`, {
      cause,
    });
  }
}

/** False when somebody is about to stop the server. */
export async function joinUsers(client: pg.Client): Promise<boolean> {
  return await lock(client, 'pg_try_advisory_lock_shared', USERS_LOCK);
}

/** True when nobody else uses the server; whoever comes now is told to wait until it is gone. */
export async function leaveAsLast(client: pg.Client): Promise<boolean> {
  await lock(client, 'pg_advisory_unlock_shared', USERS_LOCK);
  return await lock(client, 'pg_try_advisory_lock', USERS_LOCK);
}

/**
 * Makes this process the one gateway of the data directory, for as long as the connection lives. Throws
 * `already_running`, naming the other one.
 */
export async function claimDirectory(client: pg.Client, folder: string): Promise<void> {
  for (let waitedMs = 0; waitedMs <= CLAIM_PATIENCE_MS; waitedMs += CLAIM_RETRY_MS) {
    if (await lock(client, 'pg_try_advisory_lock', GATEWAY_LOCK)) return;
    await sleep(CLAIM_RETRY_MS);
  }
  throw new DatabaseStartError(
    'already_running',
    `Another gateway (${await claimHolder(client)}) already uses the database in ${folder}. Stop it first, ` +
      'choose another data directory, or give several gateways one PostgreSQL server by DATABASE_URL.',
  );
}

type LockFunction = 'pg_try_advisory_lock' | 'pg_try_advisory_lock_shared' | 'pg_advisory_unlock_shared';

async function lock(client: pg.Client, name: LockFunction, key: number): Promise<boolean> {
  const { rows } = await client.query<{ done: boolean }>(`SELECT ${name}($1::int, $2::int) AS done`, [
    LOCK_SPACE,
    key,
  ]);
  return rows[0]?.done === true;
}

async function claimHolder(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ holder: string }>(
    `SELECT a.application_name || ', since ' || to_char(a.backend_start, 'YYYY-MM-DD HH24:MI:SS TZ') AS holder
       FROM pg_locks l JOIN pg_stat_activity a USING (pid)
      WHERE l.locktype = 'advisory' AND l.classid = $1 AND l.objid = $2 AND l.granted`,
    [LOCK_SPACE, GATEWAY_LOCK],
  );
  return rows[0]?.holder ?? 'one that is just leaving';
}

/** The gateway's role and database, made at the first start (or after a first start that was killed here). */
export async function ensureOwner(client: pg.Client, password: string): Promise<void> {
  const { rows } = await client.query<{ role: boolean; base: boolean }>(
    `SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1) AS role,
            EXISTS (SELECT FROM pg_database WHERE datname = $1) AS base`,
    [OWNER],
  );
  const secret = client.escapeLiteral(password);
  if (!rows[0]?.role) await createOnce(client, `CREATE ROLE ${OWNER} LOGIN CREATEDB PASSWORD ${secret}`);
  if (!rows[0]?.base) await createOnce(client, `CREATE DATABASE ${OWNER} OWNER ${OWNER}`);
}

async function createOnce(client: pg.Client, sql: string): Promise<void> {
  try {
    await client.query(sql);
  } catch (error) {
    if (!ALREADY_EXISTS.has(systemCode(error))) throw error;
  }
}
