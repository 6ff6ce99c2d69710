/** What every store promises, whatever lies under it. Each store's test sits this exam. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Blobs } from '../blobs.ts';

export const VIDEO = { contentType: 'video/mp4' };

export function bytesOf(length: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0, state = seed; at < length; at += 1) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[at] = state >>> 16;
  }
  return bytes;
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export async function readAll(
  blobs: Blobs,
  key: string,
  range?: { start: number; end: number },
): Promise<Buffer | null> {
  const body = await blobs.read(key, range);
  if (body === null) return null;
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** By hash: comparing large buffers element by element takes seconds. */
export function expectBytes(bytes: Uint8Array | null, expected: Uint8Array): void {
  expect(bytes === null ? null : sha256Of(bytes)).toBe(sha256Of(expected));
}

/** `open` gives the same store again each time, as after a restart of the gateway. */
export function storeExam(name: string, open: () => Blobs): void {
  const bytes = bytesOf(300_000);
  const sha256 = sha256Of(bytes);
  const key = `assets/${sha256.slice(0, 2)}/${sha256.slice(2, 4)}/${sha256}.mp4`;

  describe(`${name}: the store exam`, () => {
    it('has what was published, whole and in ranges', async () => {
      const blobs = open();
      const incoming = await blobs.receive('copy_1');
      await incoming.append(bytes.subarray(0, 100_000));
      await incoming.append(bytes.subarray(100_000));
      expect(incoming.bytes()).toBe(bytes.length);
      expect(await incoming.sha256()).toBe(sha256);
      expect(Buffer.from(await incoming.read(99_990, 100_010))).toEqual(bytes.subarray(99_990, 100_010));
      expect(Buffer.from(await incoming.read(299_990, 999_999))).toEqual(bytes.subarray(299_990));
      expect(await blobs.size(key)).toBeNull();
      await blobs.publish(incoming, key, VIDEO);
      expect(await blobs.size(key)).toBe(bytes.length);
      expectBytes(await readAll(blobs, key), bytes);
      expectBytes(await readAll(blobs, key, { start: 0, end: 0 }), bytes.subarray(0, 1));
      expectBytes(await readAll(blobs, key, { start: 1_000, end: 1_999 }), bytes.subarray(1_000, 2_000));
      const last = { start: bytes.length - 1, end: bytes.length - 1 };
      expectBytes(await readAll(blobs, key, last), bytes.subarray(-1));
    });

    it('publishing again is harmless, by the same copy and by another', async () => {
      const blobs = open();
      const incoming = await blobs.receive('copy_2');
      await incoming.append(bytes);
      await blobs.publish(incoming, key, VIDEO);
      await blobs.publish(incoming, key, VIDEO);
      const other = await open().receive('copy_3');
      expect(other.bytes()).toBe(0);
      expectBytes(await readAll(blobs, key), bytes);
    });

    it('goes on after a restart with the bytes that it had', async () => {
      const before = await open().receive('copy_4');
      await before.append(bytes.subarray(0, 123_456));
      const blobs = open();
      const after = await blobs.receive('copy_4');
      expect(after.bytes()).toBe(123_456);
      await after.append(bytes.subarray(123_456));
      expect(await after.sha256()).toBe(sha256);
      await blobs.publish(after, key, VIDEO);
      expectBytes(await readAll(blobs, key), bytes);
    });

    it('hashes in the middle and goes on', async () => {
      const incoming = await open().receive('copy_5');
      expect(await incoming.sha256()).toBe(sha256Of(Buffer.alloc(0)));
      await incoming.append(bytes.subarray(0, 10));
      expect(await incoming.sha256()).toBe(sha256Of(bytes.subarray(0, 10)));
      await incoming.append(bytes.subarray(10, 20));
      expect(await incoming.sha256()).toBe(sha256Of(bytes.subarray(0, 20)));
      await incoming.discard();
    });

    it('forgets on reset and on discard', async () => {
      const blobs = open();
      const incoming = await blobs.receive('copy_6');
      await incoming.append(bytesOf(1_000, 9));
      await incoming.reset();
      expect(incoming.bytes()).toBe(0);
      await incoming.append(bytes);
      expect(await incoming.sha256()).toBe(sha256);
      await incoming.discard();
      const again = await open().receive('copy_6');
      expect(again.bytes()).toBe(0);
      await again.discard();
    });

    it('says so when there is nothing', async () => {
      const blobs = open();
      expect(await blobs.size('assets/none')).toBeNull();
      expect(await blobs.read('assets/none')).toBeNull();
      await blobs.remove('assets/none');
      const empty = await blobs.receive('copy_7');
      await empty.discard();
      await expect(blobs.publish(empty, 'assets/none', VIDEO)).rejects.toThrow(/no bytes/);
    });

    it('removes', async () => {
      const blobs = open();
      const incoming = await blobs.receive('copy_8');
      await incoming.append(Buffer.from('short'));
      await blobs.publish(incoming, 'assets/short.txt', VIDEO);
      expect(await blobs.size('assets/short.txt')).toBe(5);
      await blobs.remove('assets/short.txt');
      expect(await blobs.size('assets/short.txt')).toBeNull();
    });

    it('refuses keys that lead elsewhere', async () => {
      const blobs = open();
      const incoming = await blobs.receive('copy_9');
      await incoming.append(Buffer.from('short'));
      await expect(async () => blobs.publish(incoming, '../out', VIDEO)).rejects.toThrow(/Not an object key/);
      await expect(async () => blobs.size('../out')).rejects.toThrow(/Not an object key/);
      await expect(async () => blobs.read('/etc/hosts')).rejects.toThrow(/Not an object key/);
      await expect(async () => blobs.remove('a/../../b')).rejects.toThrow(/Not an object key/);
      await expect(async () => blobs.receive('../x')).rejects.toThrow(/Not a copy id/);
      await incoming.discard();
    });
  });
}
