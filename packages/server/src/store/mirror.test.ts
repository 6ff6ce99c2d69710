import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type MirrorStore, mirrorStore, type StoredClip } from './mirror.ts';
import { createRows, MINUTE, T0 } from './testing/rows.ts';
import { useTestDatabase } from './testing/test-database.ts';

const testDatabase = useTestDatabase();
const rows = createRows(() => testDatabase().database);
const NOW = T0 + 10_000;
let store: MirrorStore;
let account: string;
let path: string;

beforeAll(() => {
  store = mirrorStore(testDatabase().database);
});
beforeEach(async () => {
  await rows.query(`UPDATE assets SET state = 'lost' WHERE state = 'copying'`);
  await rows.query(`UPDATE assets SET delete_at = NULL`);
  account = (await rows.account({ retentionDays: 30 })).id;
  path = await rows.path();
});

const saving = (with_: Parameters<typeof rows.saving>[1] = {}) =>
  rows.saving(account, { ...with_, task: { pathNames: [path], ...with_.task } });
const claim = (with_: { nowMs?: number; most?: number; lease?: string } = {}) => {
  const { nowMs = NOW, most = 9, lease = rows.next('lease') } = with_;
  return store.claimCopies({ nowMs, most, lease, untilMs: nowMs + MINUTE });
};
const taskOf = (id: string) => rows.one<Record<string, unknown>>('tasks', id);
const assetOf = (id: string) => rows.one<Record<string, unknown>>('assets', id);

function clip(id: string, lease: string, with_: Partial<StoredClip> = {}): StoredClip {
  return {
    id,
    lease,
    blobKey: `assets/${id}.mp4`,
    bytes: 5_000_000_000,
    sha256: 'ab',
    contentType: 'video/mp4',
    width: 1280,
    height: 720,
    durationSeconds: 5.04,
    videoCodec: 'avc',
    audioCodec: null,
    flags: ['short'],
    deleteAtMs: NOW + MINUTE,
    poster: null,
    ...with_,
  };
}
const poster = () => ({
  id: rows.next('asset'),
  blobKey: `posters/${rows.next('p')}.jpg`,
  bytes: 900,
  sha256: 'cd',
  contentType: 'image/jpeg',
  width: 640,
  height: null,
});

