/**
 * Which of our models the unified API renders, under which of its ids, with which limits and in which fields.
 * Facts: the parameter tables of the vendor's command line client (October 2026), which are generated from the pages of
 * docs.evolink.ai (read 2026-11-22). What a page does not list is not offered.
 */
import { InputRole, type Mode, type Order, type Resolution, type Sound } from '@sluice/contract';

type Count = { min: number; max: number };

export type Route = {
  /** The vendor's model id. */
  id: string;
  /** Null: there is no such field, the clip is what `resolutions` says. */
  qualityField: boolean;
  resolutions: readonly Resolution[];
  /** Null: the length follows the input video. */
  seconds: readonly number[] | null;
  /** Empty: there is no such field, the frame follows the input. */
  aspectRatios: readonly string[];
  sounds: readonly Sound[];
  /** How sound is said: in `sound`, by keeping that of the input, or not at all. */
  soundField: 'sound' | 'keep_original_sound' | 'model_params.keep_sound' | null;
  multiShot: readonly Order['multiShot'][];
  multiShotField: boolean;
  promptMax: number;
  promptNeeded: boolean;
  negativePrompt: boolean;
  orientations: readonly ('image' | 'video')[];
  inputs: Partial<Record<InputRole, Count>>;
  /** `frames`: `image_urls` holds the first and the last frame, in this order. */
  frames: 'image_start' | 'image_urls';
  video: 'video_url' | 'video_urls';
  watermarkField: boolean;
};

const upTo15 = [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
const aspects = ['16:9', '9:16', '1:1'];
const upTo1080: Resolution[] = ['720p', '1080p'];
const upTo4k: Resolution[] = ['720p', '1080p', '4k'];
const one: Count = { min: 1, max: 1 };
const maybe: Count = { min: 0, max: 1 };
const few: Count = { min: 0, max: 4 };
const many: Count = { min: 0, max: 7 };

const v3Text: Route = {
  id: 'kling-v3-text-to-video',
  qualityField: true,
  resolutions: upTo4k,
  seconds: upTo15,
  aspectRatios: aspects,
  sounds: ['off', 'on'],
  soundField: 'sound',
  multiShot: ['off', 'auto', 'custom'],
  multiShotField: true,
  promptMax: 2500,
  promptNeeded: true,
  negativePrompt: true,
  orientations: [],
  inputs: {},
  frames: 'image_start',
  video: 'video_url',
  watermarkField: true,
};

const v3Image: Route = {
  ...v3Text,
  id: 'kling-v3-image-to-video',
  aspectRatios: [],
  inputs: { first_frame: one, last_frame: maybe, element: { min: 0, max: 3 } },
};

/** No sound field: a clip of 3.0 Turbo always has sound (seen at the vendor behind it, 2026-09). */
const turboText: Route = {
  ...v3Text,
  id: 'kling-v3-turbo-text-to-video',
  resolutions: upTo1080,
  sounds: ['on'],
  soundField: null,
  multiShot: ['off'],
  multiShotField: false,
  negativePrompt: false,
  watermarkField: false,
};

/** Shots can only be customised here, and there is no negative prompt. */
const o3Text: Route = {
  ...v3Text,
  id: 'kling-o3-text-to-video',
  multiShot: ['off', 'custom'],
  negativePrompt: false,
};

const o3Image: Route = {
  ...o3Text,
  id: 'kling-o3-image-to-video',
  inputs: { ...v3Image.inputs, reference_image: many },
};

/** References without a video: the same model as for frames, which needs none. */
const o3Pictures: Route = {
  ...o3Image,
  inputs: { first_frame: maybe, last_frame: maybe, reference_image: many, element: many },
};

const o3Reference: Route = {
  ...o3Text,
  id: 'kling-o3-reference-to-video',
  resolutions: upTo1080,
  seconds: [3, 4, 5, 6, 7, 8, 9, 10],
  // Kept unless it is refused, so it is always said.
  sounds: ['off', 'original'],
  soundField: 'keep_original_sound',
  // Beside a reference video Kling's omni model cuts the shots itself, and the page has no field for it.
  multiShot: ['auto'],
  multiShotField: false,
  inputs: { reference_video: one, reference_image: few, element: few },
};

const o3Edit: Route = {
  ...o3Reference,
  id: 'kling-o3-video-edit',
  seconds: null,
  aspectRatios: [],
  multiShot: ['off'],
  inputs: { base_video: one, reference_image: few, element: few },
};

/** The page names no quality: the least is promised. */
const o1Image: Route = {
  ...turboText,
  id: 'kling-o1-image-to-video',
  qualityField: false,
  resolutions: ['720p'],
  seconds: [5, 10],
  sounds: ['off'],
  promptMax: 5000,
  inputs: { first_frame: one, last_frame: maybe },
  frames: 'image_urls',
};

const o1Edit: Route = {
  ...o1Image,
  id: 'kling-o1-video-edit',
  seconds: null,
  aspectRatios: [],
  sounds: ['off', 'original'],
  soundField: 'keep_original_sound',
  inputs: { base_video: one, reference_image: few },
  frames: 'image_start',
  video: 'video_urls',
};

const motion: Route = {
  ...v3Text,
  id: 'kling-v3-motion-control',
  resolutions: upTo1080,
  seconds: null,
  aspectRatios: [],
  sounds: ['original', 'off'],
  soundField: 'model_params.keep_sound',
  multiShot: ['off'],
  multiShotField: false,
  promptNeeded: false,
  negativePrompt: false,
  orientations: ['image', 'video'],
  inputs: { motion_image: one, motion_video: one, element: maybe },
  video: 'video_urls',
};

/** Where a mode has several routes, the inputs of the order decide. */
export const evolinkModels: Readonly<Record<string, Partial<Record<Mode, readonly Route[]>>>> = {
  'kling-3.0': { 'text-to-video': [v3Text], 'image-to-video': [v3Image] },
  'kling-3.0-turbo': {
    'text-to-video': [turboText],
    'image-to-video': [
      { ...turboText, id: 'kling-v3-turbo-image-to-video', aspectRatios: [], inputs: { first_frame: one } },
    ],
  },
  'kling-o3': {
    'text-to-video': [o3Text],
    'image-to-video': [o3Image],
    'reference-to-video': [o3Reference, o3Pictures],
    'video-edit': [o3Edit],
  },
  'kling-o1': { 'image-to-video': [o1Image], 'video-edit': [o1Edit] },
  'kling-motion-control': { 'motion-control': [motion] },
  'kling-2.6-motion-control': {
    'motion-control': [
      { ...motion, id: 'kling-v2.6-motion-control', inputs: { motion_image: one, motion_video: one } },
    ],
  },
};

/** The first one that has all that it needs; where none has, the last one says what is missing. */
export function routeOf(order: Pick<Order, 'model' | 'mode' | 'inputs'>): Route | null {
  const routes =
    (Object.hasOwn(evolinkModels, order.model) && evolinkModels[order.model]?.[order.mode]) || [];
  const given = new Set(order.inputs.map(({ role }) => role));
  const fed = routes.find((route) =>
    InputRole.options.every((role) => !route.inputs[role]?.min || given.has(role)),
  );
  return fed ?? routes.at(-1) ?? null;
}
