/**
 * Which of our models fal renders, under which id, with which fields and limits. Facts: fal's model pages and API
 * reference as read in the autumn of 2026. A generation of Kling is a set of rows here: 4.0 differs from 3.0 in the
 * owner of its ids, in how lengths are written, in its resolution field and in its list of frames, and in nothing else.
 *
 * One mode of ours may be several endpoints of fal's (with a reference video, or without): the first route that takes
 * the roles of the order is used.
 */
import type { InputRole, Mode, Order, Resolution, Sound } from '@sluice/contract';

export type Route = {
  /** The tier is part of the id, except where a field says it. */
  endpoints: Partial<Record<Resolution, string>>;
  resolutionField: boolean;
  /** Null: the length follows the input video. */
  seconds: readonly number[] | null;
  /** 3.0 takes lengths as text ("5"), 4.0 as whole numbers. */
  lengthsAs: 'text' | 'number';
  aspectRatios: readonly string[];
  /** There is the value `auto`, sent where no aspect was ordered. */
  aspectAuto: boolean;
  sounds: readonly Sound[];
  /** Null: there is no such field, the sound is what `sounds` says. */
  soundField: 'generate_audio' | 'keep_audio' | 'keep_original_sound' | null;
  negativePrompt: boolean;
  multiShot: readonly Order['multiShot'][];
  /** Null: the endpoint cuts by `multi_prompt` alone, or not at all. */
  shotTypeField: boolean;
  /** The length is the sum of the shots, and `duration` is not sent beside them. */
  shotsSetLength: boolean;
  promptMax: number;
  promptRequired: boolean;
  orientations: readonly ('image' | 'video')[];
  inputs: Partial<Record<InputRole, { min: number; max: number; field: string; list: boolean }>>;
  /** Prompts may speak of the frames: `@Image1` is the first, `@Image2` the last one. */
  framesTagged: boolean;
  /** Most pictures together, where fal counts them together. */
  imagesMost: number | null;
};

/** Slots are fal's own: running requests of the account, whatever the model (concurrency page, 2026-09). */
export type ModelRoutes = Partial<Record<Mode, readonly Route[]>>;

const kling = 'fal-ai/kling-video';

/** First two segments of every id below: where requests are asked for when nothing else is known. */
export const roots = [kling, 'kling/v4'] as const;

function between(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, at) => first + at);
}

const single = (field: string, min: 0 | 1) => ({ min, max: 1, field, list: false });
const listed = (field: string, min: number, max: number) => ({ min, max, field, list: true });

/** By the part of the id behind the tier; without 4k unless it is asked for. */
function tiers(family: string, part: string, four: boolean): Route['endpoints'] {
  return {
    '720p': `${kling}/${family}/standard/${part}`,
    '1080p': `${kling}/${family}/pro/${part}`,
    ...(four ? { '4k': `${kling}/${family}/4k/${part}` } : {}),
  };
}

const text3: Route = {
  endpoints: tiers('v3', 'text-to-video', true),
  resolutionField: false,
  seconds: between(3, 15),
  lengthsAs: 'text',
  aspectRatios: ['16:9', '9:16', '1:1'],
  aspectAuto: false,
  sounds: ['on', 'off'],
  soundField: 'generate_audio',
  negativePrompt: true,
  multiShot: ['off', 'auto', 'custom'],
  shotTypeField: true,
  shotsSetLength: false,
  // The limit of the vendor behind; fal states none.
  promptMax: 2500,
  promptRequired: true,
  orientations: [],
  inputs: {},
  framesTagged: false,
  imagesMost: null,
};

const image3: Route = {
  ...text3,
  endpoints: tiers('v3', 'image-to-video', true),
  aspectRatios: [],
  inputs: { first_frame: single('start_image_url', 1), last_frame: single('end_image_url', 0) },
};

/**
 * Of Turbo, pro from text and standard from an image are known. Always with sound, as at the vendor; there is no field
 * for it.
 */
const turbo: Route = {
  ...text3,
  endpoints: { '1080p': `${kling}/v3/turbo/pro/text-to-video` },
  sounds: ['on'],
  soundField: null,
  negativePrompt: false,
  multiShot: ['off'],
  shotTypeField: false,
};

const turboImage: Route = {
  ...turbo,
  endpoints: { '720p': `${kling}/v3/turbo/standard/image-to-video` },
  aspectRatios: [],
  multiShot: ['off', 'custom'],
  inputs: { first_frame: single('image_url', 1) },
};

const motion3: Route = {
  ...text3,
  endpoints: tiers('v3', 'motion-control', false),
  seconds: null,
  aspectRatios: [],
  sounds: ['original', 'off'],
  soundField: 'keep_original_sound',
  negativePrompt: false,
  multiShot: ['off'],
  shotTypeField: false,
  promptRequired: false,
  orientations: ['image', 'video'],
  inputs: { motion_image: single('image_url', 1), motion_video: single('video_url', 1) },
};

/** `shot_type` is free text with the one documented value `customize`; so shots are the client's or none. */
const textO3: Route = {
  ...text3,
  endpoints: tiers('o3', 'text-to-video', true),
  negativePrompt: false,
  multiShot: ['off', 'custom'],
};

const referenceO3: Route = {
  ...textO3,
  endpoints: tiers('o3', 'reference-to-video', true),
  inputs: {
    first_frame: single('start_image_url', 0),
    last_frame: single('end_image_url', 0),
    reference_image: listed('image_urls', 1, 7),
  },
  imagesMost: 7,
};

