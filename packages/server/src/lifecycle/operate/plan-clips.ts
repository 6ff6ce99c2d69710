/** The clips of a plan: what its words say, as orders that can be priced, routed and looked up among measurements. */
import type { CreatePlan, Order, Refusal } from '@sluice/contract';
import type { z } from 'zod';
import { shapeOf } from '../../decide/polling.ts';
import type { Clip } from '../../plan/world.ts';
import type { Context } from '../context.ts';

type Workload = z.output<typeof CreatePlan>['workload'];
export type PlanClip = Extract<Workload, { kind: 'described' }>['mix'][number];

export type ClipBook = {
  clips: Clip[];
  families: string[];
  /** Its number; the same words have the same number. */
  add(clip: PlanClip, field: string): number | Refusal;
};

/** How large a second of clip is where nothing was stored yet, in Mbit. */
const MBIT_PER_SECOND = { '720p': 6, '1080p': 12, '4k': 40 } as const;

export function clipBook(context: Context, mbitPerSecond: number | null): ClipBook {
  const clips: Clip[] = [];
  const families: string[] = [];
  const known = new Map<string, number>();
  return {
    clips,
    families,
    add: (clip, field) => {
      const read = orderOf(context, clip, field);
      if ('code' in read) return read;
      const { order, family, deadlineMs } = read;
      const name = nameOf(order, clip.seconds);
      const number = known.get(name);
      if (number !== undefined) return number;
      if (!families.includes(family)) families.push(family);
      const rate = mbitPerSecond ?? MBIT_PER_SECOND[order.resolution];
      known.set(name, clips.length);
      const bytes = Math.round((clip.seconds * rate * 1e6) / 8);
      return (
        clips.push({
          name,
          family: families.indexOf(family),
          order,
          deadlineMs,
          seconds: clip.seconds,
          bytes,
        }) - 1
      );
    },
  };
}

function nameOf(order: Order, seconds: number): string {
  const sound = order.sound === 'off' ? '' : `, sound ${order.sound}`;
  return `${shapeOf({ ...order, seconds: null })
    .replaceAll('/', ' ')
    .replace(/ input$/, '')} ${seconds} s${sound}`;
}

function orderOf(
  { catalogue }: Context,
  clip: PlanClip,
  field: string,
): { order: Order; family: string; deadlineMs: number } | Refusal {
  const model = catalogue.model(clip.model)?.model;
  if (!model) {
    const allowed = catalogue.models.map(({ id }) => id);
    return {
      code: 'unknown_model',
      field: `${field}.model`,
      message: `There is no model "${clip.model}".`,
      allowed,
    };
  }
  const capability = model.modes[clip.mode];
  if (!capability) {
    const message = `${model.id} has no mode ${clip.mode}.`;
    return { code: 'invalid_input', field: `${field}.mode`, message, allowed: Object.keys(model.modes) };
  }
  const resolution = clip.resolution ?? capability.resolution_default;
  if (!capability.resolutions.includes(resolution)) {
    const message = `${model.id} has no ${resolution} in this mode.`;
    return { code: 'invalid_input', field: `${field}.resolution`, message, allowed: capability.resolutions };
  }
  const lengths = capability.seconds?.allowed;
  if (lengths && !lengths.includes(clip.seconds)) {
    const message = `${model.id} makes no clips of ${clip.seconds} s in this mode.`;
    return { code: 'invalid_input', field: `${field}.seconds`, message, allowed: lengths };
  }
  const order: Order = {
    model: model.id,
    mode: clip.mode,
    prompt: 'a plan',
    negativePrompt: null,
    seconds: lengths ? clip.seconds : null,
    inputSeconds: lengths ? null : clip.seconds,
    aspectRatio: capability.aspect_ratio_default,
    resolution,
    sound: clip.sound ?? capability.sound_default,
    multiShot: 'off',
    shots: [],
    orientation: capability.orientations[0] ?? null,
    watermark: false,
    inputs: Object.entries(capability.inputs).flatMap(([role, count]) =>
      Array.from({ length: count?.min ?? 0 }, (_, nth) => ({
        role: role as Order['inputs'][number]['role'],
        url: 'https://example.com/input',
        name: `${role}_${nth + 1}`,
      })),
    ),
  };
  return { order, family: model.family, deadlineMs: model.deadline_seconds * 1000 };
}
