/**
 * `<data directory>/cli.json`: how the commands on this machine find the gateway on this machine, without a
 * login. Written by `serve`; only its owner can read it, and it is believed only then.
 */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseLogin, type SavedLogin, writeLogin } from './config-file.ts';

const NAME = 'cli.json';

export async function readLocalGateway(dataDir: string): Promise<SavedLogin | null> {
  const path = join(dataDir, NAME);
  try {
    const facts = await stat(path);
    const othersMay = (facts.mode & 0o077) !== 0;
    const owner = process.getuid?.() ?? facts.uid;
    // It decides where uploads and keys go, so nobody else may have put it there.
    if (process.platform !== 'win32' && (othersMay || facts.uid !== owner)) return null;
    return parseLogin(await readFile(path, 'utf8'));
  } catch {
    // None, or not ours to read: then there is no local gateway for us.
    return null;
  }
}

/** Keys are known when they are made; later starts bring the address up to date and keep them. */
export async function writeLocalGateway(dataDir: string, gateway: SavedLogin): Promise<string> {
  const path = join(dataDir, NAME);
  await writeLogin(path, { ...(await readLocalGateway(dataDir)), ...gateway });
  return path;
}
