/**
 * A create in Replicate's words, as an order. The fields are those of Kling's models there (schema pages, read
 * 2026-11-22). A field that is not among them is refused, because it would not do what its sender pays for.
 */
import type { CreateGeneration, Refusal } from '@sluice/contract';
import { z } from 'zod';
import type { DoorModel } from '../../../catalogue/doors.ts';
import type { FileRow } from '../../../store/files.ts';
import { readAddress } from '../addresses.ts';
import type { DoorCall } from '../door.ts';

const Address = z.string().min(1);

export const Input = z.strictObject({
  prompt: z.string().max(10_000).optional(),
  negative_prompt: z.string().max(10_000).optional(),
  start_image: Address.optional(),
  end_image: Address.optional(),
  reference_images: z.array(Address).max(20).optional(),
  reference_video: Address.optional(),
  video_reference_type: z.enum(['feature', 'base']).optional(),
  keep_original_sound: z.boolean().optional(),
  mode: z.enum(['standard', 'std', 'pro', '4k']).optional(),
  aspect_ratio: z.string().max(10).optional(),
  duration: z.int().min(1).max(300).optional(),
  generate_audio: z.boolean().optional(),
  /** JSON inside a text. */
  multi_prompt: z.string().max(20_000).optional(),
});
export type Input = z.infer<typeof Input>;

const Shots = z
  .array(
    z.object({ prompt: z.string().min(1).max(2_500), duration: z.coerce.number().int().min(1).max(300) }),
  )
  .max(20);

/** Their words for a resolution. */
const QUALITY = { standard: '720p', std: '720p', pro: '1080p', '4k': '4k' } as const;

export const FILES = '/replicate/v1/files/';

export type OrderRead =
  | {
      ok: true;
      order: CreateGeneration;
      /** The input as it decides about repeats, and as it is told back. */
      repeated: object;
      shown: object;
      uploads: FileRow[];
    }
  | { ok: false; refusal: Refusal; uploads: FileRow[] };

export async function orderOf(call: DoorCall, model: DoorModel, input: Input): Promise<OrderRead> {
  const media = await readMedia(call, input);
  if (!media.ok) return media;
  const { uploads } = media;
  const shots = readShots(input.multi_prompt);
  if (shots === 'unreadable') {
    const message = 'multi_prompt: a JSON array of shots, each with prompt and duration, is wanted.';
    return { ok: false, refusal: { code: 'invalid_input', field: 'multi_prompt', message }, uploads };
  }
  const order: CreateGeneration = {
    ...settled(model, input),
    ...(input.prompt === undefined ? {} : { prompt: input.prompt }),
    ...(input.negative_prompt ? { negative_prompt: input.negative_prompt } : {}),
    ...media.fields,
    ...(shots === null
      ? {}
      : { model_params: { multi_shot: true, shot_type: 'customize', multi_prompt: shots } }),
  };
  const { repeated, shown } = media;
  return { ok: true, order, repeated: { ...input, ...repeated }, shown: { ...input, ...shown }, uploads };
}

/** What sets length, shape, sound and price, with what Replicate takes where nothing is said. */
function settled({ order, defaults }: DoorModel, input: Input): Omit<CreateGeneration, 'prompt'> {
  const video = input.reference_video !== undefined;
  const edits = video && input.video_reference_type === 'base';
  // Beside a picture or an edited video the shape follows it, and a ratio is ignored there.
  const shaped = input.start_image === undefined && !edits;
  const keeps = input.keep_original_sound ?? (video ? true : undefined);
  const duration = edits ? undefined : (input.duration ?? defaults.duration);
  const ratio = shaped ? (input.aspect_ratio ?? defaults.aspect_ratio) : undefined;
  const makes = input.generate_audio ?? defaults.sound === 'on';
  return {
    ...order,
    quality: input.mode === undefined ? (order.quality ?? defaults.quality) : QUALITY[input.mode],
    ...modeOf(input, video, edits),
    ...(duration === undefined ? {} : { duration }),
    ...(ratio === undefined ? {} : { aspect_ratio: ratio }),
    ...(makes || !video ? { sound: makes ? 'on' : 'off' } : {}),
    ...(video && keeps !== undefined ? { keep_original_sound: keeps } : {}),
  };
}

function modeOf(input: Input, video: boolean, edits: boolean): Pick<CreateGeneration, 'mode'> {
  if (edits) return { mode: 'video-edit' };
  if (video || (input.reference_images ?? []).length > 0) return { mode: 'reference-to-video' };
  return { mode: input.start_image === undefined ? 'text-to-video' : 'image-to-video' };
}

function readShots(text: string | undefined) {
  if (text === undefined || text.trim() === '') return null;
  const parsed = Shots.safeParse(jsonOf(text));
  if (!parsed.success) return 'unreadable';
  return parsed.data.map(({ prompt, duration }, index) => ({ index: index + 1, prompt, duration }));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

type MediaRead =
  | { ok: true; fields: Partial<CreateGeneration>; repeated: object; shown: object; uploads: FileRow[] }
  | Extract<OrderRead, { ok: false }>;

const SINGLES = [
  ['start_image', 'image_start'],
  ['end_image', 'image_end'],
  ['reference_video', 'video_url'],
] as const;

async function readMedia(call: DoorCall, input: Input): Promise<MediaRead> {
  const uploads: FileRow[] = [];
  const fields: Partial<CreateGeneration> = {};
  const repeated: Record<string, unknown> = {};
  const shown: Record<string, unknown> = {};
  for (const [theirs, ours] of SINGLES) {
    const given = input[theirs];
    if (given === undefined) continue;
    const read = await readAddress(call, theirs, given, FILES);
    if (!read.ok) return { ...read, uploads };
    if (read.upload) uploads.push(read.upload);
    fields[ours] = read.address;
    repeated[theirs] = read.repeated;
    shown[theirs] = read.shown;
  }
  const images = [];
  for (const given of input.reference_images ?? []) {
    const read = await readAddress(call, 'reference_images', given, FILES);
    if (!read.ok) return { ...read, uploads };
    if (read.upload) uploads.push(read.upload);
    images.push(read);
  }
  if (images.length > 0) {
    fields.image_urls = images.map(({ address }) => address);
    repeated.reference_images = images.map((image) => image.repeated);
    shown.reference_images = images.map((image) => image.shown);
  }
  return { ok: true, fields, repeated, shown, uploads };
}
