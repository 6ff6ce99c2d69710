import { expect, test } from 'vitest';
import { type RenderTimes, renderMoments, renderMsAt } from '../render-times.ts';
import { turnMs } from './turns.ts';

const RENDER: RenderTimes = { kind: 'assumed', medianMs: 60_000, sigma: 0.25 };
const SHARES = Array.from({ length: 13 }, (_, step) => renderMsAt(RENDER, (step + 0.5) / 13) / 60_000);
const STEPS = [0.1, 0.5, 0.9];
const PLAYS = 3_000;

/** Evenly over [0, 1), the same in each run. */
function dice(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Slot by slot, whoever is free first takes the next: what the model adds up is here played out. */
function played(ahead: number, slots: number, age: number): number[] {
  const roll = dice();
  const starts = Array.from({ length: PLAYS }, () => {
    const free = Array.from({ length: slots }, () => {
      const ageMs = age * 60_000;
      // A render that has come to this age is one of those that take longer.
      for (;;) {
        const renderMs = renderMsAt(RENDER, roll());
        if (renderMs > ageMs) return renderMs - ageMs;
      }
    });
    let startMs = 0;
    for (let turn = 0; turn <= ahead; turn += 1) {
      let first = 0;
      for (let slot = 1; slot < slots; slot += 1) if ((free[slot] ?? 0) < (free[first] ?? 0)) first = slot;
      startMs = free[first] ?? 0;
      free[first] = startMs + renderMsAt(RENDER, roll());
    }
    return startMs;
  }).sort((a, b) => a - b);
  return STEPS.map((step) => starts[Math.floor(step * PLAYS)] ?? 0);
}

test.each([
  [0, 1, 0],
  [5, 1, 0],
  [29, 1, 0.5],
  [3, 4, 0],
  [20, 4, 0.75],
  [90, 4, 0],
  [0, 8, 0.5],
  [20, 20, 0],
  [200, 20, 0.5],
])('%i before it, %i slots of age %f: as when it is played out', (ahead, slots, age) => {
  const { meanMs, deviationMs } = renderMoments(RENDER);
  const told = turnMs(
    {
      ahead,
      slots,
      running: [{ count: slots, share: age, expectedMs: 60_000 }],
      slotMs: meanMs,
      slotSpread: deviationMs / meanMs,
      shares: SHARES,
      samples: Number.POSITIVE_INFINITY,
    },
    STEPS,
  );
  const expected = played(ahead, slots, age);
  const lengthMs = (expected[2] ?? 0) - (expected[0] ?? 0);
  expected.forEach((ms, index) => {
    const off = Math.abs((told?.[index] ?? 0) - ms);
    expect(off, `${STEPS[index]}: told ${told?.[index]}, played ${ms}`).toBeLessThan(6_000 + 0.05 * lengthMs);
  });
});

test('what was measured on little is told in a wider range', () => {
  const length = (samples: number) => {
    const facts = {
      ahead: 90,
      slots: 4,
      running: [],
      slotMs: 60_000,
      slotSpread: 0.25,
      shares: SHARES,
      samples,
    };
    const [early = 0, , late = 0] = turnMs(facts, STEPS) ?? [];
    return late - early;
  };
  expect(length(10)).toBeGreaterThan(2.5 * length(1e9));
});
