import { expect, test } from 'vitest';
import { bytesOf, expectBytes } from '../effects/blobs/exam/exam.ts';
import { gatherInto } from './gather.ts';

const MEBIBYTE = 1_048_576;

function spool(fails: (nth: number) => boolean = () => false) {
  const written: Buffer[] = [];
  let calls = 0;
  return {
    written,
    append: async (chunk: Uint8Array) => {
      calls += 1;
      if (fails(calls)) throw new Error('ENOSPC');
      written.push(Buffer.from(chunk));
    },
  };
}

test('everything is written, in order, in few pieces', async () => {
  const bytes = bytesOf(3 * MEBIBYTE + 17);
  const incoming = spool();
  const gathered = gatherInto(incoming);
  // Small pieces, pieces of odd sizes, one that is larger than what is held, and a last one.
  const ends = [
    ...Array.from({ length: 32 }, (_, nth) => (nth + 1) * 40_001),
    2 * MEBIBYTE + 5,
    bytes.length,
  ];
  let from = 0;
  for (const end of ends) {
    await gathered.append(bytes.subarray(from, end));
    from = end;
  }
  await gathered.flush();
  await gathered.flush();
  expectBytes(Buffer.concat(incoming.written), bytes);
  expect(incoming.written.length).toBeLessThan(8);
});

test('what could not be written is still held, and written where it belongs', async () => {
  const bytes = bytesOf(MEBIBYTE);
  const incoming = spool((nth) => nth === 1);
  const gathered = gatherInto(incoming);
  await gathered.append(bytes.subarray(0, 400_000));
  await expect(gathered.append(bytes.subarray(400_000, 600_000))).rejects.toThrow('ENOSPC');
  await gathered.flush();
  expectBytes(Buffer.concat(incoming.written), bytes.subarray(0, 400_000));
});
