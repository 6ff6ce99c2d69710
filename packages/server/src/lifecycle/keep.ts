/** Bytes into the store, and the read-back that makes "stored" a fact. */
import { createHash } from 'node:crypto';
import type { Incoming } from '../effects/blobs/blobs.ts';
import { newId } from '../effects/random/id.ts';
import type { Context } from './context.ts';

export async function storeBytes(
  context: Context,
  folder: string,
  extension: string,
  contentType: string,
  bytes: Uint8Array,
): Promise<{ blobKey: string; bytes: number; sha256: string }> {
  const incoming = await context.blobs.receive(newId('spool', context.clock.now(), context.random));
  await incoming.append(bytes);
  const sha256 = await incoming.sha256();
  const blobKey = `${folder}/${sha256.slice(0, 2)}/${sha256.slice(2, 4)}/${sha256}.${extension}`;
  const kept = await publishChecked(context, incoming, { blobKey, contentType, sha256, bytes: bytes.length });
  await incoming.discard();
  if (!kept) throw new Error(`the stored ${blobKey} differs from what was written`);
  return { blobKey, bytes: bytes.length, sha256 };
}

/**
 * Publishes what was spooled and reads it back; false when what is there is something else. Keys are content addresses,
 * so another asset may stand on the same object: one that is right already is not written again, and only one that is
 * wrong twice in the same way is removed. That is damage at rest; a single wrong reading may be the reading's fault.
 */
export async function publishChecked(
  context: Context,
  incoming: Incoming,
  file: { blobKey: string; contentType: string; sha256: string; bytes: number },
): Promise<boolean> {
  const { blobKey, contentType } = file;
  const isRight = (stored: StoredHash | null) =>
    stored?.sha256 === file.sha256 && stored.bytes === file.bytes;
  const there = (await context.blobs.size(blobKey)) === file.bytes;
  if (there && isRight(await storedHash(context, blobKey))) return true;
  await context.blobs.publish(incoming, blobKey, { contentType });
  const first = await storedHash(context, blobKey);
  if (isRight(first)) return true;
  const second = await storedHash(context, blobKey);
  if (isRight(second)) return true;
  if (second !== null && second.sha256 === first?.sha256) await context.blobs.remove(blobKey);
  return false;
}

type StoredHash = { sha256: string; bytes: number };

/** Reads the object back from where clients will read it. */
export async function storedHash(context: Context, key: string): Promise<StoredHash | null> {
  const body = await context.blobs.read(key);
  if (body === null) return null;
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of body) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { sha256: hash.digest('hex'), bytes };
}
