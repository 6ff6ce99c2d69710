/**
 * Which of our models Kling renders, on which endpoint of which API generation, with which limits. Facts: the
 * vendor's model pages and capability map as of 2026-09-20, legacy names as of 2026-10-04.
 *
 * "Kling O3" is the product name of 3.0 Omni; it is no id on the wire.
 */
import type { InputRole, Mode, Order, Resolution, Sound } from '@sluice/contract';
import type { LegacyPath } from './wire.ts';

export type EndpointKind = 'text' | 'image' | 'omni' | 'motion';

export type Route = {
  kind: EndpointKind;
  newPath: string;
  /** Null: this model was never offered on the legacy generation. */
  legacy: { path: LegacyPath; modelName: string } | null;
  resolutions: readonly Resolution[];
  /** Null: the length follows the input video. */
  seconds: readonly number[] | null;
  /** Empty: the endpoint has no such field, the frame follows the input. */
  aspectRatios: readonly string[];
  sounds: readonly Sound[];
  /** False: there is no such field, the sound is what `sounds` says. */
  soundField: boolean;
  multiShot: readonly Order['multiShot'][];
  multiShotField: boolean;
  promptMax: { new: number; legacy: number };
  orientations: readonly ('image' | 'video')[];
  inputs: Partial<Record<InputRole, { min: number; max: number }>>;
};

export type ModelRoutes = {
  /**
   * What slots are counted by: per account and model version by the vendor's concurrency page (2026-09).
   * That motion control 3.0 shares the slots of 3.0 is our inference from its model name (`kling-v3`),
   * likewise for 2.6.
   */
  family: string;
  modes: Partial<Record<Mode, Route>>;
};

