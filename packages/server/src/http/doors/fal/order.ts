/**
 * A submit in fal's words, as an order: the model's input is the body, wishes about its running are headers. The
 * fields are those of Kling's endpoints there (model pages, autumn of 2026). A field that is not among them is refused,
 * because it would not do what its sender pays for.
 */
import type { CreateGeneration, Refusal } from '@sluice/contract';
import { z } from 'zod';
import type { DoorModel } from '../../../catalogue/doors.ts';
import type { FileRow } from '../../../store/files.ts';
import { readAddress } from '../addresses.ts';
import type { DoorCall } from '../door.ts';

const Address = z.string().min(1);
/** Text in one generation of its endpoints, a number in the next. */
const Seconds = z.coerce.number().int().min(1).max(300);

export const Input = z.strictObject({
  prompt: z.string().max(10_000).optional(),
  negative_prompt: z.string().max(10_000).optional(),
  multi_prompt: z
    .array(z.strictObject({ prompt: z.string().min(1).max(2_500), duration: Seconds }))
    .max(20)
    .optional(),
  shot_type: z.enum(['customize', 'intelligent']).optional(),
  duration: Seconds.optional(),
  aspect_ratio: z.string().max(10).optional(),
  resolution: z.enum(['720p', '1080p', '4k']).optional(),
  generate_audio: z.boolean().optional(),
  keep_audio: z.boolean().optional(),
  keep_original_sound: z.boolean().optional(),
  character_orientation: z.enum(['image', 'video']).optional(),
  start_image_url: Address.optional(),
  image_url: Address.optional(),
  end_image_url: Address.optional(),
  middle_image_urls: z.array(Address).max(20).optional(),
  image_urls: z.array(Address).max(20).optional(),
  video_url: Address.optional(),
  video_urls: z.array(Address).max(5).optional(),
  /** Has no counterpart; its default is what happens anyway. */
  cfg_scale: z.literal(0.5).optional(),
});
export type Input = z.infer<typeof Input>;

export const FILES = '/fal/storage/files/';

export type OrderRead =
  | { ok: true; order: CreateGeneration; repeated: object; uploads: FileRow[] }
  | { ok: false; refusal: Refusal; uploads: FileRow[] };

export async function orderOf(call: DoorCall, model: DoorModel, input: Input): Promise<OrderRead> {
  const media = await readMedia(call, input, model.order.mode === 'motion-control');
  if (!media.ok) return media;
  const order: CreateGeneration = {
    ...settled(model, input),
    ...(input.prompt === undefined ? {} : { prompt: tagged(input.prompt) }),
    ...(input.negative_prompt ? { negative_prompt: input.negative_prompt } : {}),
    ...media.fields,
    ...modelParams(input),
  };
  return { ok: true, order, repeated: { ...input, ...media.repeated }, uploads: media.uploads };
}

/** What sets length, shape, sound and price, with what the endpoint takes where nothing is said. */
function settled({ order, defaults }: DoorModel, input: Input): Omit<CreateGeneration, 'prompt'> {
  const shots = input.multi_prompt?.reduce((sum, shot) => sum + shot.duration, 0);
  const duration = input.duration ?? shots ?? defaults.duration;
  const ratio = input.aspect_ratio === 'auto' ? undefined : (input.aspect_ratio ?? defaults.aspect_ratio);
  const quality = order.quality ?? input.resolution ?? defaults.quality;
  const sound = input.generate_audio === undefined ? defaults.sound : input.generate_audio ? 'on' : 'off';
  const keeps = input.keep_audio ?? input.keep_original_sound ?? defaults.keep_original_sound;
  return {
    ...order,
    ...(quality === undefined ? {} : { quality }),
    ...(duration === undefined ? {} : { duration }),
    ...(ratio === undefined ? {} : { aspect_ratio: ratio }),
    ...(sound === undefined ? {} : { sound }),
    ...(keeps === undefined ? {} : { keep_original_sound: keeps }),
  };
}

function modelParams(input: Input): Pick<CreateGeneration, 'model_params'> {
  const shots = input.multi_prompt?.map(({ prompt, duration }, index) => ({
    index: index + 1,
    prompt: tagged(prompt),
    duration,
  }));
  const cut = shots
    ? { multi_shot: true, shot_type: 'customize' as const, multi_prompt: shots }
    : input.shot_type === 'intelligent'
      ? { multi_shot: true, shot_type: 'intelligence' as const }
      : {};
  const faces =
    input.character_orientation === undefined ? {} : { character_orientation: input.character_orientation };
  const params = { ...cut, ...faces };
  return Object.keys(params).length === 0 ? {} : { model_params: params };
}

/** `@Image1` there is `@image_1` here. */
function tagged(prompt: string): string {
  return prompt.replace(/(?<![A-Za-z0-9_.@])@(Image|Video)(\d+)\b/g, (_, kind: string, number: string) => {
    return `@${kind.toLowerCase()}_${number}`;
  });
}

type MediaRead =
  | { ok: true; fields: Partial<CreateGeneration>; repeated: object; uploads: FileRow[] }
  | Extract<OrderRead, { ok: false }>;

type Place = { theirs: keyof Input; ours: 'image_start' | 'image_end' | 'video_url' };
type ListPlace = { theirs: keyof Input; ours: 'image_middle' | 'image_urls' | 'video_urls' };

const SINGLES: readonly Place[] = [
  { theirs: 'start_image_url', ours: 'image_start' },
  { theirs: 'image_url', ours: 'image_start' },
  { theirs: 'end_image_url', ours: 'image_end' },
  { theirs: 'video_url', ours: 'video_url' },
];
const LISTS: readonly ListPlace[] = [
  { theirs: 'middle_image_urls', ours: 'image_middle' },
  { theirs: 'image_urls', ours: 'image_urls' },
  { theirs: 'video_urls', ours: 'video_urls' },
];

async function readMedia(call: DoorCall, input: Input, motion: boolean): Promise<MediaRead> {
  const uploads: FileRow[] = [];
  const fields: Partial<CreateGeneration> = {};
  const repeated: Record<string, unknown> = {};
  for (const { theirs, ours } of [...SINGLES, ...LISTS]) {
    const given = input[theirs];
    if (given === undefined) continue;
    const reads = [];
    for (const address of Array.isArray(given) ? given : [given]) {
      const read = await readAddress(call, theirs, String(address), FILES);
      if (!read.ok) return { ...read, uploads };
      if (read.upload) uploads.push(read.upload);
      reads.push(read);
    }
    repeated[theirs] = reads.map((read) => read.repeated);
    const addresses = reads.map(({ address }) => address);
    Object.assign(fields, placed(ours, addresses, motion));
  }
  return { ok: true, fields, repeated, uploads };
}

/** Who moves and what moves them come as lists in our order. */
function placed(
  ours: Place['ours'] | ListPlace['ours'],
  addresses: string[],
  motion: boolean,
): Partial<CreateGeneration> {
  switch (ours) {
    case 'image_middle':
    case 'image_urls':
    case 'video_urls':
      return { [ours]: addresses };
    case 'video_url':
      return motion ? { video_urls: addresses } : { video_url: addresses[0] };
    case 'image_start':
    case 'image_end':
      return motion ? { image_urls: addresses } : { [ours]: addresses[0] };
  }
}
