import { beforeAll, expect, test } from 'vitest';
import { type NodeStore, nodeStore } from './nodes.ts';
import { T0 } from './testing/rows.ts';
import { useTestDatabase } from './testing/test-database.ts';

const testDatabase = useTestDatabase();
let store: NodeStore;

beforeAll(() => {
  store = nodeStore(testDatabase().database);
});

test('a node is seen while it beats, and gone when it leaves; the long unseen go with it', async () => {
  await store.beat('node_dead', T0 - 9_000);
  await store.beat('node_a', T0);
  await store.beat('node_b', T0 + 1);
  await store.beat('node_a', T0 + 5);
  expect(await store.list()).toEqual([
    { id: 'node_dead', started_at: T0 - 9_000, seen_at: T0 - 9_000 },
    { id: 'node_a', started_at: T0, seen_at: T0 + 5 },
    { id: 'node_b', started_at: T0 + 1, seen_at: T0 + 1 },
  ]);
  await store.leave('node_b', T0);
  expect((await store.list()).map((node) => node.id)).toEqual(['node_a']);
});

test('settings are what was written last, and null before', async () => {
  expect(await store.readSetting('quarantine')).toBeNull();
  await store.writeSetting('quarantine', true);
  expect(await store.readSetting('quarantine')).toBe(true);
  await store.writeSetting('quarantine', false);
  expect(await store.readSetting('quarantine')).toBe(false);
  await store.writeSetting('object', { a: ['b'] });
  expect(await store.readSetting('object')).toEqual({ a: ['b'] });
});

test('of many who claim a setting one wins', async () => {
  const claims = await Promise.all(
    Array.from({ length: 10 }, (_, index) => store.claimSetting('seal_key', `fingerprint-${index}`)),
  );
  expect(claims.filter((won) => won)).toHaveLength(1);
  expect(await store.readSetting('seal_key')).toBe(`fingerprint-${claims.indexOf(true)}`);
});

test('a hint reaches who listens', async () => {
  const heard: (string | null)[] = [];
  const { database } = testDatabase();
  let hear: () => void = () => {};
  const hearing = new Promise<void>((resolve) => {
    hear = resolve;
  });
  const subscription = await database.listen('sluice', (payload) => {
    heard.push(payload);
    if (payload === 'admit') hear();
  });
  await store.hint('admit');
  await hearing;
  await subscription.close();
  expect(heard).toContain('admit');
});
