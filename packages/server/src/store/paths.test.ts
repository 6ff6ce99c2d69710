import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type PathStore, pathStore } from './paths.ts';
import { createRows, MINUTE, T0 } from './testing/rows.ts';
import { useTestDatabase } from './testing/test-database.ts';

const testDatabase = useTestDatabase();
const rows = createRows(() => testDatabase().database);
let store: PathStore;
let name: string;

beforeAll(() => {
  store = pathStore(testDatabase().database);
});
beforeEach(() => {
  name = rows.next('path');
});

const insert = (with_ = {}) =>
  store.insertPath(
    {
      name,
      provider: 'kling',
      baseUrl: 'https://upstream.example',
      credentialSealed: 'sealed',
      settings: { region: 'sg' },
      sandbox: false,
      priceSheet: null,
      ...with_,
    },
    T0,
  );
const pathOf = async () => (await store.listPaths()).find((path) => path.name === name);

test('a path is inserted once, full of query tokens and well', async () => {
  expect(await insert()).toBe('inserted');
  expect(await insert({ provider: 'other' })).toBe('exists');
  expect(await pathOf()).toMatchObject({
    provider: 'kling',
    settings: { region: 'sg' },
    state: 'active',
    health: 'ok',
    health_strikes: 0,
    wallet: null,
    created_at: T0,
  });
});

test('a change changes what it names', async () => {
  await insert();
  expect(await store.updatePath(name, { state: 'paused', settings: {} })).toMatchObject({
    state: 'paused',
    settings: {},
    base_url: 'https://upstream.example',
    credential_sealed: 'sealed',
  });
  expect(
    await store.updatePath(name, {
      priceSheet: 's',
      baseUrl: 'https://b',
      credential: { sealed: 'c', atMs: 0 },
    }),
  ).toMatchObject({
    price_sheet: 's',
    base_url: 'https://b',
    credential_sealed: 'c',
    state: 'paused',
  });
  expect(await store.updatePath('nowhere', { state: 'paused' })).toBeNull();
});

describe('health', () => {
  test('is read and written under one lock: parallel strikes all count', async () => {
    await insert();
    await Promise.all(
      Array.from({ length: 20 }, () =>
        store.changeHealth(name, (state) => ({
          health: 'throttled',
          untilMs: T0 + MINUTE,
          strikes: state.strikes + 1,
          detail: '429',
        })),
      ),
    );
    expect(await pathOf()).toMatchObject({
      health: 'throttled',
      health_until: T0 + MINUTE,
      health_strikes: 20,
      health_detail: '429',
    });
  });

  test('tells before and after; an unknown path has none', async () => {
    await insert();
    const well = { health: 'ok', untilMs: null, strikes: 0, detail: null };
    expect(await store.changeHealth(name, (state) => state)).toEqual({ before: well, after: well });
    expect(await store.changeHealth('nowhere', (state) => state)).toBeNull();
  });

  test('raises an alarm that operators can read', async () => {
    await store.recordAlarm(
      { id: `evt_${name}`, path: name, health: 'wallet_empty', detail: 'no units' },
      T0,
    );
    expect(
      await rows.query('SELECT type, account_id, data FROM events WHERE id = $1', [`evt_${name}`]),
    ).toEqual([
      {
        type: 'path.alarm',
        account_id: null,
        data: { path: name, health: 'wallet_empty', detail: 'no units' },
      },
    ]);
  });
});

test('the wallet as it was read', async () => {
  await insert();
  await store.saveWallet(name, { packs: [{ left: '10' }] }, T0);
  expect(await pathOf()).toMatchObject({ wallet: { packs: [{ left: '10' }] }, wallet_read_at: T0 });
});
