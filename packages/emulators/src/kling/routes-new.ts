/**
 * The create paths of the new generation and what each takes in `settings` (product pages, read
 * 2026-09-20).
 */
import type { Aspect, Product, Resolution, Version } from './order.ts';

export type NewRoute = { product: Product; model: string; version: Version; limits: RouteLimits };

export type RouteLimits = {
  resolutions: Resolution[];
  /** Null: the length follows the motion video. */
  seconds: number[] | null;
  aspect: boolean;
  /** Null: there is no such field. The first is the default. */
  audio: ('off' | 'native' | 'original')[] | null;
  multiShot: boolean;
  /** The most characters of the prompt. */
  prompt: number;
};

const span = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, at) => from + at);
const tiers: Resolution[] = ['720p', '1080p'];
const tiersAnd4k: Resolution[] = ['720p', '1080p', '4k'];

const plain = { resolutions: tiers, aspect: false, audio: null, multiShot: false, prompt: 2500 };

const routes: Record<string, Omit<NewRoute, 'product' | 'model'>> = {
  '/text-to-video/kling-3.0-turbo': {
    version: '3.0-turbo',
    limits: { ...plain, seconds: span(3, 15), aspect: true, prompt: 3072 },
  },
  '/image-to-video/kling-3.0-turbo': { version: '3.0-turbo', limits: { ...plain, seconds: span(3, 15) } },
  '/text-to-video/kling-3.0': {
    version: '3.0',
    limits: {
      resolutions: tiersAnd4k,
      seconds: span(3, 15),
      aspect: true,
      audio: ['off', 'native'],
      multiShot: true,
      prompt: 3072,
    },
  },
  '/image-to-video/kling-3.0': {
    version: '3.0',
    limits: {
      resolutions: tiersAnd4k,
      seconds: span(3, 15),
      aspect: false,
      audio: ['off', 'native'],
      multiShot: true,
      prompt: 3072,
    },
  },
  '/omni-video/kling-3.0-omni': {
    version: '3.0-omni',
    limits: {
      resolutions: tiersAnd4k,
      seconds: span(3, 15),
      aspect: true,
      audio: ['off', 'native', 'original'],
      multiShot: true,
      prompt: 3072,
    },
  },
  '/omni-video/kling-o1': {
    version: 'o1',
    limits: { ...plain, seconds: span(3, 10), aspect: true, audio: ['off', 'original'] },
  },
  '/motion-control/kling-3.0': {
    version: '3.0',
    limits: { ...plain, seconds: null, audio: ['original', 'off'] },
  },
  '/motion-control/kling-2.6': {
    version: '2.6',
    limits: { ...plain, seconds: null, audio: ['original', 'off'] },
  },
  '/text-to-video/kling-2.6': {
    version: '2.6',
    limits: { ...plain, seconds: [5, 10], aspect: true, audio: ['off', 'native'] },
  },
  '/image-to-video/kling-2.6': {
    version: '2.6',
    limits: { ...plain, seconds: [5, 10], audio: ['off', 'native'] },
  },
  '/text-to-video/kling-2.5-turbo': {
    version: '2.5-turbo',
    limits: { ...plain, seconds: [5, 10], aspect: true },
  },
  '/image-to-video/kling-2.5-turbo': { version: '2.5-turbo', limits: { ...plain, seconds: [5, 10] } },
};

const products: Record<string, Product> = {
  'text-to-video': 'text2video',
  'image-to-video': 'image2video',
  'omni-video': 'omni-video',
  'motion-control': 'motion-control',
};

export const newCreatePattern =
  /^\/(text-to-video|image-to-video|omni-video|motion-control)\/([A-Za-z0-9.-]+)$/;

/** Null when the path names a model that does not exist there. */
export function newRoute(path: string): NewRoute | null {
  const match = newCreatePattern.exec(path);
  const found = routes[path];
  const product = products[match?.[1] ?? ''];
  if (match === null || found === undefined || product === undefined) return null;
  return { ...found, product, model: match[2] ?? '' };
}

export function newCreatePaths(): string[] {
  return Object.keys(routes);
}

export type ReadSettings = {
  resolution: Resolution;
  seconds: number | null;
  aspect: Aspect | null;
  audio: 'off' | 'native' | 'original';
  multiShot: { stated: boolean | null; inForce: boolean };
  orientation: 'image' | 'video' | null;
};
