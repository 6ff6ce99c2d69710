/**
 * The embedded database: a real PostgreSQL beside the gateway, in its data directory. It is started when
 * nobody runs it, adopted when it outlived a killed gateway, restarted when it dies, and stopped by whoever
 * leaves last.
 */
import { createHash } from 'node:crypto';
import { rmdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { type Binaries, prepareBinaries } from './binaries.ts';
import { claimDirectory, dial, ensureOwner, joinUsers, leaveAsLast, OWNER } from './claim.ts';
import { ensureCluster, SUPERUSER } from './cluster.ts';
import { type Home, openHome } from './home.ts';
import { databaseIdentity, type Identity } from './identity.ts';
import {
  isPostmaster,
  readPidFile,
  removeForeignLocks,
  type StopMode,
  spawnPostmaster,
  stopPostmaster,
} from './postmaster.ts';
import { DatabaseStartError } from './start-failure.ts';

export type EmbeddedOptions = {
  dataDir: string;
  log: (line: string) => void;
  /** False only for tests: a power cut then loses or damages data. */
  fsync?: boolean;
  /** PostgreSQL settings, over ours. */
  settings?: Record<string, string>;
  /**
   * Where root puts what the database's user cannot reach in the data directory. Default `/var/lib/sluice`.
   */
  systemDir?: string;
  /** True (default) for a gateway; false for tools that may work beside one (backup, doctor). */
  claim?: boolean;
  /** How often a server that died is brought back within ten minutes. Default 20. */
  maxRecoveries?: number;
  /** Called when the database died and could not be brought back; the process should end. */
  onLost?: (error: DatabaseStartError) => void;
};

export type Embedded = {
  /** For the gateway's role and database, over the unix socket. Holds the password: never log it. */
  url: string;
  /** The superuser's, for tools and tests. */
  adminUrl: string;
  adopted: boolean;
  version: string;
  /** The folder of the cluster; not below the data directory when the database's user cannot reach that. */
  folder: string;
  /** Stops PostgreSQL, unless somebody else still uses it. */
  stop(mode?: StopMode): Promise<void>;
};

type Context = {
  options: EmbeddedOptions;
  identity: Identity;
  binaries: Binaries;
  home: Home;
  password: string;
  settings: Record<string, string>;
};

type Connection = { client: pg.Client; adopted: boolean; socketDir: string };

const SYSTEM_DIR = '/var/lib/sluice';
const RETRY_MS = 50;
/** Crash recovery replays at most one checkpoint distance; minutes only on a very slow disk. */
const START_PATIENCE_MS = 10 * 60_000;
const PATIENCE_NOTE_MS = 5000;
const MAX_RECOVERIES = 20;
const RECOVERY_WINDOW_MS = 10 * 60_000;

export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const context = await prepare(options);
  const first = await open(context);
  const watch = keepAlive(context, first);
  return {
    url: connectionUrl(OWNER, OWNER, context.password, first.socketDir),
    adminUrl: connectionUrl(SUPERUSER, 'postgres', context.password, first.socketDir),
    adopted: first.adopted,
    version: await serverVersion(first.client),
    folder: context.home.folder,
    stop: watch.stop,
  };
}

async function prepare(options: EmbeddedOptions): Promise<Context> {
  const identity = await databaseIdentity(options.dataDir);
  const places = { dataDir: options.dataDir, systemDir: options.systemDir ?? SYSTEM_DIR };
  const home = await openHome(places, identity, options.log);
  const binaries = await prepareBinaries(identity, places, options.log);
  const fsync = options.fsync ?? true;
  const { password } = await ensureCluster(home, binaries, identity, { fsync, log: options.log });
  const settings = serverSettings(home, fsync, options.settings ?? {});
  const mark = createHash('sha256')
    .update(JSON.stringify([binaries.packageVersion, settings]))
    .digest('hex');
  settings['sluice.started_as'] = mark.slice(0, 16);
  return { options, identity, binaries, home, password, settings };
}

export function serverSettings(
  home: Pick<Home, 'socketDir'>,
  fsync: boolean,
  extra: Record<string, string>,
): Record<string, string> {
  const unsafe = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', wal_level: 'minimal' };
  return {
    listen_addresses: '',
    unix_socket_directories: home.socketDir,
    unix_socket_permissions: '0700',
    port: '5432',
    cluster_name: 'sluice',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_line_prefix: '%m [%p] ',
    log_checkpoints: 'off',
    log_min_messages: 'warning',
    max_connections: '200',
    max_wal_senders: '0',
    // Short statements only: compiling them costs more than running them.
    jit: 'off',
    ...(fsync ? {} : unsafe),
    ...extra,
  };
}

/** Connects to the server, starting it when it is not running, and takes the locks. */
async function open(context: Context): Promise<Connection> {
  let notedAtMs = performance.now();
  const deadlineMs = notedAtMs + START_PATIENCE_MS;
  while (performance.now() < deadlineMs) {
    const found = await findRunning(context);
    const reached = found.outcome === 'absent' ? await start(context) : found;
    if (reached.outcome === 'connected' && (await attach(context, reached.connection)))
      return reached.connection;
    if (performance.now() - notedAtMs > PATIENCE_NOTE_MS) {
      notedAtMs = performance.now();
      context.options.log('waiting for PostgreSQL, which is recovering or stopping');
    }
    await sleep(RETRY_MS);
  }
  throw new DatabaseStartError(
    'start_failed',
    `PostgreSQL was not ready in time; see ${context.home.logFile}.`,
  );
}

