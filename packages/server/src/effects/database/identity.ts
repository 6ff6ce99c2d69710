/**
 * Which user the database process runs as. PostgreSQL refuses to run as root, and root inside a container is
 * a normal case, so root drops to an unprivileged user; everybody else runs it as themselves.
 */
import { lstat, realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { systemCode } from './start-failure.ts';

export type Identity = {
  uid: number;
  gid: number;
  /** True when this process is root and must change user for the database process. */
  dropped: boolean;
};

/** `nobody` on every Linux distribution: it has an entry in /etc/passwd, which initdb insists on. */
const UNPRIVILEGED_ID = 65534;

export function currentIds(): { uid: number; gid: number } {
  return { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
}

/** The owner of an existing cluster decides; else the unprivileged user for root, or ourselves. */
export async function databaseIdentity(dataDir: string): Promise<Identity> {
  const own = currentIds();
  if (own.uid !== 0) return { ...own, dropped: false };
  const owner = await ownerOf(join(dataDir, 'postgres', 'data'));
  if (owner && owner.uid !== 0) return { ...owner, dropped: true };
  return { uid: UNPRIVILEGED_ID, gid: UNPRIVILEGED_ID, dropped: true };
}

async function ownerOf(path: string): Promise<{ uid: number; gid: number } | null> {
  try {
    const { uid, gid } = await stat(path);
    return { uid, gid };
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
}

/**
 * The first folder on the way to `path` that `identity` may not enter, or null when it can go all the way.
 */
export async function firstClosedFolder(path: string, identity: Identity): Promise<string | null> {
  if (!identity.dropped) return null;
  for (const folder of ancestors(await realpath(path))) {
    const { mode, uid, gid } = await stat(folder);
    const enter = uid === identity.uid ? 0o100 : gid === identity.gid ? 0o010 : 0o001;
    if ((mode & enter) === 0) return folder;
  }
  return null;
}

/** From the root down to `path` itself. */
function ancestors(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [path] : [...ancestors(parent), path];
}

/** True when nobody but us (or root) could have put this folder here or changed it since. */
export async function isPrivateToUs(folder: string): Promise<boolean> {
  const { uid, mode } = await lstat(folder);
  const own = currentIds().uid;
  return (uid === own || uid === 0) && (mode & 0o022) === 0;
}
