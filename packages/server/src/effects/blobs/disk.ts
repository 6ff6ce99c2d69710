/**
 * Assets in a folder. An object appears under its key by one rename of a file that is already safe on disk,
 * so there is never a partial object, and publishing twice puts the same bytes in the same place.
 */
import {
  type FileHandle,
  mkdir,
  open,
  readFile,
  rename,
  rm,
  stat,
  statfs,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { BlobAbilities, Blobs, Incoming } from './blobs.ts';
import { checkKey, SPOOL_FOLDER } from './key.ts';
import { createSpool, type Spooled } from './spool.ts';

const READ_BYTES = 262_144;

export function createDiskBlobs(options: { root: string; bootId?: () => Promise<string> }): Blobs {
  const { root } = options;
  const spool = createSpool(join(root, SPOOL_FOLDER), { syncAhead: true, bootId: options.bootId });
  // Our own handles by copy, so that `publish` gets at the file behind an `Incoming`.
  const handles = new WeakMap<Incoming, Spooled>();

  function pathOf(key: string): string {
    return join(root, ...checkKey(key).split('/'));
  }

  async function publish(incoming: Incoming, key: string): Promise<void> {
    const target = pathOf(key);
    const spooled = handles.get(incoming);
    if (!spooled) throw new Error(`Copy ${incoming.copyId} was not received by this store`);
    if (!(await exists(spooled.path))) {
      // Renamed by an earlier call that died before its caller heard of it.
      if (await exists(target)) return spooled.close();
      throw new Error(`Copy ${incoming.copyId} has no bytes to publish as ${key}`);
    }
    await spooled.sync();
    await spooled.close();
    await makeFolders(root, dirname(target));
    await rename(spooled.path, target);
    // The rename lives in both folders.
    await syncFolder(dirname(target));
    await syncFolder(dirname(spooled.path));
  }

  return {
    kind: 'disk',
    description: `folder ${root}`,
    probe: () => probe(root),
    freeBytes: async () => {
      const { bavail, bsize } = await statfs(root);
      return bavail * bsize;
    },
    receive: async (copyId) => {
      const spooled = await spool.open(copyId);
      handles.set(spooled, spooled);
      return spooled;
    },
    publish,
    size: async (key) => (await statOrNull(pathOf(key)))?.size ?? null,
    read: async (key, range) => {
      const path = pathOf(key);
      const facts = await statOrNull(path);
      return facts === null ? null : readChunks(path, range?.start ?? 0, range ? range.end + 1 : facts.size);
    },
    remove: (key) => rm(pathOf(key), { force: true }),
    dropLeftovers: spool.dropLeftovers,
    presign: async () => null,
  };
}

async function probe(root: string): Promise<BlobAbilities> {
  const path = join(root, SPOOL_FOLDER, 'probe');
  const text = 'written, read back and removed at start';
  try {
    await mkdir(dirname(path), { recursive: true });
    await rm(path, { force: true });
    await writeFile(path, text, { flag: 'wx' });
    const back = await readFile(path, 'utf8');
    if (back !== text) throw new Error('it gave back other bytes than were written');
    const overwritten = await writeFile(path, 'other', { flag: 'wx' }).then(
      () => true,
      () => false,
    );
    await rm(path);
    return { conditionalPut: !overwritten, rangeReads: true, presign: false };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`The asset folder ${root} cannot be used: ${reason}`);
  }
}

/** Reads `start` to `end` (exclusive). The file is opened by the first read, so that no reader leaks one. */
async function* readChunks(path: string, start: number, end: number): AsyncGenerator<Uint8Array> {
  const file = await open(path, 'r');
  try {
    for (let at = start; at < end; ) {
      const buffer = Buffer.allocUnsafe(Math.min(READ_BYTES, end - at));
      const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
      if (bytesRead === 0) return;
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/** Like `mkdir -p`, and each new folder survives a power cut. */
async function makeFolders(root: string, folder: string): Promise<void> {
  if (folder === root || (await exists(folder))) return;
  await makeFolders(root, dirname(folder));
  await mkdir(folder, { recursive: true });
  await syncFolder(dirname(folder));
}

async function syncFolder(folder: string): Promise<void> {
  const handle: FileHandle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function exists(path: string): Promise<boolean> {
  return (await statOrNull(path)) !== null;
}

async function statOrNull(path: string): Promise<{ size: number } | null> {
  try {
    return await stat(path);
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (missing) return null;
    throw error;
  }
}
