import type { Order, PriceSheet } from '@sluice/contract';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { healthyPath } from './health.ts';
import type { Priced } from './pricing.ts';
import { type RouteCandidate, type RoutingWish, route } from './routing.ts';

const ORDER: Order = {
  model: 'kling-3.0',
  mode: 'text-to-video',
  prompt: 'a river',
  negativePrompt: null,
  seconds: 5,
  inputSeconds: null,
  aspectRatio: '16:9',
  resolution: '720p',
  sound: 'off',
  multiShot: 'off',
  shots: [],
  orientation: null,
  watermark: false,
  inputs: [],
};
const SHEET: PriceSheet = {
  id: 's',
  unit: 'USD',
  unit_price: { amount: '1', currency: 'USD' },
  grade: 'declared',
  source: { name: 'the vendor’s price page', reviewed_on: '2026-01-01' },
  valid_from: '2026-01-01',
  rounding: 'exact',
  bills_failures: false,
  entries: [],
};

function priced(maximumMicros: bigint): Priced {
  return {
    ok: true,
    minimumMicros: maximumMicros,
    maximumMicros,
    unitPriceMicros: 1n,
    per: 'second',
    sheetId: 's',
    sheetDate: '2026-01-01',
    entryIndex: 0,
    costMaximumMicros: maximumMicros,
    rule: 'r',
    snapshot: {
      currency: 'USD',
      minimumMicros: '1',
      maximumMicros: '1',
      unitPriceMicros: '1',
      per: 'second',
      costMaximumMicros: '1',
      sheetId: 's',
      sheetDate: '2026-01-01',
      entryIndex: 0,
      amount: '1',
      unit: 'USD',
      unitPrice: '1',
      markupPercent: '0',
      rounding: 'exact',
      minimumSeconds: 0,
      rule: 'r',
    },
  };
}

/** `a10` is a path a that costs 10; `a10?` sick, `a10*` a sandbox, and a word for what it lacks: `a10!paused`. */
function candidate(text: string): RouteCandidate {
  const match = /^([a-z]+)(\d+)([?*]*)(?:!(\w+))?$/.exec(text);
  if (!match) throw new Error(`unreadable path ${text}`);
  const [, name = '', price = '', signs = '', lack = ''] = match;
  const state = ['paused', 'draining', 'retired'].find((each) => each === lack) ?? 'active';
  const refusal = { code: 'no_route', message: 'no price for that' } as const;
  return {
    name,
    state: state as RouteCandidate['state'],
    health: signs.includes('?') ? { health: 'throttled', untilMs: 1, strikes: 1, detail: null } : healthyPath,
    sandbox: signs.includes('*'),
    supported: lack === 'unable' ? { ok: false, field: 'sound', reason: 'has no sound' } : { ok: true },
    sheet: lack === 'sheetless' ? null : SHEET,
    priced: lack === 'priceless' ? { ok: false, refusal } : priced(BigInt(price)),
    regions: [],
    waitMs: 0,
    renderMs: { medianMs: 60_000, measured: false },
    ends: { failed: 0, of: 0 },
    walletMicros: null,
  };
}

function wish(with_: Partial<RoutingWish> = {}): RoutingWish {
  return {
    pinned: null,
    policy: 'cheapest',
    weights: {},
    regions: [],
    maxPriceMicros: null,
    startWithinMs: null,
    finishWithinMs: null,
    fraction: 0,
    ...with_,
  };
}

const NOT_IN_EU = 'No path can do this order: a is not in eu.';

const routed = (paths: string, pinned: string | null = null) =>
  route(ORDER, paths.split(' ').filter(Boolean).map(candidate), wish({ pinned }));
const names = (paths: string, pinned: string | null = null) => {
  const answer = routed(paths, pinned);
  return answer.ok ? answer.route.pathNames.join(' ') : answer.refusal.code;
};

