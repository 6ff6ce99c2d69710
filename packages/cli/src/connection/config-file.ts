/** `~/.config/sluice/config.json`: written by `sluice login`, readable by its owner only. */
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UsageError } from '../endings.ts';
import type { Surroundings } from '../surroundings.ts';

/** One gateway, and up to two keys to it: an account's, which orders and pays, and an operator's. */
export type SavedLogin = { url: string; key?: string; operatorKey?: string };

export function configFilePath({ env, homeDir }: Pick<Surroundings, 'env' | 'homeDir'>): string {
  return join(env.XDG_CONFIG_HOME || join(homeDir, '.config'), 'sluice', 'config.json');
}

/** Null when there is none. A file that cannot be read is an error: silently going elsewhere is worse. */
export async function readConfigFile(path: string): Promise<SavedLogin | null> {
  const text = await readOrNull(path);
  if (text === null) return null;
  const login = parseLogin(text);
  if (!login) throw new UsageError(`${path} cannot be read.`, 'Delete it, then run: sluice login');
  return login;
}

/** Null when it is something else. */
export function parseLogin(text: string): SavedLogin | null {
  const parsed = parseOrNull(text);
  if (typeof parsed !== 'object' || parsed === null) return null;
  const { url, key, operatorKey } = parsed as Record<string, unknown>;
  if (typeof url !== 'string' || !URL.canParse(url)) return null;
  return {
    url,
    ...(typeof key === 'string' && key !== '' ? { key } : {}),
    ...(typeof operatorKey === 'string' && operatorKey !== '' ? { operatorKey } : {}),
  };
}

/** Adds to what is saved for the same gateway; another gateway's keys make way. */
export async function addToConfigFile(path: string, login: SavedLogin): Promise<void> {
  const before = await readConfigFile(path);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeLogin(path, before?.url === login.url ? { ...before, ...login } : login);
}

/** Whole or not at all, for its owner only: written beside, then renamed over. */
export async function writeLogin(path: string, login: SavedLogin): Promise<void> {
  const fresh = `${path}.${process.pid}.new`;
  await writeFile(fresh, `${JSON.stringify(login, null, 2)}\n`, { mode: 0o600 });
  await chmod(fresh, 0o600);
  await rename(fresh, path);
}

/** Whether there was one. */
export async function deleteConfigFile(path: string): Promise<boolean> {
  const existed = (await readOrNull(path)) !== null;
  await rm(path, { force: true });
  return existed;
}

async function readOrNull(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
