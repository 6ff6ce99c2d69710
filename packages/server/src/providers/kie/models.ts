/**
 * Which of our models Kie renders, under which of its names, with which limits. Facts: docs.kie.ai, Kling pages (read
 * 2026-11-22). Other Kling names are in its list (3.0 omni, 2.6, turbo), but their fields are described nowhere that
 * could be read, so they are not offered.
 */
import type { InputRole, Mode, Order, Resolution, Sound } from '@sluice/contract';

export type Route = {
  id: 'kling-3.0/video' | 'kling-3.0/motion-control';
  /** Our resolutions in the words of `mode`; the two models use different words for the same thing. */
  modes: Partial<Record<Resolution, string>>;
  seconds: readonly number[] | null;
  aspectRatios: readonly string[];
  sounds: readonly Sound[];
  soundField: boolean;
  multiShot: readonly Order['multiShot'][];
  promptNeeded: boolean;
  orientations: readonly ('image' | 'video')[];
  inputs: Partial<Record<InputRole, { min: number; max: number }>>;
};

const one = { min: 1, max: 1 };

export const videoModes: Route['modes'] = { '720p': 'std', '1080p': 'pro', '4k': '4K' };

const text: Route = {
  id: 'kling-3.0/video',
  modes: videoModes,
  seconds: [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
  aspectRatios: ['16:9', '9:16', '1:1'],
  sounds: ['off', 'on'],
  soundField: true,
  multiShot: ['off', 'custom'],
  promptNeeded: true,
  orientations: [],
  inputs: {},
};

const motion: Route = {
  id: 'kling-3.0/motion-control',
  // The vendor's playground says std and pro; public clients report that these are refused (500, "mode is not within
  // the range of allowed options") and send the resolution. A setting of the path decides.
  modes: { '720p': '720p', '1080p': '1080p' },
  seconds: null,
  aspectRatios: [],
  // No field says whether the sound of the video is kept, so keeping it is not promised.
  sounds: ['off'],
  soundField: false,
  multiShot: ['off'],
  promptNeeded: false,
  orientations: ['image', 'video'],
  inputs: { motion_image: one, motion_video: one },
};

export const kieModels: Readonly<Record<string, Partial<Record<Mode, Route>>>> = {
  'kling-3.0': {
    'text-to-video': text,
    // Beside pictures the aspect ratio is theirs, whatever is sent.
    'image-to-video': {
      ...text,
      aspectRatios: [],
      inputs: { first_frame: one, last_frame: { min: 0, max: 1 } },
    },
  },
  'kling-motion-control': { 'motion-control': motion },
};

export function routeOf(model: string, mode: Mode): Route | null {
  return (Object.hasOwn(kieModels, model) && kieModels[model]?.[mode]) || null;
}
