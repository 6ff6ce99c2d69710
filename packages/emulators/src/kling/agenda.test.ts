import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createAgenda } from './agenda.ts';

test('whatever is added and removed, the earliest comes first', () => {
  const step = fc.option(fc.integer({ min: 0, max: 50 }));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const agenda = createAgenda<number>((one, other) => one < other);
      const kept: number[] = [];
      for (const value of steps) {
        if (value === null) {
          expect(agenda.removeFirst()).toBe(kept.shift());
        } else {
          agenda.add(value);
          kept.push(value);
          kept.sort((one, other) => one - other);
        }
        expect(agenda.first()).toBe(kept[0]);
      }
    }),
    { seed: 1 },
  );
});
