/**
 * What Replicate renders of Kling, as data: models, modes and limits, and under which names they go there. From the
 * schema pages of the three models (read 2026-11-22). No 4k, no elements, no watermark; motion control and Kling 4.0
 * exist there, but their fields are not documented, so they are not offered.
 */
import type { InputRole, Mode, Order } from '@sluice/contract';

export type Count = { min: number; max: number };

export type Route = {
  resolutions: Readonly<Partial<Record<Order['resolution'], string>>>;
  /** Null: as long as the video that is edited. */
  seconds: readonly number[] | null;
  /** Beside a reference video, where that allows more. */
  secondsWithVideo: readonly number[];
  aspectRatios: readonly string[];
  /** A first frame sets the frame, so a ratio beside it would be ignored. */
  sounds: readonly Order['sound'][];
  makesSound: boolean;
  negativePrompt: boolean;
  multiShot: readonly Order['multiShot'][];
  inputs: Readonly<Partial<Record<InputRole, Count>>>;
};

export type Model = {
  /** Owner and name, as in the address of a create. */
  slug: string;
  modes: Readonly<Partial<Record<Mode, Route>>>;
};

export const PROMPT_MAX = 2500;

const upTo = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, at) => from + at);
const one: Count = { min: 1, max: 1 };
const perhaps: Count = { min: 0, max: 1 };
const ratios = ['16:9', '9:16', '1:1'];

const v3: Route = {
  resolutions: { '720p': 'standard', '1080p': 'pro' },
  seconds: upTo(3, 15),
  secondsWithVideo: [],
  aspectRatios: ratios,
  sounds: ['off', 'on'],
  makesSound: true,
  negativePrompt: true,
  multiShot: ['off', 'custom'],
  inputs: {},
};

const omni: Route = { ...v3, negativePrompt: false, secondsWithVideo: upTo(3, 15) };

const o1: Route = {
  ...omni,
  resolutions: { '720p': 'std', '1080p': 'pro' },
  seconds: [5, 10],
  secondsWithVideo: upTo(3, 10),
  sounds: ['off'],
  makesSound: false,
  multiShot: ['off'],
};

const editing = {
  seconds: null,
  secondsWithVideo: [],
  aspectRatios: [],
  sounds: ['off', 'original'],
} as const;

export const replicateModels: Readonly<Record<string, Model>> = {
  'kling-3.0': {
    slug: 'kwaivgi/kling-v3-video',
    modes: {
      'text-to-video': v3,
      'image-to-video': { ...v3, aspectRatios: [], inputs: { first_frame: one, last_frame: perhaps } },
    },
  },
  'kling-o3': {
    slug: 'kwaivgi/kling-v3-omni-video',
    modes: {
      'text-to-video': omni,
      'image-to-video': {
        ...omni,
        aspectRatios: [],
        inputs: { first_frame: one, last_frame: perhaps, reference_image: { min: 0, max: 7 } },
      },
      'reference-to-video': {
        ...omni,
        // Beside a video the model cuts the shots itself; there is no field for it.
        multiShot: ['off', 'auto', 'custom'],
        inputs: {
          first_frame: perhaps,
          last_frame: perhaps,
          reference_image: { min: 0, max: 7 },
          reference_video: perhaps,
        },
      },
      'video-edit': {
        ...omni,
        ...editing,
        multiShot: ['off'],
        inputs: { base_video: one, reference_image: { min: 0, max: 4 } },
      },
    },
  },
  'kling-o1': {
    slug: 'kwaivgi/kling-o1',
    modes: {
      'text-to-video': o1,
      'image-to-video': {
        ...o1,
        aspectRatios: [],
        inputs: { first_frame: one, last_frame: perhaps, reference_image: { min: 0, max: 7 } },
      },
      'reference-to-video': {
        ...o1,
        sounds: ['off', 'original'],
        inputs: { first_frame: perhaps, reference_image: { min: 0, max: 7 }, reference_video: perhaps },
      },
      'video-edit': { ...o1, ...editing, inputs: { base_video: one, reference_image: { min: 0, max: 4 } } },
    },
  },
};

export function modelOf(id: string): Model | null {
  return Object.hasOwn(replicateModels, id) ? (replicateModels[id] ?? null) : null;
}

export function routeOf(order: Pick<Order, 'model' | 'mode'>): Route | null {
  return modelOf(order.model)?.modes[order.mode] ?? null;
}
