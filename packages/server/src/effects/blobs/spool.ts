/**
 * Copies on their way in, one file each. A killed process loses nothing: the bytes are in the file, and the
 * next one goes on by Range. A machine that went down may have lost bytes in the middle of the file without
 * any sign, so a spool of an earlier boot is not trusted and starts anew.
 */
import { createHash, type Hash } from 'node:crypto';
import {
  constants,
  type FileHandle,
  mkdir,
  open,
  readdir,
  readFile,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import type { Incoming } from './blobs.ts';
import { checkCopyId } from './key.ts';

export type Spooled = Incoming & {
  path: string;
  /** Bytes and length safe from a power cut. */
  sync(): Promise<void>;
  close(): Promise<void>;
};

export type Spool = {
  open(copyId: string): Promise<Spooled>;
  /** Removes spools that nobody has written to since. */
  dropLeftovers(untouchedSinceMs: number): Promise<number>;
};

const READ_BYTES = 1_048_576;
/** So much is sent to the disk while more comes in: at the end of a long clip there is little left to wait for. */
const SYNC_AHEAD_BYTES = 16 * 1_048_576;
const BOOT_NOTE = 'boot';
const PART = '.part';

export type SpoolOptions = {
  /** For files that are going to be synced. */
  syncAhead: boolean;
  bootId?: (() => Promise<string>) | undefined;
};

export function createSpool(folder: string, { syncAhead, bootId = linuxBootId }: SpoolOptions): Spool {
  const opened = new Map<string, Spooled>();
  let ready: Promise<void> | null = null;

  async function parts(): Promise<string[]> {
    return (await readdir(folder)).filter((name) => name.endsWith(PART));
  }

  async function prepare(): Promise<void> {
    await mkdir(folder, { recursive: true });
    const now = await bootId();
    const noted = await readFile(join(folder, BOOT_NOTE), 'utf8').catch(() => '');
    if (noted === now) return;
    for (const name of await parts()) await rm(join(folder, name), { force: true });
    await writeFile(join(folder, BOOT_NOTE), now);
  }

  function prepared(): Promise<void> {
    ready ??= prepare().catch((error: unknown) => {
      ready = null;
      throw error;
    });
    return ready;
  }

  return {
    dropLeftovers: async (untouchedSinceMs) => {
      await prepared();
      let dropped = 0;
      for (const name of await parts()) {
        // Another process may have taken it away meanwhile.
        const facts = await stat(join(folder, name)).catch(() => null);
        if (facts === null || facts.mtimeMs >= untouchedSinceMs) continue;
        await opened.get(name.slice(0, -PART.length))?.close();
        await rm(join(folder, name), { force: true });
        dropped += 1;
      }
      return dropped;
    },
    open: async (copyId) => {
      await prepared();
      const path = join(folder, checkCopyId(copyId) + PART);
      // A copy that was left in the middle and comes again: its old handle would stay open for ever.
      await opened.get(copyId)?.close();
      // Not for appending: after a failed write we write the same place again.
      const file = await open(path, constants.O_RDWR | constants.O_CREAT);
      const { size } = await file.stat();
      const onClose = () => {
        if (opened.get(copyId) === spooled) opened.delete(copyId);
      };
      const spooled = spoolFile({ copyId, path, file, size, syncAhead, onClose });
      opened.set(copyId, spooled);
      return spooled;
    },
  };
}

type OpenedFile = {
  copyId: string;
  path: string;
  file: FileHandle;
  size: number;
  syncAhead: boolean;
  onClose: () => void;
};

function spoolFile({ copyId, path, file, size, syncAhead, onClose }: OpenedFile): Spooled {
  // A system tells once that it could not write and then forgets it: nobody may go on with this file.
  const syncs = createSyncs(file, () => rm(path, { force: true }));
  let bytes = size;
  let hash: Hash = createHash('sha256');
  let hashedBytes = 0;
  let closed = false;

  async function readUpTo(start: number, end: number): Promise<Uint8Array> {
    const from = Math.min(Math.max(0, start), bytes);
    return readExactly(file, from, Math.max(from, Math.min(end, bytes)));
  }

  async function close(): Promise<void> {
    if (closed) return;
    closed = true;
    onClose();
    await file.close();
  }

  return {
    copyId,
    path,
    bytes: () => bytes,
    append: async (chunk) => {
      syncs.check();
      await writeAt(file, chunk, bytes);
      // Resumed files are hashed up to here only when somebody asks.
      if (hashedBytes === bytes) {
        hash.update(chunk);
        hashedBytes += chunk.length;
      }
      bytes += chunk.length;
      if (syncAhead) syncs.ahead(chunk.length);
    },
    sha256: async () => {
      while (hashedBytes < bytes) {
        const part = await readUpTo(hashedBytes, hashedBytes + READ_BYTES);
        hash.update(part);
        hashedBytes += part.length;
      }
      return hash.copy().digest('hex');
    },
    read: readUpTo,
    reset: async () => {
      await file.truncate(0);
      bytes = 0;
      hashedBytes = 0;
      hash = createHash('sha256');
    },
    discard: async () => {
      await close();
      await rm(path, { force: true });
    },
    // A write that failed half-way may have left bytes behind the ones that count.
    sync: async () => {
      await file.truncate(bytes);
      await syncs.now();
    },
    close,
  };
}

type Syncs = {
  /** So many bytes more were written. */
  ahead(bytes: number): void;
  now(): Promise<void>;
  /** Throws what made an earlier one fail. */
  check(): void;
};

function createSyncs(file: FileHandle, onFailure: () => Promise<void>): Syncs {
  let waitingBytes = 0;
  let running: Promise<void> | null = null;
  let failure: { error: unknown } | null = null;

  async function sync(): Promise<void> {
    try {
      await file.datasync();
    } catch (error) {
      failure = { error };
      await onFailure();
    }
  }

  function check(): void {
    if (failure !== null) throw failure.error;
  }

  return {
    check,
    ahead: (bytes) => {
      waitingBytes += bytes;
      if (running !== null || waitingBytes < SYNC_AHEAD_BYTES) return;
      waitingBytes = 0;
      running = sync().finally(() => {
        running = null;
      });
    },
    now: async () => {
      await running;
      check();
      await sync();
      check();
    },
  };
}

async function writeAt(file: FileHandle, chunk: Uint8Array, at: number): Promise<void> {
  for (let written = 0; written < chunk.length; ) {
    const step = await file.write(chunk, written, chunk.length - written, at + written);
    written += step.bytesWritten;
  }
}

async function readExactly(file: FileHandle, start: number, end: number): Promise<Uint8Array> {
  const buffer = Buffer.alloc(end - start);
  let filled = 0;
  while (filled < buffer.length) {
    const step = await file.read(buffer, filled, buffer.length - filled, start + filled);
    if (step.bytesRead === 0) throw new Error('a spool is shorter than what was written to it');
    filled += step.bytesRead;
  }
  return buffer;
}

/** Changes with every start of the kernel; elsewhere there is none, and spools are always trusted. */
async function linuxBootId(): Promise<string> {
  return readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => 'unknown');
}
