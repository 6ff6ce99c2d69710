/** How often a vendor is asked for the keys of its callbacks, and what is kept when it is silent. */
import { expect, test } from 'vitest';
import { virtualClock } from '../effects/clock/virtual.ts';
import type { Outbound } from '../effects/outbound/outbound.ts';
import { toy } from '../providers/_template/adapter.ts';
import type { CallbackKeysOutcome, Exchange, Provider } from '../providers/contract.ts';
import { createDrive } from '../providers/drive.ts';
import { callbackKeys } from './callback-keys.ts';

const MINUTE_MS = 60_000;

function* ask(): Exchange<CallbackKeysOutcome> {
  const response = yield {
    operation: 'keys',
    billable: false,
    method: 'GET',
    url: '/keys',
    headers: {},
    body: null,
  };
  if (response.kind === 'answered') return { kind: 'keys', keys: [response.text] };
  return { kind: 'question_failed', class: 'unavailable', message: response.reason, retryAfterMs: null };
}

function stage(provider: Provider) {
  const clock = virtualClock(1_000_000);
  let asked = 0;
  const vendor = { silent: false, key: 'first' };
  const outbound: Pick<Outbound, 'request'> = {
    request: async ({ url }) => {
      asked += 1;
      if (vendor.silent) return { kind: 'lost', reason: 'timeout', detail: 'silence' };
      const body = new TextEncoder().encode(vendor.key);
      return { kind: 'answered', status: 200, headers: {}, body, finalUrl: url };
    },
  };
  const keys = callbackKeys(createDrive({ outbound, clock }), clock);
  const path = {
    name: 'somewhere',
    provider,
    context: (nowMs: number) => ({
      name: 'somewhere',
      baseUrl: 'https://vendor.example',
      credential: {},
      settings: {},
      nowMs,
    }),
  };
  return { clock, vendor, asked: () => asked, of: (fresh: boolean) => keys.of(path, fresh) };
}

const published: Provider = { ...toy, callbackKeys: ask };

test('a vendor without published keys is never asked', async () => {
  const { of, asked } = stage(toy);
  expect(await of(true)).toEqual([]);
  expect(asked()).toBe(0);
});

test('keys are asked for once a day, and at most once a minute when a signature fits none', async () => {
  const { of, asked, clock, vendor } = stage(published);
  expect(await of(false)).toEqual(['first']);
  vendor.key = 'second';
  expect(await of(true)).toEqual(['first']);
  clock.advance(MINUTE_MS);
  expect(await of(false)).toEqual(['first']);
  expect(asked()).toBe(1);
  expect(await of(true)).toEqual(['second']);
  expect(await of(true)).toEqual(['second']);
  expect(asked()).toBe(2);
  clock.advance(24 * 60 * MINUTE_MS);
  vendor.key = 'third';
  expect(await of(false)).toEqual(['third']);
});

test('a silent vendor takes no key away, and is asked again when there is none', async () => {
  const { of, clock, vendor } = stage(published);
  vendor.silent = true;
  expect(await of(false)).toEqual([]);
  vendor.silent = false;
  clock.advance(MINUTE_MS);
  expect(await of(false)).toEqual(['first']);
  vendor.silent = true;
  clock.advance(MINUTE_MS);
  expect(await of(true)).toEqual(['first']);
});
