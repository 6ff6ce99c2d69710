/**
 * Files as streams, for backups: written beside and renamed when whole, so that a broken backup never looks like
 * one.
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import type { Readable, Writable } from 'node:stream';

/** Hands a stream to `write`; the file appears under its name only when that succeeded. Answers its size. */
export async function writeWholeFile(path: string, write: (out: Writable) => Promise<void>): Promise<number> {
  const part = `${path}.part`;
  try {
    // Nobody else's business: it holds prompts, hashes of keys and sealed credentials.
    await write(createWriteStream(part, { mode: 0o600 }));
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
  return (await stat(path)).size;
}

export function readFileStream(path: string): Readable {
  return createReadStream(path);
}
