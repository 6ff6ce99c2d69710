/** Randomness that is the same in every run, and never shortens or stretches a job. */
import type { EmulatorRandom } from '../../exchange.ts';

export function steadyRandom(): EmulatorRandom {
  let state = 1;
  const next = (): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state;
  };
  return { fraction: () => 0.5, bytes: (length) => Uint8Array.from({ length }, () => next() % 256) };
}