describe('claims', () => {
  test('tell everything that the copy needs', async () => {
    const { asset, task, attempt } = await saving({ expiresAt: T0 + MINUTE });
    expect(await claim({ lease: 'a' })).toEqual([
      {
        id: asset,
        task_id: task,
        account_id: account,
        attempt_id: attempt,
        path_name: path,
        correlation_id: attempt,
        credential_version: 1,
        handle: { id: `up-${attempt}` },
        source_url: `https://upstream.example/${asset}.mp4`,
        source_expires_at: T0 + MINUTE,
        tries: 1,
        created_at: T0,
        order: { model: 'kling-3.0', prompt: 'a river' },
        retention_days: 30,
      },
    ]);
    expect(await assetOf(asset)).toMatchObject({ lease: 'a', copy_at: NOW + MINUTE, tries: 1 });
  });

  test('the link that dies first goes first, those without an end last', async () => {
    const never = await saving({ expiresAt: null, copyAt: T0 - 5 });
    const late = await saving({ expiresAt: T0 + 60 * MINUTE, copyAt: T0 - 4 });
    const soon = await saving({ expiresAt: T0 + MINUTE });
    await saving({ copyAt: NOW + 1 });
    const order: string[] = [];
    for (let turn = 0; turn < 4; turn += 1) order.push(...(await claim({ most: 1 })).map((row) => row.id));
    expect(order).toEqual([soon.asset, late.asset, never.asset]);
  });

  test('a lease that is over is claimed by somebody else; its holder learns it', async () => {
    const { asset } = await saving();
    await claim({ lease: 'a' });
    expect(await store.extendCopy(asset, 'a', NOW + 2 * MINUTE)).toBe(true);
    expect(await claim({ lease: 'b', nowMs: NOW + MINUTE })).toEqual([]);
    expect(await claim({ lease: 'b', nowMs: NOW + 2 * MINUTE })).toMatchObject([{ tries: 2 }]);
    expect(await store.extendCopy(asset, 'a', NOW + 9 * MINUTE)).toBe(false);
  });

  test('nodes never claim the same copy', async () => {
    for (let index = 0; index < 20; index += 1) await saving();
    const claims = await Promise.all(Array.from({ length: 5 }, () => claim({ most: 6 })));
    const ids = claims.flat().map((row) => row.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toHaveLength(20);
  });
});

describe('stored', () => {
  test('the clip, its poster and the task in one', async () => {
    const { asset, task, attempt } = await saving();
    await claim({ lease: 'a' });
    const picture = poster();
    expect(await store.recordStored(clip(asset, 'a', { poster: picture }), NOW)).toBe(true);
    expect(await assetOf(asset)).toMatchObject({
      state: 'stored',
      source_url: null,
      blob_key: `assets/${asset}.mp4`,
      bytes: 5_000_000_000n,
      duration_seconds: 5.04,
      flags: ['short'],
      stored_at: NOW,
      delete_at: NOW + MINUTE,
      copy_at: null,
      lease: null,
    });
    expect(await assetOf(picture.id)).toMatchObject({
      task_id: task,
      attempt_id: attempt,
      kind: 'poster',
      state: 'stored',
      delete_at: NOW + MINUTE,
      bytes: 900n,
    });
    expect(await taskOf(task)).toMatchObject({
      state: 'settling',
      outcome: 'succeeded',
      due_at: NOW,
      version: 2,
    });
    expect(await store.assetById(asset)).toMatchObject({ id: asset, kind: 'video', state: 'stored' });
    expect(await store.assetById('asset_none')).toBeNull();
  });

  test('with a stale lease changes nothing and leaves no poster', async () => {
    const { asset, task } = await saving();
    await claim({ lease: 'a' });
    await claim({ lease: 'b', nowMs: NOW + MINUTE });
    const before = [await assetOf(asset), await taskOf(task)];
    const picture = poster();
    expect(await store.recordStored(clip(asset, 'a', { poster: picture }), NOW)).toBe(false);
    await store.recordLost({ id: asset, lease: 'a', error: 'gone', code: 'result_unavailable' }, NOW);
    await store.recordCopyAgain([{ id: asset, lease: 'a', copyAtMs: NOW, error: 'x', link: null }]);
    expect([await assetOf(asset), await taskOf(task)]).toEqual(before);
    expect(await rows.query('SELECT id FROM assets WHERE id = $1', [picture.id])).toEqual([]);
  });

  test('for a task that ended first: the clip is kept, the task is left alone', async () => {
    const { asset, task } = await saving({ task: { state: 'failed' } });
    await claim({ lease: 'a' });
    const before = await taskOf(task);
    expect(await store.recordStored(clip(asset, 'a'), NOW)).toBe(true);
    expect(await taskOf(task)).toEqual(before);
  });
});

describe('trouble', () => {
  test('again: later, with the fresh link where there is one', async () => {
    const { asset } = await saving({ expiresAt: T0 + MINUTE });
    await claim({ lease: 'a' });
    await store.recordCopyAgain([{ id: asset, lease: 'a', copyAtMs: NOW + 5, error: 'reset', link: null }]);
    expect(await assetOf(asset)).toMatchObject({
      state: 'copying',
      lease: null,
      copy_at: NOW + 5,
      last_error: 'reset',
      source_url: `https://upstream.example/${asset}.mp4`,
      source_expires_at: T0 + MINUTE,
    });
    await claim({ lease: 'b', nowMs: NOW + 5 });
    const link = { url: 'https://upstream.example/fresh.mp4', expiresAtMs: T0 + 9 * MINUTE };
    await store.recordCopyAgain([{ id: asset, lease: 'b', copyAtMs: NOW + 9, error: '403', link }]);
    expect(await assetOf(asset)).toMatchObject({
      source_url: 'https://upstream.example/fresh.mp4',
      source_expires_at: T0 + 9 * MINUTE,
    });
  });

  test('lost: the task fails', async () => {
    const { asset, task } = await saving();
    await claim({ lease: 'a' });
    await store.recordLost(
      { id: asset, lease: 'a', error: 'the link is dead', code: 'result_unavailable' },
      NOW,
    );
    expect(await assetOf(asset)).toMatchObject({
      state: 'lost',
      source_url: null,
      last_error: 'the link is dead',
    });
    expect(await taskOf(task)).toMatchObject({
      state: 'settling',
      outcome: 'failed',
      error_code: 'result_unavailable',
      error_message: 'the link is dead',
      due_at: NOW,
    });
  });
});

describe('copies whose task ended first', () => {
  test('are dropped once nobody works on them', async () => {
    const ended = await saving({ task: { state: 'failed' } });
    const leased = await saving({ task: { state: 'canceled' }, copyAt: NOW + 1, lease: 'a' });
    await saving();
    expect(await store.dropOrphanCopies(NOW)).toEqual([ended.asset]);
    expect(await store.dropOrphanCopies(NOW + 1)).toEqual([leased.asset]);
    expect(await assetOf(ended.asset)).toMatchObject({ state: 'lost', last_error: 'its task ended first' });
  });

  test('a copy that is stored at that moment stays stored', async () => {
    const { asset } = await saving({ task: { state: 'failed' }, lease: 'a' });
    const { database } = testDatabase();
    await database.transaction(async (tx) => {
      const storing = mirrorStore({ ...database, query: tx.query });
      expect(await storing.recordStored(clip(asset, 'a'), NOW)).toBe(true);
      // Whoever has it at this moment is left alone.
      expect(await store.dropOrphanCopies(NOW)).toEqual([]);
    });
    expect(await assetOf(asset)).toMatchObject({ state: 'stored' });
  });
});

describe('retention', () => {
  test('what is over is marked once; a blob is free when nothing refers to it any more', async () => {
    const first = await saving({ state: 'stored' });
    const twin = await saving({ state: 'stored' });
    await rows.query(`UPDATE assets SET blob_key = 'assets/shared.mp4', delete_at = $2 WHERE id = ANY($1)`, [
      [first.asset, twin.asset],
      new Date(NOW),
    ]);
    await rows.query('UPDATE assets SET delete_at = $2 WHERE id = $1', [twin.asset, new Date(NOW + 1)]);
    expect(await store.retentionOver(NOW - 1, 9)).toEqual([]);
    expect(await store.retentionOver(NOW, 9)).toEqual([first.asset]);
    expect(await store.markDeleted([first.asset], NOW)).toEqual([]);
    expect(await assetOf(first.asset)).toMatchObject({ state: 'deleted', deleted_at: NOW });
    expect(await store.markDeleted([first.asset], NOW)).toEqual([]);
    expect(await store.markDeleted([twin.asset], NOW)).toEqual(['assets/shared.mp4']);
  });

  test('a blob that an upload refers to stays', async () => {
    const { asset } = await saving({ state: 'stored' });
    const { blob_key: blobKey } = await assetOf(asset);
    await rows.insert('files', {
      id: rows.next('file'),
      account_id: account,
      blob_key: blobKey,
      bytes: 1,
      sha256: 'ab',
      content_type: 'video/mp4',
      created_at: new Date(T0),
    });
    expect(await store.markDeleted([asset], NOW)).toEqual([]);
    await rows.query('UPDATE files SET deleted_at = now() WHERE blob_key = $1', [blobKey]);
    await rows.query(`UPDATE assets SET state = 'stored' WHERE id = $1`, [asset]);
    expect(await store.markDeleted([asset], NOW)).toEqual([blobKey]);
  });
});
