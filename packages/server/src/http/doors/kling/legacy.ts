/**
 * Requests of the older generation: `/v1/videos/…`, `model_name` and everything else in one flat body, switches as
 * words (`on`, `pro`), lengths as text, element ids as numbers that a double cannot hold.
 */
import type { CreateGeneration } from '@sluice/contract';
import { z } from 'zod';
import type { DoorModel } from '../../../catalogue/doors.ts';
import { parseFields } from '../../fields.ts';
import { type AskedRead, given, type Media, refuseField } from './asked.ts';

const Flag = z.union([z.boolean(), z.enum(['true', 'false'])]);
const Id = z.union([z.string(), z.number()]);

const Legacy = z.looseObject({
  prompt: z.string().optional(),
  negative_prompt: z.string().optional(),
  multi_shot: Flag.optional(),
  shot_type: z.enum(['customize', 'intelligence']).optional(),
  multi_prompt: z
    .array(z.looseObject({ index: z.coerce.number(), prompt: z.string(), duration: z.coerce.string() }))
    .optional(),
  sound: z.enum(['on', 'off']).optional(),
  cfg_scale: z.number().min(0).max(1).optional(),
  mode: z.enum(['std', 'pro', '4k']).optional(),
  aspect_ratio: z.string().optional(),
  duration: z.union([z.string().regex(/^\d{1,3}$/), z.int()]).optional(),
  image: z.string().optional(),
  image_tail: z.string().optional(),
  image_url: z.string().optional(),
  video_url: z.string().optional(),
  character_orientation: z.enum(['image', 'video']).optional(),
  keep_original_sound: z.enum(['yes', 'no']).optional(),
  element_list: z.array(z.looseObject({ element_id: Id })).optional(),
  image_list: z
    .array(
      z.looseObject({ image_url: z.string(), type: z.enum(['first_frame', 'end_frame', '']).optional() }),
    )
    .optional(),
  video_list: z
    .array(
      z.looseObject({
        video_url: z.string(),
        refer_type: z.enum(['base', 'feature']).default('base'),
        keep_original_sound: z.enum(['yes', 'no']).optional(),
      }),
    )
    .max(1)
    .optional(),
  callback_url: z.string().optional(),
  external_task_id: z.string().max(200).optional(),
  watermark_info: z.looseObject({ enabled: z.boolean().optional() }).optional(),
});
type Legacy = z.infer<typeof Legacy>;

const QUALITY = { std: '720p', pro: '1080p', '4k': '4k' } as const;

/** What it knows and no model here can do, in its own words. */
const CANNOT: Readonly<Record<string, string>> = {
  camera_control: 'Camera control is not supported by the current model',
  static_mask: 'Motion brush is not supported by the current model',
  dynamic_masks: 'Motion brush is not supported by the current model',
  voice_list: 'Voice id not found',
};

export function readLegacy(kind: string, named: DoorModel, body: unknown): AskedRead {
  const parsed = parseFields(Legacy, body);
  if (!parsed.ok) return parsed;
  const legacy = parsed.value;
  for (const [field, message] of Object.entries(CANNOT)) {
    if (isSet(legacy[field])) return refuseField(field, message);
  }
  const edits = legacy.video_list?.[0]?.refer_type === 'base';
  const fields: Partial<CreateGeneration> = {
    ...textOf(legacy),
    ...settingsOf(kind, legacy, edits),
    ...shotsOf(named, legacy),
    ...videoModeOf(legacy),
  };
  return {
    ok: true,
    asked: {
      fields,
      media: mediaOf(legacy),
      callbackUrl: given(legacy.callback_url),
      externalId: given(legacy.external_task_id),
      watermark: legacy.watermark_info?.enabled === true,
    },
  };
}

function isSet(value: unknown): boolean {
  return (
    value !== undefined && value !== null && value !== '' && !(Array.isArray(value) && value.length === 0)
  );
}

function textOf(legacy: Legacy): Partial<CreateGeneration> {
  const prompt = given(legacy.prompt);
  const negative = given(legacy.negative_prompt);
  const elements = legacy.element_list ?? [];
  return {
    ...(prompt === undefined ? {} : { prompt }),
    ...(negative === undefined ? {} : { negative_prompt: negative }),
    ...(elements.length === 0
      ? {}
      : { element_list: elements.map(({ element_id: id }) => ({ element_id: String(id) })) }),
  };
}

function settingsOf(kind: string, legacy: Legacy, edits: boolean): Partial<CreateGeneration> {
  const { mode, duration, aspect_ratio: ratio, sound } = legacy;
  const follows = edits || kind === 'motion-control';
  const shaped = (kind === 'text2video' || kind === 'omni-video') && !edits;
  const keep = legacy.video_list?.[0]?.keep_original_sound ?? legacy.keep_original_sound;
  // A video in the list forces the clip's own sound off, whatever `sound` says.
  const own = legacy.video_list === undefined || legacy.video_list.length === 0 ? sound : undefined;
  return {
    ...(mode === undefined ? {} : { quality: QUALITY[mode] }),
    ...(duration === undefined || follows ? {} : { duration: Number(duration) }),
    ...(given(ratio) === undefined || !shaped ? {} : { aspect_ratio: given(ratio) }),
    ...(own === undefined ? {} : { sound: own }),
    ...(keep === undefined ? {} : { keep_original_sound: keep === 'yes' }),
  };
}

function shotsOf(named: DoorModel, legacy: Legacy): Partial<CreateGeneration> {
  const faces = legacy.character_orientation;
  const cuts = legacy.multi_shot === true || legacy.multi_shot === 'true';
  const shots = (legacy.multi_prompt ?? []).map(({ index, prompt, duration }) => ({
    index,
    prompt,
    duration,
  }));
  const params = {
    ...(named.form === 'shots' ? { multi_shot: cuts } : {}),
    ...(cuts && legacy.shot_type !== undefined ? { shot_type: legacy.shot_type } : {}),
    ...(cuts && shots.length > 0 ? { multi_prompt: shots } : {}),
    ...(faces === undefined ? {} : { character_orientation: faces }),
  };
  return Object.keys(params).length === 0 ? {} : { model_params: params };
}

function videoModeOf({ video_list: videos }: Legacy): Partial<CreateGeneration> {
  const [video] = videos ?? [];
  if (video === undefined) return {};
  return { mode: video.refer_type === 'base' ? 'video-edit' : 'reference-to-video' };
}

function mediaOf(legacy: Legacy): Media[] {
  const { image, image_tail: tail, image_url: motionImage, video_url: motionVideo } = legacy;
  const frame = { first_frame: 'image_start', end_frame: 'image_end', '': 'image_urls' } as const;
  const media: (Omit<Media, 'given'> & { given: string | undefined })[] = [
    { field: 'image', at: 'image_start', given: image },
    { field: 'image_tail', at: 'image_end', given: tail },
    { field: 'image_url', at: 'image_urls', given: motionImage },
    { field: 'video_url', at: 'video_urls', given: motionVideo },
    ...(legacy.image_list ?? []).map(({ image_url: address, type = '' }, index) => ({
      field: `image_list[${index}].image_url`,
      at: frame[type],
      given: address,
    })),
    ...(legacy.video_list ?? []).map(({ video_url: address }, index) => ({
      field: `video_list[${index}].video_url`,
      at: 'video_urls' as const,
      given: address,
    })),
  ];
  return media.flatMap((each) => {
    const text = given(each.given);
    return text === undefined ? [] : [{ ...each, given: text }];
  });
}
