/**
 * Where the cluster lives. `<data directory>/postgres` holds `data` (the cluster), `socket` and `log`. When
 * the database's user cannot reach the data directory (a clone in root's private home), the same three
 * folders live under /var/lib/sluice and `postgres` is a link to them.
 */
import { createHash, randomBytes } from 'node:crypto';
import {
  chmod,
  chown,
  lstat,
  mkdir,
  readdir,
  realpath,
  rm,
  rmdir,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Places } from './binaries.ts';
import { firstClosedFolder, type Identity } from './identity.ts';
import { DatabaseStartError, systemCode } from './start-failure.ts';

export type Home = {
  folder: string;
  /** PostgreSQL's own data directory. */
  data: string;
  socketDir: string;
  logFile: string;
};

/** `sun_path` is 108 bytes on Linux and 104 on macOS, terminator included. */
const SOCKET_PATH_MAX_BYTES = process.platform === 'darwin' ? 103 : 107;
export const SOCKET_FILE = '.s.PGSQL.5432';

export async function openHome(
  places: Places,
  identity: Identity,
  log: (line: string) => void,
): Promise<Home> {
  const dataDir = resolve(places.dataDir);
  const folder = await findOrMakeHome({ ...places, dataDir }, identity, log);
  await mkdir(join(folder, 'log'), { recursive: true, mode: 0o700 });
  return {
    folder,
    data: join(folder, 'data'),
    socketDir: await openSocketDir(folder, identity),
    logFile: join(folder, 'log', 'postgres.log'),
  };
}

async function findOrMakeHome(
  places: Places,
  identity: Identity,
  log: (line: string) => void,
): Promise<string> {
  const { dataDir } = places;
  await mkdir(dataDir, { recursive: true, mode: identity.dropped ? 0o711 : 0o700 });
  const entry = join(dataDir, 'postgres');
  const kind = await entryKind(entry);
  if (kind === 'link') return await followLink(entry, identity);
  if (kind === 'folder') {
    const closed = await firstClosedFolder(entry, identity);
    if (closed === null) return await realpath(entry);
    await discardIfEmpty(entry, closed, identity);
  } else if ((await firstClosedFolder(dataDir, identity)) === null) {
    await mkdir(entry, { mode: 0o711 }).catch(ignoreExisting);
    if (identity.dropped) await chmod(entry, 0o711);
    return await realpath(entry);
  }
  return await makeElsewhere(places, entry, identity, log);
}

async function entryKind(path: string): Promise<'none' | 'link' | 'folder'> {
  try {
    return (await lstat(path)).isSymbolicLink() ? 'link' : 'folder';
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return 'none';
    throw error;
  }
}

async function followLink(link: string, identity: Identity): Promise<string> {
  let folder: string;
  try {
    folder = await realpath(link);
  } catch (cause) {
    // Starting an empty cluster here would look like every task and every balance had vanished.
    throw new DatabaseStartError(
      'cluster_missing',
      `${link} points to a database that is not there. Put it back, or remove the link to begin anew.`,
      { cause },
    );
  }
  const closed = await firstClosedFolder(folder, identity);
  if (closed !== null) throw unreachable(folder, closed, identity);
  return folder;
}

async function discardIfEmpty(folder: string, closed: string, identity: Identity): Promise<void> {
  try {
    await rmdir(folder);
  } catch {
    throw unreachable(folder, closed, identity);
  }
}

function unreachable(folder: string, closed: string, identity: Identity): DatabaseStartError {
  return new DatabaseStartError(
    'unreachable',
    `The database in ${folder} runs as user ${identity.uid}, which may not enter ${closed}. ` +
      `Allow it with "chmod a+x ${closed}", or move the data directory.`,
  );
}

/**
 * A fresh folder each time: a data directory that was deleted must not come back to life with old contents.
 */
async function makeElsewhere(
  { dataDir, systemDir }: Places,
  entry: string,
  identity: Identity,
  log: (line: string) => void,
): Promise<string> {
  const prefix = createHash('sha256').update(dataDir).digest('hex').slice(0, 10);
  const folder = join(systemDir, `${prefix}-${randomBytes(4).toString('hex')}`);
  try {
    await mkdir(systemDir, { recursive: true, mode: 0o755 });
    const closed = await firstClosedFolder(systemDir, identity);
    if (closed !== null) throw unreachable(systemDir, closed, identity);
    const older = (await readdir(systemDir)).filter((name) => name.startsWith(`${prefix}-`));
    if (older.length > 0) log(`left from earlier in ${systemDir}, no longer used: ${older.join(', ')}`);
    await mkdir(folder, { mode: 0o711 });
    await chmod(folder, 0o711);
    await writeFile(join(folder, 'ORIGIN'), `${dataDir}\n`);
  } catch (cause) {
    if (cause instanceof DatabaseStartError) throw cause;
    throw new DatabaseStartError(
      'unreachable',
      `${dataDir} cannot be entered by user ${identity.uid}, and ${systemDir} cannot be used instead. ` +
        'Choose a data directory outside private folders.',
      { cause },
    );
  }
  try {
    await symlink(folder, entry);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    if (systemCode(error) !== 'EEXIST') throw error;
    return await followLink(entry, identity);
  }
  log(`the database is kept in ${folder}: user ${identity.uid} cannot reach ${dataDir}`);
  return folder;
}

/**
 * In the home when the path is short enough, so that it lives and dies with the cluster; else in the temp
 * folder.
 */
async function openSocketDir(home: string, identity: Identity): Promise<string> {
  const inside = join(home, 'socket');
  const short = createHash('sha256').update(home).digest('hex').slice(0, 12);
  const candidates = [inside, join(tmpdir(), `sluice-${short}`), join('/tmp', `sluice-${short}`)];
  const fits = (folder: string) => Buffer.byteLength(join(folder, SOCKET_FILE)) <= SOCKET_PATH_MAX_BYTES;
  const folder = candidates.find(fits) ?? inside;
  await mkdir(folder, { mode: 0o700 }).catch(ignoreExisting);
  const before = await lstat(folder);
  if (identity.dropped && before.uid === 0) await chown(folder, identity.uid, identity.gid);
  const { uid, mode } = await lstat(folder);
  if (!before.isDirectory() || uid !== identity.uid || (mode & 0o077) !== 0) {
    throw new DatabaseStartError(
      'start_failed',
      `${folder} must be a folder of user ${identity.uid} with mode 700, as it holds the database's socket.`,
    );
  }
  return folder;
}

function ignoreExisting(error: unknown): void {
  if (systemCode(error) !== 'EEXIST') throw error;
}
