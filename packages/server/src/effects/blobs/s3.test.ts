import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import S3rver from 's3rver';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { realClock } from '../clock/real.ts';
import { bytesOf, readAll, sha256Of, storeExam, VIDEO } from './exam/exam.ts';
import { type StrictStore, strictStore } from './exam/strict-store.ts';
import { createS3Blobs, type S3Blobs, type S3Options } from './s3.ts';

const MIB = 1_048_576;
let folder = '';
let foreign: S3rver;
let foreignPort = 0;
let strict: StrictStore;
const opened: S3Blobs[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-s3-'));
  foreign = new S3rver({
    port: 0,
    address: '127.0.0.1',
    directory: join(folder, 'store'),
    silent: true,
    configureBuckets: [{ name: 'clips' }],
  });
  ({ port: foreignPort } = await foreign.run());
  strict = await strictStore();
});
afterAll(async () => {
  for (const blobs of opened) blobs.close();
  await foreign.close();
  await strict.close();
  await rm(folder, { recursive: true, force: true });
});

function openStore(endpoint: string, more: Partial<S3Options> = {}): S3Blobs {
  const blobs = createS3Blobs({
    clock: realClock,
    endpoint,
    region: 'us-east-1',
    bucket: 'clips',
    accessKeyId: 'S3RVER',
    secretAccessKey: 'S3RVER',
    forcePathStyle: true,
    prefix: 'sluice/',
    spoolDir: join(folder, 'spool'),
    ...more,
  });
  opened.push(blobs);
  return blobs;
}
const openForeign = (more?: Partial<S3Options>): S3Blobs =>
  openStore(`http://127.0.0.1:${foreignPort}`, more);

async function spoolOf(blobs: S3Blobs, copyId: string, bytes: Uint8Array) {
  const incoming = await blobs.receive(copyId);
  await incoming.append(bytes);
  return incoming;
}

storeExam('s3', () => openForeign());

describe('s3 store, on a foreign server', () => {
  it('finds out what the server can do', async () => {
    expect(await openForeign().probe()).toEqual({ conditionalPut: false, rangeReads: true, presign: true });
  });

  it('says plainly what is wrong', async () => {
    await expect(openForeign({ bucket: 'nowhere' }).probe()).rejects.toThrow(/bucket nowhere cannot be used/);
    const wrongKey = openForeign({ accessKeyId: 'stranger' });
    await expect(wrongKey.probe()).rejects.toThrow(/bucket clips cannot be used: InvalidAccessKeyId/);
    const deaf = openForeign({ endpoint: 'http://127.0.0.1:1' });
    await expect(deaf.probe()).rejects.toThrow(/ECONNREFUSED/);
  });

  it('uploads in parts, and drops the spool', async () => {
    const bytes = bytesOf(20 * MIB);
    const blobs = openForeign();
    await blobs.publish(await spoolOf(blobs, 'big', bytes), 'assets/big.mp4', VIDEO);
    expect(sha256Of((await readAll(blobs, 'assets/big.mp4')) ?? Buffer.alloc(0))).toBe(sha256Of(bytes));
    expect(await readdir(join(folder, 'spool'))).not.toContain('big.part');
  });

  it('hands out addresses that the server honours', async () => {
    const blobs = openForeign();
    await blobs.publish(await spoolOf(blobs, 'linked', Buffer.from('linked')), 'assets/linked.txt', VIDEO);
    const downloadName = 'Ein Fuchs "läuft".mp4';
    const url = (await blobs.presign('assets/linked.txt', { expiresInSeconds: 60, downloadName })) ?? '';
    const response = await fetch(url);
    expect(response.status).toBe(200);
    expect(await response.text()).toBe('linked');
    expect(response.headers.get('content-disposition')).toContain(
      "filename*=UTF-8''Ein%20Fuchs%20%22l%C3%A4uft",
    );
  });
});

describe('s3 store, on a strict server', () => {
  it('finds conditional writes and uses them', async () => {
    const blobs = openStore(strict.endpoint);
    expect(await blobs.probe()).toEqual({ conditionalPut: true, rangeReads: true, presign: true });
    expect([...strict.objects.keys()]).toEqual([]);
    // Somebody else stored other bytes in the meantime (so the size differs): theirs stay.
    strict.objects.set('sluice/assets/raced.mp4', Buffer.from('theirs, longer'));
    await blobs.publish(await spoolOf(blobs, 'raced', Buffer.from('ours')), 'assets/raced.mp4', VIDEO);
    expect(strict.objects.get('sluice/assets/raced.mp4')?.toString()).toBe('theirs, longer');
  });

  it('takes a failed upload back, keeps the spool, and succeeds later', async () => {
    const bytes = bytesOf(20 * MIB);
    const blobs = openStore(strict.endpoint);
    const incoming = await spoolOf(blobs, 'failing', bytes);
    strict.failPart = 2;
    await expect(blobs.publish(incoming, 'assets/failing.mp4', VIDEO)).rejects.toThrow();
    expect(strict.uploads.size).toBe(0);
    expect(await blobs.size('assets/failing.mp4')).toBeNull();
    strict.failPart = null;
    await blobs.publish(incoming, 'assets/failing.mp4', VIDEO);
    expect(await blobs.size('assets/failing.mp4')).toBe(bytes.length);
  });

  it('does not upload what is already there', async () => {
    const blobs = openStore(strict.endpoint);
    await blobs.publish(await spoolOf(blobs, 'once', Buffer.from('same')), 'assets/same', VIDEO);
    const before = strict.requests.filter((request) => request.startsWith('PUT')).length;
    await blobs.publish(await spoolOf(blobs, 'twice', Buffer.from('same')), 'assets/same', VIDEO);
    expect(strict.requests.filter((request) => request.startsWith('PUT')).length).toBe(before);
  });

  it('sweeps uploads that a killed process left behind, and only old ones', async () => {
    const blobs = openStore(strict.endpoint);
    const hourAgo = Date.now() - 3_600_000;
    strict.uploads.set('old', { key: 'sluice/assets/a', startedMs: hourAgo, parts: new Map() });
    strict.uploads.set('new', { key: 'sluice/assets/b', startedMs: Date.now(), parts: new Map() });
    expect(await blobs.dropLeftovers(hourAgo + 1_000)).toBe(1);
    expect([...strict.uploads.keys()]).toEqual(['new']);
  });
});
