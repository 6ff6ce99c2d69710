/**
 * The Kling models that are played, with the inputs that each takes: ids, fields and limits of fal's model pages as
 * read in the autumn of 2026. A field that is not named here is ignored, as fal ignores it.
 */
import type { Tier } from '../jobs/frames.ts';

export type Field =
  | { kind: 'text'; most: number }
  | { kind: 'choice'; of: readonly (string | number)[] }
  | { kind: 'switch' }
  | { kind: 'link' }
  | { kind: 'links'; most: number }
  | { kind: 'shots'; lengths: 'text' | 'number' }
  | { kind: 'number'; from: number; to: number };

export type Model = {
  id: string;
  /** Null: the field `resolution` says it. */
  tier: Tier | null;
  fields: Readonly<Record<string, Field>>;
  required: readonly string[];
  /** Prompt or `multi_prompt`, one of them. */
  eitherPrompt: boolean;
  /** Seconds when the field is left out; null: as long as the input video. */
  seconds: number | null;
  /** Sound of the clip: always or never, or a switch with its default. */
  sound: boolean | { field: string; byDefault: boolean };
  /** Dollars a second in millionths, silent and with sound. */
  price: { silent: number; sound: number };
};

const text: Field = { kind: 'text', most: 2500 };
const link: Field = { kind: 'link' };
const flag: Field = { kind: 'switch' };
const aspects: Field = { kind: 'choice', of: ['16:9', '9:16', '1:1'] };
const lengths = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, at) => String(from + at));
const seconds15: Field = { kind: 'choice', of: lengths(3, 15) };
const seconds10: Field = { kind: 'choice', of: lengths(3, 10) };

const shots3: Readonly<Record<string, Field>> = {
  prompt: text,
  multi_prompt: { kind: 'shots', lengths: 'text' },
  shot_type: { kind: 'choice', of: ['customize', 'intelligent'] },
  duration: seconds15,
  generate_audio: flag,
};
const taste: Readonly<Record<string, Field>> = {
  negative_prompt: text,
  cfg_scale: { kind: 'number', from: 0, to: 1 },
};
const frames: Readonly<Record<string, Field>> = { start_image_url: link, end_image_url: link };

type Made = Omit<Model, 'id' | 'tier'>;

function made(fields: Made['fields'], rest: Partial<Made> = {}): Made {
  const price = { silent: 84_000, sound: 126_000 };
  return { fields, required: [], eitherPrompt: false, seconds: 5, sound: false, price, ...rest };
}

const on3 = { sound: { field: 'generate_audio', byDefault: true }, eitherPrompt: true };
const onO3 = { sound: { field: 'generate_audio', byDefault: false }, eitherPrompt: true };
const kept = { sound: { field: 'keep_audio', byDefault: true }, required: ['prompt', 'video_url'] };

const text3 = made({ ...shots3, ...taste, aspect_ratio: aspects }, on3);
const image3 = made({ ...shots3, ...taste, ...frames }, { ...on3, required: ['start_image_url'] });
const motion = made(
  {
    prompt: text,
    image_url: link,
    video_url: link,
    character_orientation: { kind: 'choice', of: ['image', 'video'] },
    keep_original_sound: flag,
  },
  {
    required: ['image_url', 'video_url', 'character_orientation'],
    seconds: null,
    sound: { field: 'keep_original_sound', byDefault: true },
  },
);
const videoFields: Readonly<Record<string, Field>> = {
  prompt: text,
  video_url: link,
  image_urls: { kind: 'links', most: 4 },
  keep_audio: flag,
};
const edit = made(videoFields, { ...kept, seconds: null });
const o1Text: Readonly<Record<string, Field>> = { prompt: text, duration: seconds10 };

const text4: Readonly<Record<string, Field>> = {
  prompt: text,
  multi_prompt: { kind: 'shots', lengths: 'number' },
  duration: { kind: 'choice', of: Array.from({ length: 28 }, (_, at) => 3 + at) },
  resolution: { kind: 'choice', of: ['720p', '1080p'] },
  aspect_ratio: { kind: 'choice', of: ['auto', '16:9', '9:16', '1:1', '21:9'] },
};
const on4 = { sound: true, eitherPrompt: true, price: { silent: 157_000, sound: 157_000 } };

