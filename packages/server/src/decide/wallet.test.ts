import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pacePerHourMicros, type Reading, runsOutAtMs, walletState, withReading } from './wallet.ts';

const HOUR = 3_600_000;
const at = (hours: number, remaining: number): Reading => ({
  atMs: hours * HOUR,
  remainingMicros: BigInt(remaining),
});

describe('the pace', () => {
  test.each([
    ['nothing read', [], null],
    ['one reading', [at(0, 100)], null],
    ['too short a time', [at(0, 100), at(0.4, 50)], null],
    ['nothing spent', [at(0, 100), at(2, 100)], 0n],
    ['what went out by the hour', [at(0, 100), at(1, 80), at(2, 40)], 30n],
    ['a top-up does not hide it', [at(0, 100), at(1, 80), at(2, 180), at(4, 160)], 10n],
  ])('%s', (_what, readings, expected) => {
    expect(pacePerHourMicros(readings)).toBe(expected);
  });
});

describe('the state', () => {
  test.each([
    ['nothing is known', [], 0n, 'ok', null],
    ['plenty', [at(0, 10_000), at(10, 9_900)], 0n, 'ok', 10 + 990],
    ['less than a day', [at(0, 330), at(10, 230)], 0n, 'low', 33],
    ['less than a day when what is under way is taken off', [at(0, 430), at(10, 330)], 100n, 'low', 33],
    ['what is under way may use it up', [at(0, 430), at(10, 330)], 330n, 'short', 10],
    ['used up', [at(0, 10), at(10, 0)], 0n, 'short', 10],
    ['no pace, much left', [at(0, 100)], 0n, 'ok', null],
  ] as const)('%s', (_what, readings, bound, state, hours) => {
    expect(walletState(readings, bound)).toBe(state);
    expect(runsOutAtMs(readings, bound)).toBe(hours === null ? null : hours * HOUR);
  });
});

describe('readings', () => {
  test('are kept a quarter of an hour apart and for two days, the newest always', () => {
    let kept: Reading[] = [];
    for (let minute = 0; minute <= 60; minute += 1) kept = withReading(kept, at(minute / 60, 1_000 - minute));
    expect(kept.map(({ atMs }) => Math.round(atMs / 60_000))).toEqual([0, 15, 30, 45, 60]);
    kept = withReading(kept, at(48.6, 1));
    expect(kept.map(({ atMs }) => Math.round(atMs / 60_000))).toEqual([45, 60, 2916]);
  });

  test('never grow without end and stay in order, whatever the pace of asking', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 3_000_000 }), { maxLength: 400 }), (gaps) => {
        let nowMs = 0;
        let kept: Reading[] = [];
        for (const gap of gaps) {
          nowMs += gap;
          kept = withReading(kept, { atMs: nowMs, remainingMicros: 1n });
        }
        expect(kept.length).toBeLessThanOrEqual(2 * 4 * 48 + 2);
        expect(kept.every(({ atMs }, index) => index === 0 || atMs > (kept[index - 1]?.atMs ?? 0))).toBe(
          true,
        );
        if (gaps.length > 0) expect(kept.at(-1)?.atMs).toBe(nowMs);
      }),
    );
  });
});
