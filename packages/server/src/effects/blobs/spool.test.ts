/** A disk that cannot write what it was given says so once. */
import { type FileHandle, mkdtemp, open, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { createDiskBlobs } from './disk.ts';
import { bytesOf, readAll, VIDEO } from './exam/exam.ts';

/** What the next syncs of files do, and how many there were. */
const disk = { failures: 0, syncs: 0 };

const MANY = 17 * 1_048_576;
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-spool-'));
  const file = await open(join(folder, 'any'), 'w');
  const handles: FileHandle = Object.getPrototypeOf(file);
  const { datasync } = handles;
  vi.spyOn(handles, 'datasync').mockImplementation(async function (this: FileHandle) {
    disk.syncs += 1;
    if (disk.failures === 0) return datasync.call(this);
    disk.failures -= 1;
    throw Object.assign(new Error('EIO: the disk is broken'), { code: 'EIO' });
  });
  await file.close();
});
beforeEach(() => {
  disk.failures = 0;
  disk.syncs = 0;
});
afterAll(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true, force: true });
});

test('a long clip goes to the disk while it comes in, a short one at its end', async () => {
  const blobs = createDiskBlobs({ root: join(folder, 'ahead') });
  const short = await blobs.receive('short');
  await short.append(bytesOf(1_000));
  expect(disk.syncs).toBe(0);
  await blobs.publish(short, 'assets/short', VIDEO);
  expect(disk.syncs).toBe(1);
  const long = await blobs.receive('long');
  await long.append(Buffer.alloc(MANY, 1));
  expect(disk.syncs).toBe(2);
  await blobs.publish(long, 'assets/long', VIDEO);
  expect(disk.syncs).toBe(3);
  expect((await readAll(blobs, 'assets/long'))?.length).toBe(MANY);
});

test.each([
  ['while it came in', MANY],
  ['at its end', 1_000],
])('a clip that could not be written %s is not published, and comes anew', async (when, length) => {
  const root = join(folder, when);
  const blobs = createDiskBlobs({ root });
  const incoming = await blobs.receive('copy_1');
  disk.failures = 1;
  await incoming.append(Buffer.alloc(length, 2));
  await expect(blobs.publish(incoming, 'assets/x', VIDEO)).rejects.toMatchObject({ code: 'EIO' });
  await expect(incoming.append(bytesOf(1))).rejects.toMatchObject({ code: 'EIO' });
  expect(disk.failures).toBe(0);
  expect(await blobs.size('assets/x')).toBeNull();
  expect(await readdir(join(root, 'spool'))).toEqual(['boot']);
  const again = await blobs.receive('copy_1');
  expect(again.bytes()).toBe(0);
  await again.append(bytesOf(2_000));
  await blobs.publish(again, 'assets/x', VIDEO);
  expect((await readAll(blobs, 'assets/x'))?.length).toBe(2_000);
});