describe('which path', () => {
  test.each([
    ['the cheapest', 'a20 b10', null, 'b'],
    ['and those that cost no more, by name', 'c10 a10 b10', null, 'a b c'],
    ['the well before the sick', 'a10? b10', null, 'b a'],
    ['and a sick one, however cheap, only takes over', 'a10? b11', null, 'b a'],
    ['none that costs more than the hold', 'a10 b11 c10', null, 'a c'],
    ['a real one before every sandbox', 'a1* b10', null, 'b'],
    ['a sandbox where there is nothing else', 'a1* b10!unable', null, 'a'],
    ['sandboxes among themselves', 'a1* b1*', null, 'a b'],
    ['a paused one: its tasks wait', 'a10!paused', null, 'a'],
    ['a dearer one before a paused one, which takes over when it is resumed', 'a10!paused b20', null, 'b a'],
    ['the pinned paused one: its task waits', 'a10!paused b20', 'a', 'a'],
    ['the pinned one, whatever it costs', 'a10 b90', 'b', 'b'],
    ['the pinned sandbox', 'a10 b90*', 'b', 'b'],
    ['none that drains', 'a10!draining', null, 'no_route'],
    ['none that is retired', 'a10!retired b20', null, 'b'],
    ['none without a price sheet', 'a10!sheetless', null, 'no_route'],
    ['none that cannot do it', 'a10!unable', null, 'no_route'],
    ['none at all', '', null, 'no_route'],
    ['none that does not exist', 'a10', 'z', 'no_route'],
    ['a pinned one that cannot, not another', 'a10!unable b10', 'a', 'no_route'],
  ])('%s', (_what, paths, pinned, expected) => {
    expect(names(paths, pinned)).toBe(expected);
  });

  test('never mixes sandboxes and real paths, and never follows with a dearer one', () => {
    const anyPath = fc
      .tuple(
        fc.integer({ min: 1, max: 4 }),
        fc.constantFrom('', '?', '*', '?*'),
        fc.constantFrom('', '!unable', '!paused'),
      )
      .map(([price, signs, lack]) => `${price}${signs}${lack}`);
    fc.assert(
      fc.property(fc.array(anyPath, { maxLength: 7 }), (paths) => {
        const given = paths.map((path, index) => candidate(`${String.fromCharCode(97 + index)}${path}`));
        const answer = route(ORDER, given, wish());
        if (!answer.ok) {
          expect(given.filter((each) => each.supported.ok)).toEqual([]);
          return;
        }
        const { pathNames, sandbox, priced: best } = answer.route;
        const chosen = given.filter((each) => pathNames.includes(each.name));
        expect(chosen.every((each) => each.sandbox === sandbox)).toBe(true);
        expect(sandbox).toBe(!given.some((each) => each.supported.ok && !each.sandbox));
        for (const { priced: price } of chosen) {
          expect(price?.ok && price.maximumMicros <= best.maximumMicros).toBe(true);
        }
        expect(new Set(pathNames).size).toBe(pathNames.length);
      }),
    );
  });
});

