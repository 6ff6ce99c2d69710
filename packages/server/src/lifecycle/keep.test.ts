import { expect, test } from 'vitest';
import { createMemoryBlobs } from '../effects/blobs/memory.ts';
import { useRig } from '../http/testing/rig.ts';
import { storeBytes } from './keep.ts';

const rig = useRig();
const BYTES = Buffer.from('a picture');

test.each([
  ['cannot be written', () => ({ kind: 'fail' as const, code: 'EIO' })],
  ['stores nothing', () => ({ kind: 'lie' as const })],
])('a store that %s keeps nothing of the file in its spool', async (_what, fault) => {
  const blobs = createMemoryBlobs({ fault: ({ kind }) => (kind === 'publish' ? fault() : null) });
  const context = { ...rig().context, blobs };
  await expect(storeBytes(context, 'posters', 'jpg', 'image/jpeg', BYTES)).rejects.toThrow();
  expect([blobs.objects.size, blobs.spooled.size]).toEqual([0, 0]);
});
