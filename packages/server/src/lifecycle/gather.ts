/**
 * Bytes on their way into a spool, written many at once. A download comes in pieces of 16 to 64 kB, and to write each
 * of them took half of the processor's time of a copy. What is held back is lost with the process, and fetched again.
 */
import type { Incoming } from '../effects/blobs/blobs.ts';

export type Gathered = {
  append(chunk: Uint8Array): Promise<void>;
  /** Writes what is held back. After a failure it is still held, and goes to the same place again. */
  flush(): Promise<void>;
};

const GATHER_BYTES = 524_288;

export function gatherInto(incoming: Pick<Incoming, 'append'>): Gathered {
  const held = Buffer.allocUnsafe(GATHER_BYTES);
  let length = 0;

  async function flush(): Promise<void> {
    if (length === 0) return;
    await incoming.append(held.subarray(0, length));
    length = 0;
  }

  return {
    flush,
    append: async (chunk) => {
      if (length + chunk.length > held.length) await flush();
      if (chunk.length > held.length) return incoming.append(chunk);
      held.set(chunk, length);
      length += chunk.length;
    },
  };
}
