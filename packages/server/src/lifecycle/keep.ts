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
  const spoolId = newId('spool', context.clock.now(), context.random);
  const incoming = await context.blobs.receive(spoolId);
  try {
    await incoming.append(bytes);
    const sha256 = await incoming.sha256();
    const file = { folder, extension, contentType, sha256, bytes: bytes.length, spare: spoolId };
    const blobKey = await publishChecked(context, incoming, file);
    if (blobKey === null) throw new Error('storage: the stored file differs from what was written');
    return { blobKey, bytes: bytes.length, sha256 };
  } finally {
    await incoming.discard();
  }
}

export type FileToKeep = {
  folder: string;
  extension: string;
  contentType: string;
  sha256: string;
  bytes: number;
  /** Makes the name of a second address, for when the first one is taken by something damaged. */
  spare: string;
};

/**
 * Publishes what was spooled and reads it back; answers its key, or null when what is there is something else. Keys
 * are content addresses, so another asset may stand on the same object, and a process that was stopped for long may
 * come back to it. So nothing is written over and nothing is removed here: what is right already is left alone, and
 * where something damaged lies the file gets another address.
 */
export async function publishChecked(
  context: Context,
  incoming: Incoming,
  file: FileToKeep,
): Promise<string | null> {
  const { contentType, sha256 } = file;
  const stem = `${file.folder}/${sha256.slice(0, 2)}/${sha256.slice(2, 4)}/${sha256}`;
  const address = `${stem}.${file.extension}`;
  const size = await context.blobs.size(address);
  if (size === file.bytes && (await isStored(context, address, file))) return address;
  const key = size === null ? address : `${stem}-${file.spare}.${file.extension}`;
  await context.blobs.publish(incoming, key, { contentType });
  // A second look, because one wrong reading may be the reading's fault.
  const stored = (await isStored(context, key, file)) || (await isStored(context, key, file));
  return stored ? key : null;
}

async function isStored(context: Context, key: string, file: FileToKeep): Promise<boolean> {
  const stored = await storedHash(context, key);
  return stored?.sha256 === file.sha256 && stored.bytes === file.bytes;
}

type StoredHash = { sha256: string; bytes: number };

/** Reads the object back from where clients will read it. */
async function storedHash(context: Context, key: string): Promise<StoredHash | null> {
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
