/**
 * Makes the cluster on the first start. `initdb` works in a draft folder that is renamed to its final name
 * when it is whole: a start that is killed half-way leaves only a draft, and of two starts that race one
 * rename wins.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Binaries } from './binaries.ts';
import type { Home } from './home.ts';
import type { Identity } from './identity.ts';
import { DatabaseStartError, systemCode } from './start-failure.ts';

export const SUPERUSER = 'postgres';

/** Inside the cluster, so that the two are renamed, moved and deleted together. PostgreSQL ignores it. */
const PASSWORD_FILE = 'sluice.password';

/** A draft this old belongs to a start that was killed; a live initdb takes a second or two. */
const ABANDONED_DRAFT_MS = 10 * 60_000;

type Finished = { status: number | null; output: string };

/** The password of the cluster, which is created first if it does not exist. */
export async function ensureCluster(
  home: Home,
  binaries: Binaries,
  identity: Identity,
  options: { fsync: boolean; log: (line: string) => void },
): Promise<{ password: string; created: boolean }> {
  const major = await clusterVersion(home.data);
  if (major === null) await createCluster(home, binaries, identity, options);
  else if (major !== binaries.majorVersion) {
    throw new DatabaseStartError(
      'version_mismatch',
      `${home.data} was made by PostgreSQL ${major}, and this release brings PostgreSQL ` +
        `${binaries.majorVersion}. Run "sluice backup" with the release that made it, then ` +
        '"sluice restore" with this one into a new data directory.',
    );
  }
  const password = (await readFile(join(home.data, PASSWORD_FILE), 'utf8')).trim();
  return { password, created: major === null };
}

/** The password of a cluster that exists, or null when there is none yet. */
export async function readPassword(home: Home): Promise<string | null> {
  try {
    return (await readFile(join(home.data, PASSWORD_FILE), 'utf8')).trim();
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
}

async function clusterVersion(data: string): Promise<string | null> {
  try {
    return (await readFile(join(data, 'PG_VERSION'), 'utf8')).trim();
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
}

async function createCluster(
  home: Home,
  binaries: Binaries,
  identity: Identity,
  options: { fsync: boolean; log: (line: string) => void },
): Promise<void> {
  await removeAbandonedDrafts(home.folder);
  const draft = join(home.folder, `draft-${randomBytes(6).toString('hex')}`);
  const data = join(draft, 'data');
  const passwordFile = join(draft, PASSWORD_FILE);
  try {
    await mkdir(draft, { mode: 0o700 });
    await writeFile(passwordFile, `${randomBytes(24).toString('hex')}\n`, { mode: 0o600 });
    if (identity.dropped) {
      await chown(draft, identity.uid, identity.gid);
      await chown(passwordFile, identity.uid, identity.gid);
    }
    await initialise(binaries, identity, { data, passwordFile, cwd: draft, fsync: options.fsync });
    await rename(passwordFile, join(data, PASSWORD_FILE));
    await rename(data, home.data);
    if (options.fsync) await Promise.all([syncFolder(home.data), syncFolder(home.folder)]);
    options.log(`created a PostgreSQL ${binaries.majorVersion} cluster in ${home.data}`);
  } catch (error) {
    // Somebody else's cluster took the name first: theirs is as good as ours.
    if (!['ENOTEMPTY', 'EEXIST'].includes(systemCode(error))) throw error;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function removeAbandonedDrafts(home: string): Promise<void> {
  for (const name of await readdir(home)) {
    if (!name.startsWith('draft-')) continue;
    const age = Date.now() - (await stat(join(home, name))).mtimeMs;
    if (age > ABANDONED_DRAFT_MS) await rm(join(home, name), { recursive: true, force: true });
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** How `initdb` is called. */
export function initialiseArguments(target: {
  data: string;
  passwordFile: string;
  fsync: boolean;
}): string[] {
  return [
    `--pgdata=${target.data}`,
    `--username=${SUPERUSER}`,
    `--pwfile=${target.passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // PostgreSQL's own C.UTF-8, so that no sort order depends on what the machine has installed.
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--locale=C',
    '--data-checksums',
    '--no-instructions',
    ...(target.fsync ? [] : ['--no-sync']),
  ];
}

async function initialise(
  binaries: Binaries,
  identity: Identity,
  target: { data: string; passwordFile: string; cwd: string; fsync: boolean },
): Promise<void> {
  const args = initialiseArguments(target);
  const plain = await run(binaries.initdb, args, target.cwd, identity);
  if (plain.status === 0) return;
  if (!plain.output.includes('could not look up effective user ID')) throw initFailure(plain.output);
  // `docker run --user 12345`: initdb insists on an entry in /etc/passwd, the server itself does not. In a
  // user namespace of our own we are `nobody`, who has one; on disk the files still belong to the real user.
  const mapped = ['--user', '--map-user=65534', '--map-group=65534', binaries.initdb, ...args];
  const inNamespace = await run('unshare', mapped, target.cwd, identity);
  if (inNamespace.status === 0) return;
  throw new DatabaseStartError(
    'no_user_entry',
    `User ${identity.uid} has no entry in /etc/passwd, which PostgreSQL needs once, to create its files. ` +
      'Give the user an entry, start once as root or as a named user, or set DATABASE_URL.',
    { cause: initFailure(inNamespace.output) },
  );
}

function initFailure(output: string): DatabaseStartError {
  return new DatabaseStartError('start_failed', `initdb failed: ${output.trim()}`);
}

function run(program: string, args: string[], cwd: string, identity: Identity): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const ids = identity.dropped ? { uid: identity.uid, gid: identity.gid } : {};
    const child = spawn(program, args, {
      ...ids,
      cwd,
      // Its own session, so that Ctrl-C on the terminal ends us and not a half-made cluster.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { LC_ALL: 'C', PATH: process.env.PATH ?? '/usr/bin:/bin' },
    });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.once('error', (cause) => {
      if (program === 'unshare') resolve({ status: null, output: cause.message });
      else reject(spawnFailure(program, identity, cause));
    });
    child.once('close', (status) => resolve({ status, output: Buffer.concat(chunks).toString('utf8') }));
  });
}

export function spawnFailure(program: string, identity: Identity, cause: Error): DatabaseStartError {
  const why =
    systemCode(cause) === 'EPERM' && identity.dropped
      ? `this process is root but may not become user ${identity.uid}: give it the SETUID and SETGID ` +
        'capabilities, or run it as a normal user'
      : cause.message;
  return new DatabaseStartError('start_failed', `${program} could not be run: ${why}`, { cause });
}
