/** Bytes of our own making into the store, and the read-back that makes "stored" a fact. */
import { createHash } from 'node:crypto';
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
  await context.blobs.publish(incoming, blobKey, { contentType });
  await incoming.discard();
  const readBack = await storedHash(context, blobKey);
  if (readBack?.sha256 !== sha256 || readBack.bytes !== bytes.length) {
    throw new Error(`storage: ${blobKey} differs from what was written`);
  }
  return { blobKey, bytes: bytes.length, sha256 };
}

/** Reads the object back from where clients will read it. */
export async function storedHash(
  context: Context,
  key: string,
): Promise<{ sha256: string; bytes: number } | null> {
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
