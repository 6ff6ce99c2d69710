/** The shortest and cheapest clip of each mode that a path can do: what a verification orders. Orders nothing. */
import {
  CreateGeneration,
  type InputRole,
  type Mode,
  type ModeCapability,
  type ModelDefinition,
  type PlanVerification,
} from '@sluice/contract';
import type { z } from 'zod';
import { FIELD_OF_ROLE, readOrder } from '../../decide/order.ts';
import { quote } from '../../decide/pricing.ts';
import type { Probe } from '../../decide/verification/record.ts';
import type { Context } from '../context.ts';
import type { AccessPath } from '../paths.ts';

type Wish = Pick<z.output<typeof PlanVerification>, 'model' | 'image' | 'video'>;

export type Probes = {
  model: ModelDefinition;
  /** The cheapest first. */
  probes: Probe[];
  /** Modes that cannot be tried, with the reason. */
  leftOut: string[];
};

const PROMPT = 'A paper boat drifts across a calm pond, slow camera.';
const VIDEO_ROLES: readonly InputRole[] = ['reference_video', 'base_video', 'motion_video'];

/** Of the model that is asked for, else of the one whose cheapest clip costs least. Null: nothing can be ordered. */
export function probesFor(context: Context, path: AccessPath, wish: Wish): Probes | null {
  const models = context.catalogue.models.filter(({ id }) => wish.model === undefined || id === wish.model);
  const found = models.map((model) => probesOf(context, path, model, wish));
  const able = found.filter(({ probes }) => probes.length > 0);
  return able.sort((a, b) => cheapest(a) - cheapest(b))[0] ?? null;
}

function cheapest({ probes }: Probes): number {
  return Number(probes[0]?.micros ?? 0n);
}

function probesOf(context: Context, path: AccessPath, model: ModelDefinition, wish: Wish): Probes {
  const probes: Probe[] = [];
  const leftOut: string[] = [];
  for (const [mode, capability] of Object.entries(model.modes) as [Mode, ModeCapability | undefined][]) {
    if (!capability) continue;
    const inputs = inputsFor(mode, capability, wish);
    if ('lacking' in inputs) {
      leftOut.push(`${mode} needs ${inputs.lacking}`);
      continue;
    }
    const probe = cheapestOf(context, path, { model, mode, capability, inputs: inputs.fields });
    if (probe) probes.push(probe);
  }
  return { model, probes: probes.sort((a, b) => Number(a.micros - b.micros)), leftOut };
}

type Fields = Record<string, unknown>;

function inputsFor(
  mode: Mode,
  { inputs }: ModeCapability,
  { image, video }: Wish,
): { fields: Fields } | { lacking: string } {
  const fields: Record<string, string[]> = {};
  for (const [role, count] of Object.entries(inputs) as [InputRole, { min: number } | undefined][]) {
    if (!count || count.min === 0) continue;
    if (role === 'element') return { lacking: 'an element of the vendor' };
    const isVideo = VIDEO_ROLES.includes(role);
    const url = isVideo ? video : image;
    if (url === undefined) return { lacking: isVideo ? 'a video (video)' : 'a picture (image)' };
    fields[FIELD_OF_ROLE[role]] = Array.from({ length: count.min }, () => url);
  }
  if (Object.keys(fields).length === 0 && mode !== 'text-to-video') {
    // None of its inputs is needed, but one of them is: references come as pictures or as a video.
    if (inputs.reference_image && image !== undefined) fields[FIELD_OF_ROLE.reference_image] = [image];
    else if (inputs.reference_video && video !== undefined) fields[FIELD_OF_ROLE.reference_video] = [video];
    else return { lacking: 'a picture (image)' };
  }
  const lists = ['image_urls', 'video_urls', 'image_middle'];
  const entries = Object.entries(fields).map(([field, urls]) => [
    field,
    lists.includes(field) ? urls : urls[0],
  ]);
  return { fields: Object.fromEntries(entries) };
}

type Shape = { model: ModelDefinition; mode: Mode; capability: ModeCapability; inputs: Fields };

function cheapestOf(context: Context, path: AccessPath, shape: Shape): Probe | null {
  const { sheet, provider } = path;
  if (sheet === null) return null;
  const found: Probe[] = [];
  for (const wish of wishesOf(path, shape)) {
    const parsed = CreateGeneration.safeParse(wish);
    const read = parsed.success ? readOrder(parsed.data, context.catalogue) : null;
    if (
      !parsed.success ||
      !read?.ok ||
      !provider.supports(read.order, path.context(context.clock.now())).ok
    ) {
      continue;
    }
    const priced = quote(read.order, shape.model, sheet, { markupPercent: 0, currency: 'USD' });
    if (!priced.ok) continue;
    const micros = [priced.maximumMicros, priced.costMaximumMicros].reduce((a, b) => (a > b ? a : b));
    found.push({ mode: shape.mode, order: parsed.data, micros });
  }
  return found.sort((a, b) => Number(a.micros - b.micros))[0] ?? null;
}

/**
 * Every length, resolution and sound: which of them is cheapest is the price list's affair, and the shortest length may
 * be refused by a rule of the model (Kling O1 from a first frame: 5 or 10 s).
 */
function wishesOf({ name }: AccessPath, { model, mode, capability, inputs }: Shape): Fields[] {
  const { seconds, orientations, resolutions } = capability;
  const lengths = seconds === null ? [{}] : seconds.allowed.map((duration) => ({ duration }));
  const spoken = capability.sound.filter((sound) => sound !== 'original').map((sound) => ({ sound }));
  const [facing] = orientations;
  return resolutions.flatMap((quality) =>
    lengths.flatMap((length) =>
      (spoken.length === 0 ? [{}] : spoken).map((sound) => ({
        model: model.id,
        mode,
        prompt: PROMPT,
        quality,
        path: name,
        ...length,
        ...inputs,
        ...sound,
        ...(facing === undefined ? {} : { model_params: { character_orientation: facing } }),
      })),
    ),
  );
}
