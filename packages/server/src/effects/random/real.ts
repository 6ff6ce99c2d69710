/** The platform's randomness, fit for keys. */
import { randomBytes, randomInt } from 'node:crypto';
import type { Random } from './random.ts';

const FRACTION_STEPS = 2 ** 32;

export const realRandom: Random = {
  bytes: (length) => randomBytes(length),
  fraction: () => randomInt(0, FRACTION_STEPS) / FRACTION_STEPS,
};
