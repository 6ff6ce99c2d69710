/** Seeded randomness, so that a round that failed can be asked for again. */
import { createHash } from 'node:crypto';

export type Dice = {
  /** A whole number from 0 to `limit` − 1. */
  below(limit: number): number;
};

export function diceFrom(seed: string): Dice {
  let drawn = 0;
  return {
    below: (limit) => {
      drawn += 1;
      const digest = createHash('sha256').update(`${seed}/${drawn}`).digest();
      return digest.readUInt32BE() % limit;
    },
  };
}