describe('what the client and the operator allow', () => {
  const three = () => ['a10', 'b20', 'c30'].map(candidate);
  const chosen = (given: RouteCandidate[], with_: Partial<RoutingWish>) => {
    const answer = route(ORDER, given, wish(with_));
    if (!answer.ok) throw new Error(answer.refusal.message);
    return answer.route;
  };
  const because = (given: RouteCandidate[], with_: Partial<RoutingWish>, path: string) =>
    chosen(given, with_).alternatives.find((each) => each.path === path)?.rejectedBecause;

  test('dearer paths take over up to the ceiling, and the dearest of them is held', () => {
    const found = chosen(three(), { maxPriceMicros: 20n });
    expect(found.pathNames).toEqual(['a', 'b']);
    expect(found.priced.maximumMicros).toBe(10n);
    expect(found.holdMicros).toBe(20n);
    expect([...found.prices.keys()]).toEqual(['a', 'b']);
    expect(because(three(), { maxPriceMicros: 20n }, 'c')).toBe('costs more than you allow');
  });

  test('a preferred path above the ceiling gives way to one below it', () => {
    const [a, b, c] = three();
    if (!a || !b || !c) throw new Error('three paths');
    const given = [{ ...a, waitMs: 90_000 }, b, c];
    expect(chosen(given, { policy: 'fastest', maxPriceMicros: 15n }).pathNames).toEqual(['a']);
    expect(chosen(given, { policy: 'fastest' }).pathNames).toEqual(['b', 'a']);
    // With none below it the best is named with its price, for the refusal to tell.
    expect(chosen(given, { maxPriceMicros: 5n }).chosen).toBe('a');
  });

  test('only paths of the wanted regions', () => {
    const given = three().map((each) => ({ ...each, regions: each.name === 'a' ? [] : ['eu', each.name] }));
    expect(chosen(given, { regions: ['eu', 'us'] }).chosen).toBe('b');
    expect(because(given, { regions: ['eu', 'us'] }, 'a')).toBe('is not in eu or us');
    expect(route(ORDER, given, wish({ regions: ['mars'] }))).toMatchObject({ ok: false });
  });

  test('none whose wallet holds less than the order may cost, where that is told', () => {
    const given = three().map((each) => ({ ...each, walletMicros: each.name === 'a' ? 9n : null }));
    expect(chosen(given, {}).chosen).toBe('b');
    expect(because(given, {}, 'a')).toBe('has less left in its wallet than this order may cost');
  });

  test('under weights every weighed path may take over, whatever it costs', () => {
    const found = chosen(three(), { policy: 'weighted', weights: { a: 1, c: 1 }, fraction: 0.1 });
    expect(found.pathNames).toEqual(['a', 'c']);
    expect(found.holdMicros).toBe(30n);
    expect(because(three(), { policy: 'weighted', weights: { a: 1, c: 1 } }, 'b')).toBe('has no weight');
    const none = route(ORDER, three(), wish({ policy: 'weighted', weights: { z: 1 } }));
    const message = 'No path can do this order: a has no weight; b has no weight; c has no weight.';
    expect(none).toMatchObject({
      ok: false,
      refusal: { code: 'no_route', field: 'routing.weights', message },
    });
  });
});

