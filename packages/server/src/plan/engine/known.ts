/** What the gateway has learned of render times of one shape on one path: the newest samples and what they say. */
import { type RenderSpread, renderSpread } from '../../decide/polling.ts';
import { type RenderTimes, renderTimesOf } from '../../decide/render-times.ts';

export type Known = {
  add(ms: number): void;
  spread(): RenderSpread;
  times(): RenderTimes;
};

/** As in store/track.ts. */
const SAMPLES_KEPT = 200;
/** With many samples one more changes little, and sorting them for each would take most of the time. */
const FEW = 32;
const STALE_AFTER = 10;

export function createKnown(samplesMs: readonly number[], declaredMs: number): Known {
  const ring = samplesMs.slice(-SAMPLES_KEPT);
  let next = 0;
  let fresh = 0;
  let spread = renderSpread(ring, declaredMs);
  let times = renderTimesOf(ring, declaredMs);

  function look(): void {
    if (fresh === 0 || (ring.length > FEW && fresh < STALE_AFTER)) return;
    fresh = 0;
    spread = renderSpread(ring, declaredMs);
    times = renderTimesOf(ring, declaredMs);
  }

  return {
    add: (ms) => {
      fresh += 1;
      if (ring.length < SAMPLES_KEPT) ring.push(ms);
      else {
        ring[next] = ms;
        next = (next + 1) % SAMPLES_KEPT;
      }
    },
    spread: () => {
      look();
      return spread;
    },
    times: () => {
      look();
      return times;
    },
  };
}
