/**
 * Requests of the present generation: model in the path, `prompt` or `contents`, `settings`, `options`. What Kling does
 * not know it ignores (seen live, 2026-08), and so do we; what it knows and we cannot do is refused by name.
 */
import type { CreateGeneration } from '@sluice/contract';
import { z } from 'zod';
import type { DoorModel } from '../../../catalogue/doors.ts';
import { parseFields } from '../../fields.ts';
import { type Asked, type AskedRead, given, type Media, refuseField } from './asked.ts';

const Content = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  url: z.string().optional(),
  id: z.string().max(200).optional(),
  element_id: z.union([z.string(), z.number()]).optional(),
});
type Content = z.infer<typeof Content>;

const Current = z.looseObject({
  prompt: z.string().optional(),
  contents: z.array(Content).max(100).optional(),
  settings: z
    .looseObject({
      resolution: z.enum(['720p', '1080p', '4k']).optional(),
      duration: z.union([z.int(), z.string().regex(/^\d{1,3}$/)]).optional(),
      aspect_ratio: z.string().optional(),
      audio: z.enum(['native', 'original', 'off']).optional(),
      multi_shot: z.boolean().optional(),
      character_orientation: z.enum(['image', 'video']).optional(),
    })
    .optional(),
  options: z
    .looseObject({
      callback_url: z.string().optional(),
      external_task_id: z.string().max(200).optional(),
      watermark_info: z.looseObject({ enabled: z.boolean().optional() }).optional(),
    })
    .optional(),
});
type Current = z.infer<typeof Current>;

export function readCurrent(kind: string, named: DoorModel, body: unknown): AskedRead {
  const parsed = parseFields(Current, body);
  if (!parsed.ok) return parsed;
  const contents = parsed.value.contents ?? [];
  const parts = mediaOf(contents);
  if (!parts.ok) return parts;
  const edits = contents.some(({ type }) => type === 'base_video');
  const elements = contents.filter(({ type }) => type === 'element').map((part) => elementOf(part));
  const prompt = given(parsed.value.prompt) ?? given(contents.find(({ type }) => type === 'prompt')?.text);
  const fields: Partial<CreateGeneration> = {
    ...settingsOf(kind, named, parsed.value, edits),
    ...modeOf(kind, contents),
    ...(prompt === undefined ? {} : { prompt: readdress(prompt, contents) }),
    ...(elements.length === 0 ? {} : { element_list: elements }),
  };
  return { ok: true, asked: { fields, media: parts.media, ...optionsOf(parsed.value) } };
}

function optionsOf({ options }: Current): Pick<Asked, 'callbackUrl' | 'externalId' | 'watermark'> {
  return {
    callbackUrl: given(options?.callback_url),
    externalId: given(options?.external_task_id),
    watermark: options?.watermark_info?.enabled === true,
  };
}

function settingsOf(kind: string, named: DoorModel, { settings = {} }: Current, edits: boolean) {
  const {
    resolution,
    duration,
    aspect_ratio: ratio,
    audio,
    multi_shot: shots,
    character_orientation: faces,
  } = settings;
  const follows = edits || kind === 'motion-control';
  const shaped = (kind === 'text-to-video' || kind === 'omni-video') && !edits;
  // Unsaid, it is true there: the trap that its own guide warns of.
  const cuts = named.form === 'shots' && !edits ? { multi_shot: shots ?? true } : {};
  const params = { ...cuts, ...(faces === undefined ? {} : { character_orientation: faces }) };
  return {
    ...(resolution === undefined ? {} : { quality: resolution }),
    ...(duration === undefined || follows ? {} : { duration: Number(duration) }),
    ...(ratio === undefined || !shaped ? {} : { aspect_ratio: ratio }),
    ...soundOf(audio),
    ...(Object.keys(params).length === 0 ? {} : { model_params: params }),
  };
}

export function soundOf(audio: 'native' | 'original' | 'off' | undefined): Partial<CreateGeneration> {
  switch (audio) {
    case 'native':
      return { sound: 'on' };
    case 'original':
      return { keep_original_sound: true };
    case 'off':
      return { sound: 'off' };
    case undefined:
      return {};
  }
}

/** An omni request is what its parts make of it; the others say it in their path. */
function modeOf(kind: string, contents: readonly Content[]): Partial<CreateGeneration> {
  if (kind !== 'omni-video') return {};
  const has = (type: string) => contents.some((part) => part.type === type);
  if (has('base_video')) return { mode: 'video-edit' };
  if (has('feature_video')) return { mode: 'reference-to-video' };
  return {};
}

const PLACES: Readonly<Record<string, Media['at']>> = {
  first_frame: 'image_start',
  last_frame: 'image_end',
  refer_image: 'image_urls',
  image: 'image_urls',
  feature_video: 'video_urls',
  base_video: 'video_urls',
  video: 'video_urls',
};

function mediaOf(contents: readonly Content[]) {
  const media: Media[] = [];
  for (const [index, { type, url }] of contents.entries()) {
    if (type === 'prompt' || type === 'element') continue;
    const at = PLACES[type];
    if (at === undefined) {
      const message = `there is no ${type} here; taken are prompt, element, ${Object.keys(PLACES).join(', ')}.`;
      return refuseField(`contents[${index}].type`, message);
    }
    const text = given(url);
    if (text === undefined) return refuseField(`contents[${index}].url`, 'must not be empty');
    media.push({ field: `contents[${index}].url`, at, given: text });
  }
  return { ok: true as const, media };
}

function elementOf({ element_id: id }: Content): { element_id: string } {
  return { element_id: String(id ?? '') };
}

/** `@Zhang` names a part by the client's own id; here parts are numbered by their kind, frames first. */
function readdress(prompt: string, contents: readonly Content[]): string {
  const names = new Map<string, string>();
  const number = (types: readonly string[], word: string): void => {
    const parts = types.flatMap((type) => contents.filter((part) => part.type === type));
    parts.forEach(({ id }, index) => {
      if (id !== undefined && id !== '') names.set(id, `@${word}_${index + 1}`);
    });
  };
  number(['first_frame', 'last_frame', 'refer_image', 'image'], 'image');
  number(['feature_video', 'base_video', 'video'], 'video');
  number(['element'], 'element');
  if (names.size === 0) return prompt;
  // The longest first, so that `@cat_2` is not read as `@cat` and a rest.
  const ids = [...names.keys()].sort((a, b) => b.length - a.length).map(escaped);
  return prompt.replaceAll(new RegExp(`@(${ids.join('|')})`, 'g'), (found, id) => names.get(id) ?? found);
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