/** The part of an id before and behind the tier, and what it takes. */
const families: readonly {
  family: string;
  tiers: Readonly<Record<string, Tier>>;
  parts: Record<string, Made>;
}[] = [
  {
    family: 'fal-ai/kling-video/v3',
    tiers: { 'standard/': '720p', 'pro/': '1080p', '4k/': '4k' },
    parts: { 'text-to-video': text3, 'image-to-video': image3 },
  },
  {
    family: 'fal-ai/kling-video/v3',
    tiers: { 'standard/': '720p', 'pro/': '1080p' },
    parts: { 'motion-control': motion },
  },
  {
    family: 'fal-ai/kling-video/v3/turbo',
    tiers: { 'pro/': '1080p' },
    parts: {
      'text-to-video': made(
        { prompt: text, duration: seconds15, aspect_ratio: aspects },
        {
          required: ['prompt'],
          sound: true,
        },
      ),
    },
  },
  {
    family: 'fal-ai/kling-video/v3/turbo',
    tiers: { 'standard/': '720p' },
    parts: {
      'image-to-video': made(
        {
          prompt: text,
          multi_prompt: { kind: 'shots', lengths: 'text' },
          duration: seconds15,
          image_url: link,
        },
        { required: ['image_url'], sound: true, eitherPrompt: true },
      ),
    },
  },
  {
    family: 'fal-ai/kling-video/o3',
    tiers: { 'standard/': '720p', 'pro/': '1080p', '4k/': '4k' },
    parts: {
      'text-to-video': made({ ...shots3, aspect_ratio: aspects }, onO3),
      'image-to-video': made(
        { ...shots3, image_url: link, end_image_url: link },
        { ...onO3, required: ['image_url'] },
      ),
      'reference-to-video': made(
        { ...shots3, ...frames, image_urls: { kind: 'links', most: 7 }, aspect_ratio: aspects },
        onO3,
      ),
      'video-to-video/reference': made({ ...videoFields, duration: seconds15, aspect_ratio: aspects }, kept),
    },
  },
  {
    family: 'fal-ai/kling-video/o3',
    tiers: { 'standard/': '720p', 'pro/': '1080p' },
    parts: { 'video-to-video/edit': edit },
  },
  {
    family: 'fal-ai/kling-video/o1',
    tiers: { 'standard/': '720p', '': '1080p' },
    parts: {
      'image-to-video': made({ ...o1Text, ...frames }, { required: ['prompt', 'start_image_url'] }),
      'reference-to-video': made(
        { ...o1Text, image_urls: { kind: 'links', most: 7 }, aspect_ratio: aspects },
        { required: ['prompt'] },
      ),
      'video-to-video/edit': edit,
      'video-to-video/reference': made({ ...videoFields, duration: seconds10, aspect_ratio: aspects }, kept),
    },
  },
  {
    family: 'fal-ai/kling-video/v2.6',
    tiers: { 'pro/': '1080p' },
    parts: {
      'text-to-video': made(
        {
          prompt: text,
          ...taste,
          duration: { kind: 'choice', of: ['5', '10'] },
          generate_audio: flag,
          aspect_ratio: aspects,
        },
        { required: ['prompt'], sound: on3.sound },
      ),
      'image-to-video': made(
        {
          prompt: text,
          ...taste,
          duration: { kind: 'choice', of: ['5', '10'] },
          generate_audio: flag,
          start_image_url: link,
        },
        { required: ['prompt', 'start_image_url'], sound: on3.sound },
      ),
    },
  },
  {
    family: 'fal-ai/kling-video/v2.6',
    tiers: { 'standard/': '720p', 'pro/': '1080p' },
    parts: { 'motion-control': motion },
  },
];

const four: Readonly<Record<string, Made>> = {
  'text-to-video': made(text4, on4),
  'image-to-video': made(
    { ...text4, ...frames, middle_image_urls: { kind: 'links', most: 8 } },
    { ...on4, required: ['start_image_url'] },
  ),
  'reference-to-video': made(
    {
      ...text4,
      start_image_url: link,
      image_urls: { kind: 'links', most: 10 },
      video_urls: { kind: 'links', most: 3 },
    },
    on4,
  ),
  'video-to-video/edit': made(
    { prompt: text, video_url: link, resolution: { kind: 'choice', of: ['720p', '1080p'] } },
    { required: ['prompt', 'video_url'], sound: true, seconds: null },
  ),
};

const flash = made(
  {
    prompt: text,
    start_image_url: link,
    duration: { kind: 'choice', of: Array.from({ length: 18 }, (_, at) => 3 + at) },
    aspect_ratio: { kind: 'choice', of: ['auto', '16:9', '9:16', '1:1', '21:9'] },
  },
  { ...on4, eitherPrompt: false, required: ['start_image_url'] },
);

export const models: ReadonlyMap<string, Model> = new Map(
  [
    ...families.flatMap(({ family, tiers, parts }) =>
      Object.entries(tiers).flatMap(([segment, tier]) =>
        Object.entries(parts).map(
          ([part, model]): Model => ({ ...model, id: `${family}/${segment}${part}`, tier }),
        ),
      ),
    ),
    ...Object.entries(four).map(([part, model]): Model => ({ ...model, id: `kling/v4/${part}`, tier: null })),
    { ...flash, id: 'kling/v4/flash/image-to-video', tier: '720p' } satisfies Model,
  ].map((model) => [model.id, model]),
);