type Reached = { outcome: 'connected'; connection: Connection } | { outcome: 'not_now' };

async function findRunning({ home, password }: Context): Promise<Reached | { outcome: 'absent' }> {
  const file = await readPidFile(home.data);
  if (file === null) return { outcome: 'absent' };
  // The socket is asked before the process id: the server may run in another container on the same volume.
  const dialled = await dial(file.socketDir, password);
  if (dialled.outcome === 'connected') {
    const { client } = dialled;
    return { outcome: 'connected', connection: { client, adopted: true, socketDir: file.socketDir } };
  }
  if (dialled.outcome === 'not_now' || (await isPostmaster(file.pid, home.data)))
    return { outcome: 'not_now' };
  return { outcome: 'absent' };
}

async function start({ home, binaries, identity, settings, password }: Context): Promise<Reached> {
  await removeForeignLocks(home.data, home.socketDir);
  const spawned = await spawnPostmaster(home, binaries, identity, settings);
  if (spawned.outcome === 'busy') return { outcome: 'not_now' };
  if (spawned.outcome === 'failed') {
    throw new DatabaseStartError('start_failed', `PostgreSQL did not start: ${spawned.reason}`);
  }
  const dialled = await dial(home.socketDir, password);
  if (dialled.outcome !== 'connected') return { outcome: 'not_now' };
  const { client } = dialled;
  return { outcome: 'connected', connection: { client, adopted: false, socketDir: home.socketDir } };
}

/** False when this server is about to go away, and the caller should look again. */
async function attach(context: Context, { client, adopted }: Connection): Promise<boolean> {
  try {
    if (!(await joinUsers(client))) return await leave(client);
    if (context.options.claim ?? true) {
      await claimDirectory(client, context.home.folder);
      if (adopted && !(await startedLikeUs(context, client)) && (await leaveAsLast(client))) {
        context.options.log(
          'restarting PostgreSQL, which was started by another release or with other settings',
        );
        await stopPostmaster(context.home.data, 'fast');
        return await leave(client);
      }
      await joinUsers(client);
    }
    await ensureOwner(client, context.password);
    return true;
  } catch (error) {
    await leave(client);
    throw error;
  }
}

async function leave(client: pg.Client): Promise<false> {
  await client.end().catch(() => {});
  return false;
}

async function startedLikeUs({ settings }: Context, client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ mark: string | null }>(
    "SELECT current_setting('sluice.started_as', true) AS mark",
  );
  return rows[0]?.mark === settings['sluice.started_as'];
}

async function serverVersion(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ server_version: string }>('SHOW server_version');
  return rows[0]?.server_version ?? '';
}

function connectionUrl(role: string, database: string, password: string, socketDir: string): string {
  return `postgresql://${role}:${password}@/${database}?host=${encodeURIComponent(socketDir)}`;
}

/**
 * Watches the connection: when it ends, the server died (or dropped us), so start or adopt and claim again.
 */
function keepAlive(context: Context, first: Connection): { stop(mode?: StopMode): Promise<void> } {
  const { log, onLost } = context.options;
  const recoveredAtMs: number[] = [];
  let current = first;
  let stopping = false;
  let recovering: Promise<void> = Promise.resolve();

  function watch(connection: Connection): void {
    current = connection;
    connection.client.once('end', () => {
      if (!stopping) recovering = recover();
    });
  }

  async function recover(): Promise<void> {
    const nowMs = performance.now();
    recoveredAtMs.push(nowMs);
    const recent = recoveredAtMs.filter((atMs) => nowMs - atMs < RECOVERY_WINDOW_MS);
    log('the connection to PostgreSQL was lost; bringing it back');
    try {
      if (recent.length > (context.options.maxRecoveries ?? MAX_RECOVERIES)) {
        throw new DatabaseStartError(
          'start_failed',
          `PostgreSQL died ${recent.length} times within ten minutes; see ${context.home.logFile}.`,
        );
      }
      const connection = await open(context);
      watch(connection);
      log(connection.adopted ? 'PostgreSQL is back' : 'PostgreSQL was started again');
    } catch (cause) {
      const error =
        cause instanceof DatabaseStartError
          ? cause
          : new DatabaseStartError('start_failed', `PostgreSQL could not be brought back: ${String(cause)}`, {
              cause,
            });
      log(error.message);
      onLost?.(error);
    }
  }

  async function stop(mode: StopMode = 'fast'): Promise<void> {
    if (stopping) return;
    stopping = true;
    await recovering;
    if (await isLast(context, current)) await stopServer(context, mode);
    else log('PostgreSQL keeps running: another process still uses it');
    await leave(current.client);
  }

  watch(first);
  return { stop };
}

async function stopServer({ home }: Context, mode: StopMode): Promise<void> {
  await stopPostmaster(home.data, mode);
  // PostgreSQL removes its socket; the folder is ours, and litter when it had to be outside the home.
  if (!home.socketDir.startsWith(home.folder)) await rmdir(home.socketDir).catch(() => {});
}

async function isLast({ password }: Context, { client, socketDir }: Connection): Promise<boolean> {
  try {
    return await leaveAsLast(client);
  } catch {
    // Our connection is gone, perhaps together with our claim: ask on a new one before stopping anything.
    const again = await dial(socketDir, password);
    if (again.outcome !== 'connected') return false;
    const last = await leaveAsLast(again.client);
    await leave(again.client);
    return last;
  }
}
