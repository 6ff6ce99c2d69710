import { describe, expect, test } from 'vitest';
import { virtualClock } from '../effects/clock/virtual.ts';
import { seededRandom } from '../effects/random/seeded.ts';
import { hashKey, newKeyText } from '../effects/secrets/keys.ts';
import { silentTelemetry } from '../lifecycle/telemetry.ts';
import type { AuthRow } from '../store/keys.ts';
import { createAuth, scopeRefusal } from './auth.ts';
import { createFailures } from './failures.ts';

const random = seededRandom(3);
const good = newKeyText(random);
const stranger = newKeyText(random);

function setUp(row: Partial<AuthRow> = {}) {
  const clock = virtualClock(1_000_000);
  const state = { lookups: 0, touches: [] as number[], revoked: null as number | null };
  const known: AuthRow = {
    id: 'key_1',
    account_id: 'acc_1',
    scopes: ['tasks:read'],
    expires_at: null,
    revoked_at: null,
    last_used_at: null,
    hash: hashKey(good),
    ...row,
  };
  const auth = createAuth({
    keys: {
      findByHash: async (hash) => {
        state.lookups += 1;
        return Buffer.from(hash).equals(hashKey(good)) ? { ...known, revoked_at: state.revoked } : null;
      },
      touch: async (_id, nowMs) => {
        state.touches.push(nowMs);
      },
    },
    clock,
    telemetry: silentTelemetry,
    failures: createFailures({ burst: 3, perMinute: 6 }),
  });
  const identify = async (key: string, address = '10.0.0.1') => {
    const answer = await auth.identify(key === '' ? undefined : `Bearer ${key}`, address);
    return answer.kind === 'known' ? answer.caller : answer.refusal;
  };
  return { auth, clock, state, identify };
}

describe('identify', () => {
  test('a good key is its account', async () => {
    expect(await setUp().identify(good)).toMatchObject({ accountId: 'acc_1', operator: false });
  });

  test.each([
    ['no key', '', 'missing_key'],
    ['a stranger', stranger, 'invalid_key'],
    ['a key with a typing error', `${good.slice(0, -1)}x`, 'invalid_key'],
  ])('%s is refused', async (_name, key, code) => {
    expect(await setUp().identify(key)).toMatchObject({ code });
  });

  test('an expired key is refused from its instant on', async () => {
    const { clock, identify } = setUp({ expires_at: 1_000_500 });
    expect(await identify(good)).toMatchObject({ accountId: 'acc_1' });
    clock.advance(500);
    expect(await identify(good)).toMatchObject({ code: 'invalid_key' });
  });

  test('a revoked key stops within a second, and until then costs no look-up', async () => {
    const { clock, state, identify } = setUp();
    await identify(good);
    state.revoked = 1;
    clock.advance(999);
    expect(await identify(good)).toMatchObject({ accountId: 'acc_1' });
    expect(state.lookups).toBe(1);
    clock.advance(1);
    expect(await identify(good)).toMatchObject({ code: 'invalid_key' });
  });

  test('requests that come together share one look-up', async () => {
    const { state, identify } = setUp();
    await Promise.all(Array.from({ length: 10 }, () => identify(good)));
    expect(state.lookups).toBe(1);
  });

  test('its use is noted at most once a minute', async () => {
    const { clock, state, identify } = setUp();
    for (let second = 0; second < 130; second += 1) {
      await identify(good);
      clock.advance(1_000);
    }
    expect(state.touches).toEqual([1_000_000, 1_060_000, 1_120_000]);
  });

  test('wrong keys make an address wait, without asking the database, and nobody else', async () => {
    const { state, identify } = setUp();
    for (let count = 0; count < 3; count += 1) await identify(newKeyText(random));
    const lookups = state.lookups;
    expect(await identify(stranger)).toMatchObject({ code: 'rate_limited', retryAfterSeconds: 10 });
    expect(state.lookups).toBe(lookups);
    expect(await identify(stranger, '10.0.0.2')).toMatchObject({ code: 'invalid_key' });
  });

  test('a key that worked lately is not locked out by guesses from its address', async () => {
    const { clock, identify } = setUp();
    await identify(good);
    for (let count = 0; count < 5; count += 1) await identify(newKeyText(random));
    clock.advance(2_000);
    expect(await identify(good)).toMatchObject({ accountId: 'acc_1' });
  });

  test('waiting gives tries back', async () => {
    const { clock, identify } = setUp();
    for (let count = 0; count < 4; count += 1) await identify(newKeyText(random));
    clock.advance(10_000);
    expect(await identify(stranger)).toMatchObject({ code: 'invalid_key' });
  });
});

test.each([
  [{ accountId: 'acc_1', operator: false, scopes: ['tasks:read'] }, 'tasks:read', null],
  [{ accountId: 'acc_1', operator: false, scopes: ['tasks:read'] }, 'tasks:write', 'forbidden'],
  [{ accountId: 'acc_1', operator: false, scopes: ['operator'] }, 'operator', 'forbidden'],
  [{ accountId: null, operator: true, scopes: ['operator'] }, 'operator', null],
  [{ accountId: null, operator: true, scopes: ['operator'] }, 'tasks:write', null],
  [{ accountId: null, operator: false, scopes: ['tasks:read'] }, 'tasks:read', 'forbidden'],
] as const)('%j asking for %s', (caller, scope, code) => {
  const refusal = scopeRefusal({ keyId: 'key_1', ...caller, scopes: new Set(caller.scopes) }, scope);
  expect(refusal?.code ?? null).toBe(code);
});
