/**
 * One postmaster process: is one running on this cluster, start one, stop one. Nothing here knows about
 * gateways. PostgreSQL's own `postmaster.pid` is the source: process id, socket folder and state, one per
 * line.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { open, readFile, readlink, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Binaries } from './binaries.ts';
import { spawnFailure } from './cluster.ts';
import { type Home, SOCKET_FILE } from './home.ts';
import type { Identity } from './identity.ts';
import { DatabaseStartError, systemCode } from './start-failure.ts';

export type PidFile = { pid: number; socketDir: string; ready: boolean };

/**
 * smart waits for clients, fast rolls them back and checkpoints, immediate aborts (recovery at next start).
 */
export type StopMode = 'smart' | 'fast' | 'immediate';

const STOP_SIGNALS = { smart: 'SIGTERM', fast: 'SIGINT', immediate: 'SIGQUIT' } as const;
const LOG_ROTATE_BYTES = 8 * 1024 * 1024;
const POLL_MS = 15;
const STOP_PATIENCE_MS = 60_000;
const LOG_TAIL_BYTES = 2000;

export async function readPidFile(data: string): Promise<PidFile | null> {
  let text: string;
  try {
    text = await readFile(join(data, 'postmaster.pid'), 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
  const lines = text.split('\n').map((line) => line.trim());
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return null;
  return { pid, socketDir: lines[4] ?? '', ready: lines[7] === 'ready' };
}

/**
 * Whether `pid` is a postmaster of this very cluster. A process id alone proves nothing: after a container
 * restart the number in the file often belongs to something else, and PostgreSQL would refuse to start
 * because of it.
 */
export async function isPostmaster(pid: number, data: string): Promise<boolean> {
  if (!isAlive(pid)) return false;
  if (process.platform !== 'linux') return (await commandOf(pid)).includes(data);
  try {
    const state = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]?.[0];
    return state !== 'Z' && (await readlink(`/proc/${pid}/cwd`)) === data;
  } catch {
    return false;
  }
}

/** Says nothing about what the process is. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}

function commandOf(pid: number): Promise<string> {
  return new Promise((resolve) => {
    execFile('ps', ['-o', 'command=', '-p', String(pid)], (_error, stdout) => resolve(stdout));
  });
}

/**
 * Removes lock files that name a process which is alive and is not PostgreSQL, or is a zombie that nobody reaps
 * (node as process 1 of a container); PostgreSQL would refuse to start because of them. It deals itself with
 * locks of processes that are gone. Workers of a killed server that are still leaving are noticed by PostgreSQL
 * through their shared memory, and the start is tried again.
 */
export async function removeForeignLocks(data: string, socketDir: string): Promise<void> {
  for (const file of [join(data, 'postmaster.pid'), join(socketDir, `${SOCKET_FILE}.lock`)]) {
    const pid = Number.parseInt(await readFile(file, 'utf8').catch(() => ''), 10);
    if (Number.isInteger(pid) && isAlive(pid) && !(await isPostmaster(pid, data)))
      await rm(file, { force: true });
  }
}

export type Spawned =
  | { outcome: 'ready'; pid: number }
  /** Another process is starting on the same cluster, or its last workers are still leaving. */
  | { outcome: 'busy' }
  | { outcome: 'failed'; reason: string };

/** Starts a postmaster in a session of its own (Ctrl-C does not reach it, and it outlives us). */
export async function spawnPostmaster(
  home: Home,
  binaries: Binaries,
  identity: Identity,
  settings: Record<string, string>,
): Promise<Spawned> {
  const logStart = await rotateLog(home.logFile);
  const log = await open(home.logFile, 'a', 0o600);
  const args = [
    '-D',
    home.data,
    ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]),
  ];
  const ids = identity.dropped ? { uid: identity.uid, gid: identity.gid } : {};
  let child: ChildProcess;
  try {
    child = spawn(binaries.postgres, args, {
      ...ids,
      cwd: home.data,
      detached: true,
      // A file and not a pipe: the log must still have a reader when this process is gone.
      stdio: ['ignore', log.fd, log.fd],
      env: { LC_ALL: 'C', PATH: process.env.PATH ?? '/usr/bin:/bin' },
    });
  } finally {
    await log.close();
  }
  child.unref();
  const ended = new Promise<Error | null>((resolve) => {
    child.once('error', (cause) => resolve(spawnFailure(binaries.postgres, identity, cause)));
    child.once('exit', () => resolve(null));
  });
  return await waitUntilReady(home, child, ended, logStart);
}

async function waitUntilReady(
  home: Home,
  child: ChildProcess,
  ended: Promise<Error | null>,
  logStart: number,
): Promise<Spawned> {
  for (;;) {
    const end = await Promise.race([ended, sleep(POLL_MS, 'waiting' as const)]);
    if (end instanceof Error) throw end;
    if (end === null) return explain(await logSince(home.logFile, logStart));
    const file = await readPidFile(home.data);
    if (file?.ready && file.pid === child.pid) return { outcome: 'ready', pid: file.pid };
  }
}

function explain(output: string): Spawned {
  const busy = ['FATAL:  lock file "', 'pre-existing shared memory block', 'could not bind'];
  if (busy.some((sentence) => output.includes(sentence))) return { outcome: 'busy' };
  return { outcome: 'failed', reason: output.trim() || 'PostgreSQL ended without a word' };
}

/** PostgreSQL holds the old file open when it still runs; it is renamed, never cut. */
async function rotateLog(logFile: string): Promise<number> {
  const bytes = await stat(logFile).then(
    (file) => file.size,
    () => 0,
  );
  if (bytes < LOG_ROTATE_BYTES) return bytes;
  await rename(logFile, `${logFile}.1`);
  return 0;
}

async function logSince(logFile: string, start: number): Promise<string> {
  const bytes = await readFile(logFile);
  return bytes.subarray(Math.max(start, bytes.length - LOG_TAIL_BYTES)).toString('utf8');
}

/** Resolves when the process is gone. A stop that takes too long is followed by an immediate one. */
export async function stopPostmaster(data: string, mode: StopMode): Promise<void> {
  const file = await readPidFile(data);
  if (file === null || !(await isPostmaster(file.pid, data))) return;
  for (const signal of [STOP_SIGNALS[mode], STOP_SIGNALS.immediate]) {
    try {
      process.kill(file.pid, signal);
    } catch (error) {
      if (systemCode(error) === 'ESRCH') return;
      throw error;
    }
    if (await goneWithin(file.pid, data, STOP_PATIENCE_MS)) return;
  }
  throw new DatabaseStartError('stop_failed', `PostgreSQL (process ${file.pid}) did not stop.`);
}

async function goneWithin(pid: number, data: string, patienceMs: number): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < patienceMs; waitedMs += POLL_MS) {
    if (!(await isPostmaster(pid, data))) return true;
    await sleep(POLL_MS);
  }
  return false;
}
