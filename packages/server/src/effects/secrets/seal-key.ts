/** The operator's seal key: from the settings, or made once and kept in the data folder, readable by its owner only. */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SEAL_KEY_BYTES } from './secrets.ts';

const FILE = 'seal.key';

export async function loadSealKey(dataDir: string, configured: string | null): Promise<Uint8Array> {
  if (configured !== null) return parse(configured, 'SLUICE_SEAL_KEY');
  const path = join(dataDir, FILE);
  await mkdir(dataDir, { recursive: true });
  try {
    // Of two processes that start together one writes it; the other reads what was written.
    await writeFile(path, `${randomBytes(SEAL_KEY_BYTES).toString('base64')}\n`, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  return parse((await readFile(path, 'utf8')).trim(), path);
}

function parse(text: string, where: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== SEAL_KEY_BYTES)
    throw new Error(`${where} does not hold ${SEAL_KEY_BYTES} bytes in base64`);
  return bytes;
}
