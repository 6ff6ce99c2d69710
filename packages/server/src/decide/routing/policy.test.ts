import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { failureShare, type Preferable, preference, tellPreference } from './policy.ts';

function path(name: string, with_: Partial<Preferable> = {}): Preferable {
  return {
    name,
    rests: false,
    late: false,
    priceMicros: 10n,
    endsInMs: 60_000,
    failureShare: 0.01,
    ends: 100,
    weight: 0,
    ...with_,
  };
}

const names = (paths: readonly Preferable[]) => paths.map(({ name }) => name).join(' ');

describe('the order of preference', () => {
  const dear = path('dear', { priceMicros: 30n, endsInMs: 20_000, failureShare: 0.02 });
  const slow = path('slow', { priceMicros: 10n, endsInMs: 90_000, failureShare: 0.03 });
  const sure = path('sure', { priceMicros: 20n, endsInMs: 60_000, failureShare: 0.001 });
  test.each([
    ['cheapest', 'slow sure dear'],
    ['fastest', 'dear sure slow'],
    ['most_reliable', 'sure dear slow'],
  ] as const)('%s: %s', (policy, expected) => {
    expect(names(preference([dear, slow, sure], { policy, fraction: 0 }))).toBe(expected);
  });

  test.each([
    ['cheapest', path('a', { priceMicros: 1n, rests: true }), path('b')],
    ['fastest', path('a', { endsInMs: 1, rests: true }), path('b')],
    ['most_reliable', path('a', { failureShare: 0, rests: true }), path('b')],
    ['weighted', path('a', { weight: 99, rests: true }), path('b', { weight: 1 })],
  ] as const)('%s: one that rests comes last', (policy, resting, well) => {
    expect(names(preference([resting, well], { policy, fraction: 0 }))).toBe('b a');
  });

  test.each([
    ['cheapest', path('a', { priceMicros: 1n, late: true }), path('b')],
    ['fastest', path('a', { endsInMs: 1, late: true }), path('b')],
    ['most_reliable', path('a', { failureShare: 0, late: true }), path('b')],
    ['weighted', path('a', { weight: 99, late: true }), path('b', { weight: 1 })],
  ] as const)(
    '%s: one that would be late comes after those in time, and before those that rest',
    (policy, late, well) => {
      const resting = path('c', { weight: 9, rests: true });
      expect(names(preference([resting, late, well], { policy, fraction: 0 }))).toBe('b a c');
    },
  );

  test('what is equal is in the order of the names, however it was given', () => {
    const given = ['c', 'a', 'b'].map((name) => path(name));
    for (const policy of ['cheapest', 'fastest', 'most_reliable'] as const) {
      expect(names(preference(given, { policy, fraction: 0.9 }))).toBe('a b c');
    }
  });
});

describe('weights', () => {
  const paths = [path('a', { weight: 1 }), path('b', { weight: 3 }), path('c')];
  test.each([
    [0, 'a b'],
    [0.249, 'a b'],
    [0.25, 'b a'],
    [0.999, 'b a'],
  ])('a draw of %d takes %s', (fraction, expected) => {
    expect(names(preference(paths, { policy: 'weighted', fraction }))).toBe(expected);
  });

  test('shares come out, the first and those that follow it', () => {
    const three = [path('a', { weight: 2 }), path('b', { weight: 1 }), path('c', { weight: 1 })];
    const counts = new Map<string, number>();
    const draws = 4_000;
    for (let draw = 0; draw < draws; draw += 1) {
      const order = names(preference(three, { policy: 'weighted', fraction: (draw + 0.5) / draws }));
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    const share = (order: string) => (counts.get(order) ?? 0) / draws;
    expect(share('a b c')).toBeCloseTo(0.25, 2);
    expect(share('a c b')).toBeCloseTo(0.25, 2);
    expect(share('b a c')).toBeCloseTo(1 / 6, 2);
    expect(share('b c a')).toBeCloseTo(1 / 12, 2);
  });

  test('whatever is drawn, each weighed path comes once and no other', () => {
    const weights = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 6 });
    fc.assert(
      fc.property(
        weights,
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (given, fraction) => {
          const all = given.map((weight, index) => path(`p${index}`, { weight, rests: index % 3 === 0 }));
          const order = preference(all, { policy: 'weighted', fraction });
          const weighed = all.filter(({ weight }) => weight > 0);
          expect([...order].sort((a, b) => (a.name < b.name ? -1 : 1))).toEqual(weighed);
        },
      ),
    );
  });
});

test('a path without a history stands between one that never fails and one that often does', () => {
  const unknown = failureShare({ failed: 0, of: 0 });
  expect(failureShare({ failed: 0, of: 200 })).toBeLessThan(unknown);
  expect(failureShare({ failed: 20, of: 200 })).toBeGreaterThan(unknown);
  expect(failureShare({ failed: 0, of: 1 })).toBeLessThan(unknown);
});

test.each([
  ['cheapest', [path('a')], 'the only path that can do this order'],
  ['cheapest', [path('a'), path('b')], 'the cheapest of 2 paths that can do this order'],
  [
    'cheapest',
    [path('a'), path('b', { rests: true })],
    'the only one of 2 paths that can do this order that does not rest',
  ],
  ['fastest', [path('a'), path('b')], 'expected to end first, in 60 s, of 2 paths that can do this order'],
  [
    'most_reliable',
    [path('a'), path('b')],
    'fails least often of 2 paths that can do this order, by its last 100 renders',
  ],
  [
    'most_reliable',
    [path('a', { ends: 0 }), path('b')],
    'expected to fail least often of 2 paths that can do this order; nothing is measured yet',
  ],
  [
    'weighted',
    [path('a', { weight: 3 }), path('b', { weight: 1 })],
    'drawn with weight 3 of 4 of 2 paths that can do this order',
  ],
] as const)('%s is told', (policy, pool, expected) => {
  expect(tellPreference(pool[0], pool, { policy, fraction: 0 })).toBe(expected);
});
