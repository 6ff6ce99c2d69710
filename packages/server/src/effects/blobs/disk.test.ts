import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { appendFile, chmod, mkdtemp, readdir, rm, symlink, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDiskBlobs } from './disk.ts';
import { bytesOf, expectBytes, readAll, sha256Of, storeExam, VIDEO } from './exam/exam.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-blobs-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

storeExam('disk', () => createDiskBlobs({ root: join(folder, 'exam') }));

describe('disk store', () => {
  it('says what it can do, and leaves nothing behind', async () => {
    const root = join(folder, 'probe');
    const blobs = createDiskBlobs({ root });
    expect(await blobs.probe()).toEqual({ conditionalPut: true, rangeReads: true, presign: false });
    expect(await readdir(join(root, 'spool'))).toEqual([]);
    expect(await blobs.freeBytes()).toBeGreaterThan(0);
    expect(await blobs.presign('a/b', { expiresInSeconds: 60 })).toBeNull();
  });

  it('says plainly when the folder cannot be used', async () => {
    const file = join(folder, 'a-file');
    await appendFile(file, 'not a folder');
    const blobs = createDiskBlobs({ root: join(file, 'blobs') });
    await expect(blobs.probe()).rejects.toThrow(/The asset folder .*blobs cannot be used: ENOTDIR/);
  });

  it('shows an object only when it is whole, and no spool is left', async () => {
    const root = join(folder, 'whole');
    const blobs = createDiskBlobs({ root });
    const incoming = await blobs.receive('copy_1');
    await incoming.append(bytesOf(10_000));
    expect((await readdir(root, { recursive: true })).sort()).toEqual([
      'spool',
      'spool/boot',
      'spool/copy_1.part',
    ]);
    await blobs.publish(incoming, 'assets/ab/cd.mp4', VIDEO);
    expect((await readdir(root, { recursive: true })).sort()).toEqual([
      'assets',
      'assets/ab',
      'assets/ab/cd.mp4',
      'spool',
      'spool/boot',
    ]);
  });

  it('publishing after a crash between rename and record', async () => {
    const root = join(folder, 'between');
    const bytes = bytesOf(5_000);
    const first = createDiskBlobs({ root });
    const incoming = await first.receive('copy_1');
    await incoming.append(bytes);
    await first.publish(incoming, 'assets/x.mp4', VIDEO);
    // The next process knows nothing: it copies again and publishes again.
    const second = createDiskBlobs({ root });
    const again = await second.receive('copy_1');
    expect(again.bytes()).toBe(0);
    await again.append(bytes);
    await second.publish(again, 'assets/x.mp4', VIDEO);
    expectBytes(await readAll(second, 'assets/x.mp4'), bytes);
  });

  it('drops what a killed process left, and nothing that is still written to', async () => {
    const root = join(folder, 'leftovers');
    const killed = createDiskBlobs({ root });
    await (await killed.receive('dead')).append(bytesOf(1_000));
    const idle = await killed.receive('idle');
    await (await killed.receive('young')).append(bytesOf(1_000));
    const long = new Date('2026-01-01T00:00:00Z');
    for (const name of ['dead', 'idle']) await utimes(join(root, 'spool', `${name}.part`), long, long);
    await idle.append(bytesOf(10));
    const blobs = createDiskBlobs({ root });
    expect(await blobs.dropLeftovers(long.getTime())).toBe(0);
    expect(await blobs.dropLeftovers(long.getTime() + 1)).toBe(1);
    expect((await readdir(join(root, 'spool'))).sort()).toEqual(['boot', 'idle.part', 'young.part']);
    expect((await blobs.receive('dead')).bytes()).toBe(0);
  });

  it('does not trust a spool of an earlier boot', async () => {
    const root = join(folder, 'boots');
    const before = await createDiskBlobs({ root, bootId: async () => 'one' }).receive('copy_1');
    await before.append(bytesOf(1_000));
    const same = await createDiskBlobs({ root, bootId: async () => 'one' }).receive('copy_1');
    expect(same.bytes()).toBe(1_000);
    const other = await createDiskBlobs({ root, bootId: async () => 'two' }).receive('copy_1');
    expect(other.bytes()).toBe(0);
  });

  it('a killed process leaves what it wrote, and the hash is right', async () => {
    const root = join(folder, 'killed');
    const script = `
      import { createDiskBlobs } from ${JSON.stringify(join(import.meta.dirname, 'disk.ts'))};
      const incoming = await createDiskBlobs({ root: ${JSON.stringify(root)} }).receive('copy_1');
      await incoming.append(Buffer.alloc(150_000, 7));
      process.kill(process.pid, 'SIGKILL');
    `;
    const run = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script]);
    expect(run.signal).toBe('SIGKILL');
    const after = await createDiskBlobs({ root }).receive('copy_1');
    expect(after.bytes()).toBe(150_000);
    await after.append(Buffer.alloc(50_000, 8));
    const whole = Buffer.concat([Buffer.alloc(150_000, 7), Buffer.alloc(50_000, 8)]);
    expect(await after.sha256()).toBe(sha256Of(whole));
  });

  it('drops bytes that a failed write left behind the ones that count', async () => {
    const root = join(folder, 'ragged');
    const blobs = createDiskBlobs({ root });
    const incoming = await blobs.receive('copy_1');
    await incoming.append(Buffer.from('good'));
    await appendFile(join(root, 'spool', 'copy_1.part'), 'half a chunk');
    await blobs.publish(incoming, 'assets/x', VIDEO);
    expect((await readAll(blobs, 'assets/x'))?.toString()).toBe('good');
  });

  it('opens one handle per copy however often it is taken up', async () => {
    const blobs = createDiskBlobs({ root: join(folder, 'handles') });
    const handles = async (): Promise<number> => (await readdir('/proc/self/fd').catch(() => [])).length;
    const before = await handles();
    for (let nth = 0; nth < 50; nth += 1) await blobs.receive('copy_1');
    expect((await handles()) - before).toBeLessThan(10);
  });

  it.skipIf(!existsSync('/dev/full'))('a full disk fails the append and counts nothing', async () => {
    const root = join(folder, 'full');
    const blobs = createDiskBlobs({ root });
    await blobs.receive('copy_1');
    // The device that is always full stands in for the disk; no mount and no privilege needed.
    await symlink('/dev/full', join(root, 'spool', 'copy_2.part'));
    const incoming = await blobs.receive('copy_2');
    const error = await incoming.append(Buffer.from('x')).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'ENOSPC' });
    expect(incoming.bytes()).toBe(0);
  });

  it('a folder without permission fails, and works again afterwards', async () => {
    if (process.getuid?.() === 0) return;
    const root = join(folder, 'closed');
    const blobs = createDiskBlobs({ root });
    const incoming = await blobs.receive('copy_1');
    await incoming.append(Buffer.from('bytes'));
    await chmod(root, 0o500);
    await expect(blobs.publish(incoming, 'assets/x', VIDEO)).rejects.toMatchObject({ code: 'EACCES' });
    await chmod(root, 0o700);
    const again = await blobs.receive('copy_1');
    await blobs.publish(again, 'assets/x', VIDEO);
    expect((await readAll(blobs, 'assets/x'))?.toString()).toBe('bytes');
  });
});
