/** A create request in OpenAI's words, as an order. Unknown parameters are refused by name, as OpenAI does. */
import type { CreateGeneration, ModeCapability, Refusal, Resolution } from '@sluice/contract';
import { z } from 'zod';
import type { DoorNames } from '../../../catalogue/doors.ts';
import type { ModelLookup } from '../../../decide/order.ts';
import type { FileRow } from '../../../store/files.ts';
import { sizeOfRatio } from './reply.ts';

const Reference = z.strictObject({
  image_url: z.string().min(1).optional(),
  file_id: z.string().min(1).optional(),
});

export const CreateVideo = z.strictObject({
  prompt: z.string().min(1).max(10_000),
  /** What OpenAI takes when there is none is no model of ours, unless the catalogue gives it that name. */
  model: z.string().min(1).max(100).default('sora-2'),
  seconds: z.coerce.number().int().min(1).max(300).optional(),
  size: z
    .string()
    .regex(/^\d{2,5}x\d{2,5}$/)
    .optional(),
  input_reference: Reference.optional(),
});
export type CreateVideo = z.infer<typeof CreateVideo>;

export type Catalogue = ModelLookup & { door(id: string): DoorNames };
export type OrderRead = { ok: true; order: CreateGeneration } | { ok: false; refusal: Refusal };

/** `picture`: the address or upload of the first frame; `file`: what is known of it when it was uploaded here. */
export function orderOf(
  asked: Pick<CreateVideo, 'prompt' | 'model' | 'seconds' | 'size'>,
  picture: { address: string; file: FileRow | null } | null,
  catalogue: Catalogue,
): OrderRead {
  const named = catalogue.door('openai').models.find(({ name }) => name === asked.model);
  const id = named?.order.model ?? asked.model;
  const match = catalogue.model(id);
  if (!match) return unknownModel(asked.model, catalogue);
  const shape = sizeRead(asked.size, picture, match.model.modes);
  if (!shape.ok) return shape;
  const order: CreateGeneration = {
    ...named?.defaults,
    ...named?.order,
    model: id,
    prompt: asked.prompt,
    ...(asked.seconds === undefined ? {} : { duration: asked.seconds }),
    ...shape.told,
    ...(picture === null ? {} : { image_start: picture.address }),
  };
  return { ok: true, order };
}

function unknownModel(name: string, catalogue: Catalogue): OrderRead {
  const names = [
    ...catalogue.door('openai').models.map((model) => model.name),
    ...catalogue.models.map(({ id }) => id),
  ];
  const message = `Invalid value: '${name}'. Supported values are: ${names.map((each) => `'${each}'`).join(', ')}.`;
  return {
    ok: false,
    refusal: { code: 'unknown_model', field: 'model', message, fix: 'Name one of them as model.' },
  };
}

type Told = { quality?: Resolution; aspect_ratio?: string };
type SizeRead = { ok: true; told: Told } | { ok: false; refusal: Refusal };

/** How far the shape of a picture may be from the size that is asked for. */
const SHAPE_TOLERANCE = 0.02;

/**
 * A size is a shape and a resolution. With a first frame the clip has the picture's shape, so one that was uploaded
 * must have the shape that is asked for (OpenAI wants that too); what lies behind an address nobody has seen yet.
 */
function sizeRead(
  size: string | undefined,
  picture: { file: FileRow | null } | null,
  modes: Partial<Record<string, ModeCapability>>,
): SizeRead {
  if (size === undefined) return { ok: true, told: {} };
  const text = modes['text-to-video'];
  const capability = picture === null ? text : (modes['image-to-video'] ?? text);
  const ratios = text?.aspect_ratios ?? capability?.aspect_ratios ?? [];
  const sizes = (capability?.resolutions ?? []).flatMap((quality) =>
    ratios.map((ratio) => ({ quality, ratio, size: sizeOfRatio(ratio, quality) })),
  );
  const found = sizes.find((each) => each.size === size);
  if (!found)
    return refuseSize(
      `Invalid value: '${size}'.`,
      sizes.map((each) => each.size),
    );
  if (picture === null) return { ok: true, told: { quality: found.quality, aspect_ratio: found.ratio } };
  const { width, height } = picture.file ?? {};
  if (width && height && Math.abs(width / height / shapeOf(size) - 1) > SHAPE_TOLERANCE) {
    return refuseSize(`The clip has the shape of input_reference, which is ${width}x${height}.`, null);
  }
  const shaped = capability?.aspect_ratios.includes(found.ratio) ? { aspect_ratio: found.ratio } : {};
  return { ok: true, told: { quality: found.quality, ...shaped } };
}

function shapeOf(size: string): number {
  const [width = 1, height = 1] = size.split('x').map(Number);
  return width / height;
}

function refuseSize(message: string, sizes: readonly (string | null)[] | null): SizeRead {
  const fix =
    sizes === null
      ? 'Leave size out, or give the picture that shape.'
      : `Supported sizes: ${sizes.join(', ')}.`;
  return { ok: false, refusal: { code: 'invalid_input', field: 'size', message, fix } };
}
