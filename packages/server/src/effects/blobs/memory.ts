/**
 * A store for the simulator and for tests: survives the gateways that use it, and fails or lies when told
 * to.
 */
import { createHash } from 'node:crypto';
import type { Blobs, Incoming } from './blobs.ts';
import { checkCopyId, checkKey } from './key.ts';

export type BlobOperation =
  | { kind: 'append'; copyId: string; bytes: number }
  | { kind: 'publish'; copyId: string; key: string }
  | { kind: 'read' | 'size' | 'remove'; key: string };

export type BlobFault =
  /** The operation fails and has no effect. `ENOSPC` is a full store, anything else a broken one. */
  | { kind: 'fail'; code: string }
  /** The operation takes effect and fails all the same. */
  | { kind: 'fail_after'; code: string }
  /** `publish` says yes and stores nothing. */
  | { kind: 'lie' }
  /** `publish` stores one wrong bit; `read` gives one back. */
  | { kind: 'flip' };

export type MemoryBlobs = Blobs & {
  /** What is stored, for the invariants. */
  objects: ReadonlyMap<string, Uint8Array>;
  /** Bytes of copies that are still on their way. */
  spooled: ReadonlyMap<string, Uint8Array>;
};

export function createMemoryBlobs(
  options: { capacityBytes?: number; fault?: (operation: BlobOperation) => BlobFault | null } = {},
): MemoryBlobs {
  const objects = new Map<string, Uint8Array>();
  const spooled = new Map<string, Uint8Array>();

  const usedBytes = (): number => sizeOf(objects) + sizeOf(spooled);

  /** Runs the effect between the two kinds of failure; hands back the fault for those that need it. */
  async function act(operation: BlobOperation, effect: (fault: BlobFault | null) => void): Promise<void> {
    const fault = options.fault?.(operation) ?? null;
    if (fault?.kind === 'fail') throw storeError(fault.code);
    effect(fault);
    if (fault?.kind === 'fail_after') throw storeError(fault.code);
  }

  function append(copyId: string, chunk: Uint8Array): void {
    const full = options.capacityBytes !== undefined && usedBytes() + chunk.length > options.capacityBytes;
    if (full) throw storeError('ENOSPC');
    spooled.set(copyId, Buffer.concat([spooled.get(copyId) ?? new Uint8Array(), chunk]));
  }

  function publish(incoming: Incoming, key: string, fault: BlobFault | null): void {
    const bytes = spooled.get(incoming.copyId);
    if (!bytes) {
      if (objects.has(key)) return;
      throw new Error(`Copy ${incoming.copyId} has no bytes to publish as ${key}`);
    }
    if (fault?.kind !== 'lie') objects.set(key, fault?.kind === 'flip' ? flipped(bytes) : bytes);
    spooled.delete(incoming.copyId);
  }

  return {
    kind: 'memory',
    description: 'memory',
    objects,
    spooled,
    probe: async () => ({ conditionalPut: true, rangeReads: true, presign: false }),
    freeBytes: async () =>
      options.capacityBytes === undefined ? null : Math.max(0, options.capacityBytes - usedBytes()),
    receive: async (copyId) => {
      if (!spooled.has(checkCopyId(copyId))) spooled.set(copyId, new Uint8Array());
      return incomingOf(spooled, copyId, (chunk) =>
        act({ kind: 'append', copyId, bytes: chunk.length }, () => append(copyId, chunk)),
      );
    },
    publish: (incoming, key) =>
      act({ kind: 'publish', copyId: incoming.copyId, key: checkKey(key) }, (fault) =>
        publish(incoming, key, fault),
      ),
    size: async (key) => {
      await act({ kind: 'size', key: checkKey(key) }, () => undefined);
      return objects.get(key)?.length ?? null;
    },
    read: async (key, range) => {
      let wrong = false;
      await act({ kind: 'read', key: checkKey(key) }, (fault) => {
        wrong = fault?.kind === 'flip';
      });
      const bytes = objects.get(key);
      if (!bytes) return null;
      const part = range ? bytes.slice(range.start, range.end + 1) : bytes;
      return oneChunk(wrong ? flipped(part) : part);
    },
    remove: (key) => act({ kind: 'remove', key: checkKey(key) }, () => objects.delete(key)),
    // Copies have no age here, and a killed process takes nothing along.
    dropLeftovers: async () => 0,
    presign: async () => null,
  };
}

function sizeOf(stored: ReadonlyMap<string, Uint8Array>): number {
  let bytes = 0;
  for (const one of stored.values()) bytes += one.length;
  return bytes;
}

function incomingOf(
  spooled: Map<string, Uint8Array>,
  copyId: string,
  append: (chunk: Uint8Array) => Promise<void>,
): Incoming {
  const bytesOf = (): Uint8Array => spooled.get(copyId) ?? new Uint8Array();
  return {
    copyId,
    append,
    bytes: () => bytesOf().length,
    sha256: async () => createHash('sha256').update(bytesOf()).digest('hex'),
    read: async (start, end) => bytesOf().slice(start, end),
    reset: async () => {
      spooled.set(copyId, new Uint8Array());
    },
    discard: async () => {
      spooled.delete(copyId);
    },
  };
}

async function* oneChunk(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.length > 0) yield bytes;
}

function flipped(bytes: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(bytes);
  const middle = copy.length >> 1;
  if (copy.length > 0) copy[middle] = (copy[middle] ?? 0) ^ 1;
  return copy;
}

function storeError(code: string): Error {
  return Object.assign(new Error(`injected ${code}`), { code });
}
