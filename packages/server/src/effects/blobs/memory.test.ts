import { describe, expect, it } from 'vitest';
import { bytesOf, readAll, sha256Of, storeExam, VIDEO } from './exam/exam.ts';
import { type BlobFault, createMemoryBlobs } from './memory.ts';

const shared = createMemoryBlobs();
storeExam('memory', () => shared);

describe('memory store: faults', () => {
  const bytes = bytesOf(1_000);

  async function publishWith(fault: BlobFault) {
    const blobs = createMemoryBlobs({ fault: ({ kind }) => (kind === 'publish' ? fault : null) });
    const incoming = await blobs.receive('copy_1');
    await incoming.append(bytes);
    const error = await blobs.publish(incoming, 'a/b', VIDEO).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    return { blobs, error };
  }

  it('fails before or after the effect', async () => {
    const before = await publishWith({ kind: 'fail', code: 'EIO' });
    expect(before.error).toMatchObject({ code: 'EIO' });
    expect(await before.blobs.size('a/b')).toBeNull();
    const after = await publishWith({ kind: 'fail_after', code: 'EIO' });
    expect(after.error).toMatchObject({ code: 'EIO' });
    expect(await after.blobs.size('a/b')).toBe(1_000);
  });

  it('lies and flips', async () => {
    const lie = await publishWith({ kind: 'lie' });
    expect(lie.error).toBeNull();
    expect(await lie.blobs.size('a/b')).toBeNull();
    const flip = await publishWith({ kind: 'flip' });
    const back = await readAll(flip.blobs, 'a/b');
    expect(back?.length).toBe(1_000);
    expect(sha256Of(back ?? Buffer.alloc(0))).not.toBe(sha256Of(bytes));
  });

  it('is full at its capacity and not before', async () => {
    const blobs = createMemoryBlobs({ capacityBytes: 1_500 });
    const incoming = await blobs.receive('copy_1');
    await incoming.append(bytes);
    await incoming.append(bytes.subarray(0, 500));
    expect(await blobs.freeBytes()).toBe(0);
    const error = await incoming.append(Buffer.from('x')).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'ENOSPC' });
    expect(incoming.bytes()).toBe(1_500);
  });
});
