/**
 * The built console as it lies on the disk, read whole: it is small, and what a page has begun to load must not change
 * under it when somebody builds again.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

export type ConsoleFile = {
  bytes: Uint8Array;
  gzip: Uint8Array | null;
  brotli: Uint8Array | null;
  type: string;
  etag: string;
  /** Its name carries a hash of what is in it. */
  immutable: boolean;
};

export type ConsoleFiles = ReadonlyMap<string, ConsoleFile>;

const TYPES: Record<string, string> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  woff2: 'font/woff2',
  json: 'application/json; charset=utf-8',
  txt: 'text/plain; charset=utf-8',
};

/** Names with slashes, from the folder down. Null when nothing is built there. */
export async function readConsole(folder: string): Promise<ConsoleFiles | null> {
  const files = new Map<string, ConsoleFile>();
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const type = TYPES[entry.name.slice(entry.name.lastIndexOf('.') + 1)];
    if (!entry.isFile() || type === undefined) continue;
    const path = join(entry.parentPath, entry.name);
    const bytes = await readFile(path);
    files.set(relative(folder, path).split(sep).join('/'), {
      bytes,
      gzip: await readFile(`${path}.gz`).catch(() => null),
      brotli: await readFile(`${path}.br`).catch(() => null),
      type,
      etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`,
      immutable: entry.parentPath !== folder,
    });
  }
  return files.has('index.html') ? files : null;
}