const upTo15 = [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
const upTo10 = [3, 4, 5, 6, 7, 8, 9, 10];
const fiveOrTen = [5, 10];
const aspects = ['16:9', '9:16', '1:1'];
const upTo1080: Resolution[] = ['720p', '1080p'];
const upTo4k: Resolution[] = ['720p', '1080p', '4k'];
const one = { min: 1, max: 1 };
const maybe = { min: 0, max: 1 };

const silentText: Route = {
  kind: 'text',
  newPath: '/text-to-video/kling-2.5-turbo',
  legacy: { path: '/v1/videos/text2video', modelName: 'kling-v2-5-turbo' },
  resolutions: upTo1080,
  seconds: fiveOrTen,
  aspectRatios: aspects,
  sounds: ['off'],
  soundField: false,
  multiShot: ['off'],
  multiShotField: false,
  promptMax: { new: 2500, legacy: 2500 },
  orientations: [],
  inputs: {},
};

const silentImage: Route = {
  ...silentText,
  kind: 'image',
  newPath: '/image-to-video/kling-2.5-turbo',
  legacy: { path: '/v1/videos/image2video', modelName: 'kling-v2-5-turbo' },
  aspectRatios: [],
  inputs: { first_frame: one, last_frame: maybe },
};

const version3: Pick<
  Route,
  'resolutions' | 'seconds' | 'sounds' | 'soundField' | 'multiShot' | 'multiShotField'
> = {
  resolutions: upTo4k,
  seconds: upTo15,
  sounds: ['on', 'off'],
  soundField: true,
  multiShot: ['off', 'auto', 'custom'],
  multiShotField: true,
};

/**
 * No sound field: a clip of 3.0 Turbo always has sound (seen live 2026-09). Several shots by prompt text
 * only.
 */
const turbo: Pick<Route, 'legacy' | 'seconds' | 'sounds' | 'multiShot'> = {
  legacy: null,
  seconds: upTo15,
  sounds: ['on'],
  multiShot: ['off', 'custom'],
};

const motion: Route = {
  kind: 'motion',
  newPath: '/motion-control/kling-3.0',
  legacy: { path: '/v1/videos/motion-control', modelName: 'kling-v3' },
  resolutions: upTo1080,
  seconds: null,
  aspectRatios: [],
  sounds: ['original', 'off'],
  soundField: true,
  multiShot: ['off'],
  multiShotField: false,
  promptMax: { new: 2500, legacy: 2500 },
  orientations: ['image', 'video'],
  inputs: { motion_image: one, motion_video: one, element: maybe },
};

const omni3: Route = {
  ...silentText,
  ...version3,
  kind: 'omni',
  newPath: '/omni-video/kling-3.0-omni',
  legacy: { path: '/v1/videos/omni-video', modelName: 'kling-v3-omni' },
  promptMax: { new: 3072, legacy: 2500 },
};

const omni1: Route = {
  ...silentText,
  kind: 'omni',
  newPath: '/omni-video/kling-o1',
  legacy: { path: '/v1/videos/omni-video', modelName: 'kling-video-o1' },
  seconds: upTo10,
  soundField: true,
};

/** The four modes of an omni endpoint; how inputs may be combined is in `limits.ts`. */
function omniModes(route: Route, withVideo: Sound[]): Partial<Record<Mode, Route>> {
  const references = { reference_image: { min: 0, max: 7 }, element: { min: 0, max: 7 } };
  const sounds = [...route.sounds, ...withVideo];
  return {
    'text-to-video': route,
    'image-to-video': {
      ...route,
      sounds,
      inputs: { ...references, first_frame: one, last_frame: maybe, reference_video: maybe },
    },
    'reference-to-video': {
      ...route,
      sounds,
      inputs: { ...references, first_frame: maybe, last_frame: maybe, reference_video: maybe },
    },
    'video-edit': {
      ...route,
      seconds: null,
      aspectRatios: [],
      sounds: ['original', 'off'],
      multiShot: ['off'],
      inputs: { ...references, base_video: one },
    },
  };
}

/** First and last frame exclude references on O1, so a reference order can have no last frame. */
function withoutLastReference(modes: Partial<Record<Mode, Route>>): Partial<Record<Mode, Route>> {
  const route = modes['reference-to-video'];
  if (!route) return modes;
  const { last_frame: _excluded, ...inputs } = route.inputs;
  return { ...modes, 'reference-to-video': { ...route, inputs } };
}

export const klingModels: Readonly<Record<string, ModelRoutes>> = {
  'kling-3.0': {
    family: 'kling-v3',
    modes: {
      'text-to-video': {
        ...silentText,
        ...version3,
        newPath: '/text-to-video/kling-3.0',
        legacy: { path: '/v1/videos/text2video', modelName: 'kling-v3' },
        promptMax: { new: 3072, legacy: 2500 },
      },
      'image-to-video': {
        ...silentImage,
        ...version3,
        newPath: '/image-to-video/kling-3.0',
        legacy: { path: '/v1/videos/image2video', modelName: 'kling-v3' },
        promptMax: { new: 3072, legacy: 2500 },
        inputs: { ...silentImage.inputs, element: { min: 0, max: 3 } },
      },
    },
  },
  'kling-3.0-turbo': {
    family: 'kling-v3-turbo',
    modes: {
      'text-to-video': {
        ...silentText,
        ...turbo,
        newPath: '/text-to-video/kling-3.0-turbo',
        promptMax: { new: 3072, legacy: 0 },
      },
      'image-to-video': {
        ...silentImage,
        ...turbo,
        newPath: '/image-to-video/kling-3.0-turbo',
        inputs: { first_frame: one },
      },
    },
  },
  'kling-o3': { family: 'kling-v3-omni', modes: omniModes(omni3, []) },
  'kling-o1': { family: 'kling-o1', modes: withoutLastReference(omniModes(omni1, ['original'])) },
  'kling-motion-control': { family: 'kling-v3', modes: { 'motion-control': motion } },
  'kling-2.6': {
    family: 'kling-v2-6',
    modes: {
      'text-to-video': {
        ...silentText,
        newPath: '/text-to-video/kling-2.6',
        legacy: { path: '/v1/videos/text2video', modelName: 'kling-v2-6' },
        sounds: ['on', 'off'],
        soundField: true,
      },
      'image-to-video': {
        ...silentImage,
        newPath: '/image-to-video/kling-2.6',
        legacy: { path: '/v1/videos/image2video', modelName: 'kling-v2-6' },
        sounds: ['on', 'off'],
        soundField: true,
      },
    },
  },
  'kling-2.6-motion-control': {
    family: 'kling-v2-6',
    modes: {
      'motion-control': {
        ...motion,
        newPath: '/motion-control/kling-2.6',
        legacy: { path: '/v1/videos/motion-control', modelName: 'kling-v2-6' },
        inputs: { motion_image: one, motion_video: one },
      },
    },
  },
  'kling-2.5-turbo': {
    family: 'kling-v2-5-turbo',
    modes: { 'text-to-video': silentText, 'image-to-video': silentImage },
  },
};

export function routeOf(model: string, mode: Mode): Route | null {
  return (Object.hasOwn(klingModels, model) && klingModels[model]?.modes[mode]) || null;
}
