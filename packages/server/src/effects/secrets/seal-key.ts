/** The operator's seal key: from the settings, or made once and kept in the data folder, readable by its owner only. */
import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SEAL_KEY_BYTES } from './secrets.ts';

const FILE = 'seal.key';

export async function loadSealKey(dataDir: string, configured: string | null): Promise<Uint8Array> {
  if (configured !== null) return parse(configured, 'SLUICE_SEAL_KEY');
  const path = join(dataDir, FILE);
  await mkdir(dataDir, { recursive: true });
  if (!(await stat(path).catch(() => null))) await makeSealKey(dataDir, path);
  return parse((await readFile(path, 'utf8')).trim(), path);
}

/** Losing this file means losing every sealed credential, so it is on disk before anybody uses it. */
async function makeSealKey(dataDir: string, path: string): Promise<void> {
  const draft = join(dataDir, `${FILE}.${randomBytes(6).toString('hex')}`);
  const text = `${randomBytes(SEAL_KEY_BYTES).toString('base64')}\n`;
  await writeFile(draft, text, { flag: 'wx', mode: 0o600, flush: true });
  try {
    // Of two processes that start together one puts its whole file there; the other reads that one.
    await link(draft, path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

function parse(text: string, where: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== SEAL_KEY_BYTES)
    throw new Error(`${where} does not hold ${SEAL_KEY_BYTES} bytes in base64`);
  return bytes;
}
