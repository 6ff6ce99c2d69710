/** A capacity question as the sliders hold it, and as the gateway is asked it. */
import type { CreatePlan } from '@sluice/sdk';
import type { ClipLine } from '../compare/clip-lines.tsx';

export type Variant = { on: boolean; value: number };

export type PlanDraft = {
  /** The day, hour by hour, each as a share of the busiest one. */
  shape: readonly number[];
  /** Tasks in the busiest hour. */
  peak: number;
  weekend: number;
  clips: readonly ClipLine[];
  startWithinSeconds: number;
  sharePercent: number;
  variants: { scale: Variant; slots: Variant; price: Variant };
};

const HOURS = 24;
const OFFICE = [1, 1, 1, 1, 1, 2, 5, 15, 45, 80, 95, 100, 70, 75, 95, 100, 90, 65, 35, 20, 12, 8, 4, 2];
const EVENING = [18, 10, 6, 4, 3, 3, 5, 9, 15, 20, 25, 30, 34, 34, 34, 38, 46, 60, 78, 94, 100, 92, 64, 36];

export const SHAPES = {
  flat: Array.from({ length: HOURS }, () => 100),
  office: OFFICE,
  evening: EVENING,
} as const satisfies Record<string, readonly number[]>;

export function newPlan(clip: ClipLine | null): PlanDraft {
  return {
    shape: SHAPES.office,
    peak: 120,
    weekend: 0.3,
    clips: clip ? [clip] : [],
    startWithinSeconds: 120,
    sharePercent: 95,
    variants: {
      scale: { on: true, value: 2 },
      slots: { on: true, value: 5 },
      price: { on: false, value: 10 },
    },
  };
}

export function toRequest(draft: PlanDraft): CreatePlan {
  const { scale, slots, price } = draft.variants;
  return {
    name: nameOf(draft),
    workload: {
      kind: 'described',
      tasks_per_hour: draft.shape.map((share) => Math.round(share * draft.peak) / 100),
      weekend: draft.weekend,
      mix: draft.clips.map(({ count, ...clip }) => ({ ...clip, share: count })),
    },
    target: { share: draft.sharePercent / 100, start_within_seconds: draft.startWithinSeconds },
    variants: [
      ...(scale.on ? [{ name: `${scale.value} × the traffic`, scale: scale.value }] : []),
      ...(slots.on ? [{ name: `${slots.value} more slots`, slots_added: slots.value }] : []),
      ...(price.on ? [{ name: `prices + ${price.value} %`, price_factor: 1 + price.value / 100 }] : []),
    ],
    // Three runs tell how far chance reaches; the answer comes while somebody looks.
    seeds: 3,
  };
}

function nameOf({ peak, clips }: PlanDraft): string {
  const kinds = [...new Set(clips.map(({ model }) => model))].join(', ');
  return `${peak} an hour at the peak, ${kinds}`.slice(0, 200);
}
