import { completedTask } from '@sluice/sdk/testing';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../endings.ts';
import { paintFor } from '../../output/output.ts';
import { openTerminal } from '../../testing/terminal.ts';
import { readVendorNames, vendorNames } from '../vendors.ts';
import { type Compared, comparedText, comparisonSucceeded, factsIn, type PathLine } from './compare.ts';

const entry = (at: string, kind: string, data: Record<string, unknown> = {}) =>
  ({ at: `2026-10-01T12:${at}.000Z`, lane: 'upstream', kind, summary: '', data }) as const;

const life = [
  entry('00:01', 'attempt.accepted', { upstream_id: 'up-1' }),
  entry('00:31', 'observation.ended', { lag_ms: 900, cost: { unit: 'credit', micros: '27000000' } }),
  entry('00:31', 'copy.started', { source_expires_at: '2026-10-01T13:00:30.000Z' }),
  entry('00:32', 'cost.booked', { amount: '0.39', currency: 'USD' }),
];

describe('what the timeline tells of a path', () => {
  test('by the vendor’s own clock', () => {
    expect(factsIn(life, { endedAtMs: () => null })).toEqual({
      detection_lag_ms: 900,
      link_seconds: 3_599.9,
      upstream_cost: { amount: '0.39', currency: 'USD', stated: { unit: 'credit', amount: '27' } },
    });
  });

  test('by the emulator’s, asked by the id that the vendor gave', () => {
    const endedAtMs = (id: string) => (id === 'up-1' ? Date.parse('2026-10-01T12:00:30.500Z') : null);
    expect(factsIn(life, { endedAtMs }).detection_lag_ms).toBe(500);
  });

  test('nothing is made up', () => {
    const nothing = { detection_lag_ms: null, link_seconds: null, upstream_cost: null };
    expect(factsIn([entry('00:01', 'attempt.sending')], { endedAtMs: () => null })).toEqual(nothing);
  });
});

const line: PathLine = {
  path: 'evolink-sandbox',
  task: completedTask(),
  savedAs: 'demo-output/evolink.mp4',
  price: { amount: '0.397062', currency: 'USD' },
  wait_seconds: 0,
  render_seconds: 14,
  guarantee: { level: 'L2', text: 'At most one upstream task per job.' },
  charge: { amount: '0.397062', currency: 'USD' },
  ...factsIn(life, { endedAtMs: () => null }),
};
const good: Compared = {
  lines: [
    line,
    {
      ...line,
      path: 'fal-sandbox',
      upstream_cost: { amount: '0.42', currency: 'USD', stated: null },
      guarantee: {
        level: 'L2',
        text: 'At most one upstream task per job; after 1800 s it can no longer start.',
      },
    },
    { ...line, path: 'gptimage2-sandbox' },
  ],
  choices: [{ policy: 'cheapest', path: 'evolink-sandbox', reason: 'the cheapest of 2 paths' }],
  ledger: { balanced: true, drift: '0.00', checked_at: '2026-10-01T12:00:00.000Z' },
  seconds: 26,
};

test('the table reads well', async () => {
  const { surroundings, close } = await openTerminal({ terminal: true });
  await close();
  expect(comparedText(good, paintFor(surroundings.stdout, surroundings)())).toMatchInlineSnapshot(`
    "path               price USD  wait  render  noticed in  lost answer  link lives      upstream took  customer paid
    evolink-sandbox     0.397062    0s     14s       0.90s           L2      1h 00m  27 credits = 0.39       0.397062
    fal-sandbox         0.397062    0s     14s       0.90s           L2      1h 00m      0.42 by price       0.397062
    gptimage2-sandbox   0.397062    0s     14s       0.90s           L2      1h 00m  27 credits = 0.39       0.397062
    noticed in: from the end of the render at the upstream until the gateway knew of it
    link lives: by the link itself or the vendor’s terms (sluice dossier <path>), from that end

    ✓ 3 of 3 clips made and saved in 26s
    ✓ the ledger balances

    If an answer is lost:
      L2  At most one upstream task per job; after 1800 s it can no longer start.
          fal-sandbox
      L2  At most one upstream task per job.
          evolink-sandbox, gptimage2-sandbox

    An order that names no path would take now:
      cheapest       evolink-sandbox: the cheapest of 2 paths

    All of this was sandbox: emulators rendered the clips, at a pace of their own; nobody was paid.
    Prices are the published ones, or play prices where a vendor publishes none (sluice prices list).
    Next: sluice serve --sandbox=all, and the same paths stay. The guide: docs/guides/several-paths.md"
  `);
});

test.each<[string, Partial<Compared>, boolean]>([
  ['all is well', {}, true],
  ['one path did not deliver', { lines: [line, { ...line, savedAs: null }] }, false],
  ['what a path took is in no book', { lines: [{ ...line, upstream_cost: null }] }, false],
  ['the books are off', { ledger: { ...good.ledger, balanced: false } }, false],
  ['nothing was compared', { lines: [] }, false],
])('%s', (_, over, expected) => {
  expect(comparisonSucceeded({ ...good, ...over })).toBe(expected);
});

test('paths are asked for by name, or all at once; a wrong name is wrong usage', () => {
  expect(readVendorNames('all')).toEqual(vendorNames);
  expect(readVendorNames('fal, kling,fal')).toEqual(['fal', 'kling']);
  expect(() => readVendorNames('nobody')).toThrow(UsageError);
  expect(() => readVendorNames('')).toThrow(UsageError);
});