describe('what changes under way', () => {
  const given = (texts: string) => texts.split(' ').map(candidate);
  const of = (paths: RouteCandidate[], with_: Partial<RoutingWish>) => {
    const answer = route(ORDER, paths, wish(with_));
    return answer.ok ? answer.route.pathNames.join(' ') : answer.refusal.message;
  };
  const weights = { a: 1, b: 1 };
  const with_ = (paths: RouteCandidate[], name: string, change: Partial<RouteCandidate>) =>
    paths.map((each) => (each.name === name ? { ...each, ...change } : each));
  const slow = { renderMs: { medianMs: 600_000, measured: true } };

  test.each<[string, RouteCandidate[], Partial<RoutingWish>, string]>([
    [
      'weights, one of them paused',
      given('a10!paused b10'),
      { policy: 'weighted', weights, fraction: 0 },
      'b a',
    ],
    ['weights, the other resting', given('a10 b10?'), { policy: 'weighted', weights, fraction: 0.99 }, 'a b'],
    ['weights and a ceiling', given('a10 b30'), { policy: 'weighted', weights, maxPriceMicros: 20n }, 'a'],
    [
      'a pinned path that weighs nothing',
      given('a10 b10 c10'),
      { policy: 'weighted', weights, pinned: 'c' },
      'c',
    ],
    ['a pinned path outside the regions', given('a10 b10'), { pinned: 'a', regions: ['eu'] }, NOT_IN_EU],
    ['a ceiling and a cheap one that rests', given('a10? b20'), { maxPriceMicros: 20n }, 'b a'],
    ['a ceiling that only the resting one keeps', given('a10? b20'), { maxPriceMicros: 15n }, 'a'],
    ['a path without a price beside one with', given('a1!priceless b20'), {}, 'b'],
    [
      'a promised end that the cheapest misses',
      with_(given('a10 b20'), 'a', slow),
      { finishWithinMs: 300_000 },
      'b a',
    ],
    [
      'the same with a ceiling below the other',
      with_(given('a10 b20'), 'a', slow),
      { finishWithinMs: 300_000, maxPriceMicros: 15n },
      'a',
    ],
    ['a promised end that all miss', with_(given('a10 b20'), 'a', slow), { finishWithinMs: 1_000 }, 'a'],
    [
      'a start that the cheapest misses',
      with_(given('a10 b20'), 'a', { waitMs: 90_000 }),
      { startWithinMs: 60_000 },
      'b a',
    ],
    ['in time, but resting', with_(given('a10 b20?'), 'a', slow), { finishWithinMs: 300_000 }, 'a'],
    ['a wallet that was drained meanwhile', with_(given('a10 b20'), 'a', { walletMicros: 0n }), {}, 'b'],
    ['prices and names alike, whatever the order', given('b10 a10'), { policy: 'fastest' }, 'a b'],
  ])('%s', (_what, paths, wished, expected) => {
    expect(of(paths, wished)).toBe(expected);
    expect(of([...paths].reverse(), wished)).toBe(expected);
  });

  test('what is held covers every path that may take it, and none is dearer than the client allows', () => {
    const price = fc.integer({ min: 1, max: 40 });
    const lack = fc.constantFrom('', '?', '!paused', '!priceless', '!unable', '!draining');
    const anyWish = fc.record({
      policy: fc.constantFrom('cheapest', 'fastest', 'most_reliable', 'weighted'),
      weights: fc.constantFrom({}, { a: 1 }, { a: 2, b: 1, c: 3 }),
      maxPriceMicros: fc.constantFrom(null, 5n, 20n),
      finishWithinMs: fc.constantFrom(null, 1, 1_000_000),
      pinned: fc.constantFrom(null, 'a', 'b'),
      fraction: fc.double({ min: 0, max: 0.999, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(fc.tuple(price, lack), { maxLength: 4 }), anyWish, (drawn, wished) => {
        const paths = drawn.map(([cost, sign], index) => candidate(`${'abcd'[index]}${cost}${sign}`));
        const answer = route(ORDER, paths, wish(wished as Partial<RoutingWish>));
        if (!answer.ok) return;
        const { pathNames, prices, holdMicros, priced: best } = answer.route;
        expect([...prices.keys()]).toEqual(pathNames);
        const most = Math.max(...[...prices.values()].map((each) => Number(each.maximumMicros)));
        expect(Number(holdMicros)).toBe(most);
        if (wished.pinned !== null) expect(pathNames).toEqual([wished.pinned]);
        const { maxPriceMicros } = wished;
        // Only an order that is refused for its price anyhow names one above it.
        if (maxPriceMicros !== null && best.maximumMicros <= maxPriceMicros) {
          expect(holdMicros <= maxPriceMicros).toBe(true);
        }
      }),
    );
  });
});

describe('why', () => {
  test('every path that is not chosen has its reason', () => {
    const answer = routed('a10 b10 c20 d1* e5!unable f5!sheetless g5!retired h5!priceless');
    if (!answer.ok) throw new Error('no route');
    expect(answer.route.reason).toBe('the cheapest of 3 paths that can do this order');
    expect(
      Object.fromEntries(answer.route.alternatives.map((each) => [each.path, each.rejectedBecause])),
    ).toEqual({
      b: 'takes over when a has no free slot or fails',
      c: 'costs more',
      d: 'is a sandbox',
      e: 'has no sound',
      f: 'has no price sheet',
      g: 'is retired',
      h: 'no price for that',
    });
  });

  test.each([
    ['a10', null, 'the only path that can do this order'],
    ['a10 b1', 'a', 'you pinned the task to a'],
  ])('%s pinned to %s', (paths, pinned, reason) => {
    const answer = routed(paths, pinned);
    expect(answer.ok && answer.route.reason).toBe(reason);
  });

  test.each([
    ['a10!unable', null, { field: 'sound', message: 'No path can do this order: a has no sound.' }],
    ['', null, { field: 'model', message: 'No path is configured for kling-3.0.' }],
    ['a10', 'z', { field: 'path', message: 'There is no path named z.', allowed: ['a'] }],
    // A price that does not exist is told as such: the field to change is in that refusal.
    ['a10!unable b10!priceless', null, { message: 'no price for that' }],
  ])('nothing can be done: %s', (paths, pinned, refusal) => {
    expect(routed(paths, pinned)).toMatchObject({ ok: false, refusal });
  });
});