/** The video sets motion and look, the length is ordered; the model cuts the shots itself. */
const videoO3: Route = {
  ...textO3,
  endpoints: tiers('o3', 'video-to-video/reference', true),
  sounds: ['off', 'original'],
  soundField: 'keep_audio',
  multiShot: ['auto'],
  shotTypeField: false,
  inputs: { reference_video: single('video_url', 1), reference_image: listed('image_urls', 0, 4) },
};

const editO3: Route = {
  ...videoO3,
  endpoints: tiers('o3', 'video-to-video/edit', false),
  seconds: null,
  aspectRatios: [],
  multiShot: ['off'],
  inputs: { base_video: single('video_url', 1), reference_image: listed('image_urls', 0, 4) },
};

/** O1 names its pro tier by no segment. */
function o1(part: string): Route['endpoints'] {
  return { '720p': `${kling}/o1/standard/${part}`, '1080p': `${kling}/o1/${part}` };
}

const imageO1: Route = {
  ...image3,
  endpoints: o1('image-to-video'),
  seconds: between(3, 10),
  sounds: ['off'],
  soundField: null,
  negativePrompt: false,
  multiShot: ['off'],
  shotTypeField: false,
  framesTagged: true,
};

const referenceO1: Route = {
  ...imageO1,
  endpoints: o1('reference-to-video'),
  aspectRatios: text3.aspectRatios,
  inputs: { reference_image: listed('image_urls', 1, 7) },
  framesTagged: false,
};

const videoO1: Route = {
  ...videoO3,
  endpoints: o1('video-to-video/reference'),
  seconds: between(3, 10),
  multiShot: ['off'],
};

const text26: Route = {
  ...text3,
  endpoints: { '1080p': `${kling}/v2.6/pro/text-to-video` },
  seconds: [5, 10],
  multiShot: ['off'],
  shotTypeField: false,
};

const text4: Route = {
  ...text3,
  endpoints: { '720p': 'kling/v4/text-to-video', '1080p': 'kling/v4/text-to-video' },
  resolutionField: true,
  seconds: between(3, 30),
  lengthsAs: 'number',
  aspectAuto: true,
  sounds: ['on'],
  soundField: null,
  negativePrompt: false,
  multiShot: ['off', 'custom'],
  shotTypeField: false,
  shotsSetLength: true,
};

function four(part: string): Route['endpoints'] {
  return { '720p': `kling/v4/${part}`, '1080p': `kling/v4/${part}` };
}

const image4: Route = {
  ...text4,
  endpoints: four('image-to-video'),
  inputs: {
    first_frame: single('start_image_url', 1),
    middle_frame: listed('middle_image_urls', 0, 8),
    last_frame: single('end_image_url', 0),
  },
};

const reference4: Route = {
  ...text4,
  endpoints: four('reference-to-video'),
  inputs: {
    first_frame: single('start_image_url', 0),
    reference_image: listed('image_urls', 0, 10),
    reference_video: listed('video_urls', 0, 1),
  },
  imagesMost: 10,
};

const edit4: Route = {
  ...text4,
  endpoints: four('video-to-video/edit'),
  seconds: null,
  aspectRatios: [],
  aspectAuto: false,
  multiShot: ['off'],
  shotsSetLength: false,
  inputs: { base_video: single('video_url', 1) },
};

/** 720p only, so nothing is said about the resolution; only a first frame, and 20 s at most. */
const imageFlash: Route = {
  ...image4,
  endpoints: { '720p': 'kling/v4/flash/image-to-video' },
  resolutionField: false,
  seconds: between(3, 20),
  multiShot: ['off'],
  shotsSetLength: false,
  inputs: { first_frame: single('start_image_url', 1) },
};

export const falModels: Readonly<Record<string, ModelRoutes>> = {
  'kling-3.0': { 'text-to-video': [text3], 'image-to-video': [image3] },
  'kling-3.0-turbo': { 'text-to-video': [turbo], 'image-to-video': [turboImage] },
  'kling-motion-control': { 'motion-control': [motion3] },
  'kling-o3': {
    'text-to-video': [textO3],
    'image-to-video': [
      {
        ...textO3,
        endpoints: tiers('o3', 'image-to-video', true),
        aspectRatios: [],
        inputs: { first_frame: single('image_url', 1), last_frame: single('end_image_url', 0) },
      },
    ],
    'reference-to-video': [referenceO3, videoO3],
    'video-edit': [editO3],
  },
  'kling-o1': {
    'image-to-video': [imageO1],
    'reference-to-video': [referenceO1, videoO1],
    'video-edit': [{ ...editO3, endpoints: o1('video-to-video/edit') }],
  },
  'kling-2.6': {
    'text-to-video': [text26],
    'image-to-video': [
      {
        ...text26,
        endpoints: { '1080p': `${kling}/v2.6/pro/image-to-video` },
        aspectRatios: [],
        inputs: { first_frame: single('start_image_url', 1) },
      },
    ],
  },
  'kling-2.6-motion-control': {
    'motion-control': [{ ...motion3, endpoints: tiers('v2.6', 'motion-control', false) }],
  },
  'kling-4.0': {
    'text-to-video': [text4],
    'image-to-video': [image4],
    'reference-to-video': [reference4],
    'video-edit': [edit4],
  },
  'kling-4.0-flash': { 'image-to-video': [imageFlash] },
};

/** The route for exactly these roles; the first one of the mode where none takes them, so that it can say why. */
export function routeOf(order: Pick<Order, 'model' | 'mode' | 'inputs'>): Route | null {
  const routes = Object.hasOwn(falModels, order.model) ? (falModels[order.model]?.[order.mode] ?? []) : [];
  const fitting = routes.find((route) =>
    order.inputs.every((input) => route.inputs[input.role] !== undefined),
  );
  return fitting ?? routes[0] ?? null;
}
