/** Draws from one seed. Each part of a world has its own dice, so that one more draw here moves nothing there. */

import type { Random } from '@sluice/server/effects/random/random.ts';
import { seededRandom } from '@sluice/server/effects/random/seeded.ts';

export type Dice = Random & {
  /** True with this probability; draws nothing for 0. */
  chance(probability: number): boolean;
  /** Uniform, both ends included. */
  whole(least: number, most: number): number;
  between(least: number, most: number): number;
  pick<T>(items: readonly T[]): T;
  /** A rate that is 0 half of the time, and small rather than large otherwise. */
  rate(most: number): number;
  /** Dice of their own for a part of the world. */
  fork(name: string): Dice;
};

export function diceOf(seed: number, name = 'world'): Dice {
  const random = seededRandom(mixed(seed, name));
  const between = (least: number, most: number): number => least + (most - least) * random.fraction();
  const whole = (least: number, most: number): number =>
    Math.min(most, least + Math.floor(random.fraction() * (most - least + 1)));
  return {
    ...random,
    chance: (probability) => probability > 0 && random.fraction() < probability,
    whole,
    between,
    pick: (items) => {
      const item = items[whole(0, items.length - 1)];
      if (item === undefined) throw new Error('nothing to pick from');
      return item;
    },
    rate: (most) => (random.fraction() < 0.5 ? 0 : most * random.fraction() ** 2),
    fork: (part) => diceOf(seed, `${name}/${part}`),
  };
}

/** FNV-1a over the name, started from the seed. */
function mixed(seed: number, name: string): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (const character of name) {
    hash ^= character.codePointAt(0) ?? 0;
    hash = Math.imul(hash, 0x01000193) >>> 0;
  }
  return hash;
}
