/**
 * Legacy model names: which are alive, where they work, and what they take (vendor docs and change log
 * to 2026-10).
 */
import type { JsonObject } from '../json.ts';
import type { Product, Resolution, Version } from './order.ts';

export type LegacyModel = {
  version: Version;
  products: Product[];
  /** Whole seconds that `duration` may name. */
  seconds: number[];
  modes: Mode[];
  /** In which modes `sound` may be `on`; empty: never. */
  soundModes: Mode[];
  multiShot: boolean;
};

export type Mode = 'std' | 'pro' | '4k';

/** A legacy request with its model, mode and sound read. */
export type LegacyBody = {
  product: Product;
  name: string;
  model: LegacyModel;
  body: JsonObject;
  mode: Mode;
  sound: boolean;
};

const span = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, at) => from + at);

const models: Record<string, LegacyModel> = {
  'kling-v2-5-turbo': {
    version: '2.5-turbo',
    products: ['text2video', 'image2video'],
    seconds: [5, 10],
    modes: ['std', 'pro'],
    soundModes: [],
    multiShot: false,
  },
  'kling-v2-6': {
    version: '2.6',
    products: ['text2video', 'image2video', 'motion-control'],
    seconds: [5, 10],
    modes: ['std', 'pro'],
    soundModes: ['pro'],
    multiShot: false,
  },
  'kling-v3': {
    version: '3.0',
    products: ['text2video', 'image2video', 'motion-control'],
    seconds: span(3, 15),
    modes: ['std', 'pro', '4k'],
    soundModes: ['std', 'pro', '4k'],
    multiShot: true,
  },
  'kling-v3-omni': {
    version: '3.0-omni',
    products: ['omni-video'],
    seconds: span(3, 15),
    modes: ['std', 'pro', '4k'],
    soundModes: ['std', 'pro', '4k'],
    multiShot: true,
  },
  'kling-video-o1': {
    version: 'o1',
    products: ['omni-video'],
    seconds: span(3, 10),
    modes: ['std', 'pro'],
    soundModes: [],
    multiShot: false,
  },
};

/** Withdrawn about 2026-09-15. `kling-v2-1` lives on for pictures only. */
const retired = [
  'kling-v1',
  'kling-v1-5',
  'kling-v1-6',
  'kling-v2-master',
  'kling-v2-1',
  'kling-v2-1-master',
];

/**
 * What an absent `model_name` means. For text and image the documented default is withdrawn and its
 * successor is not known, so leaving the name out gets the retirement refusal.
 */
export const defaultModels: Record<Product, string> = {
  text2video: 'kling-v1',
  image2video: 'kling-v1',
  'omni-video': 'kling-video-o1',
  'motion-control': 'kling-v2-6',
};

export const legacyProducts: readonly Product[] = [
  'text2video',
  'image2video',
  'omni-video',
  'motion-control',
];

export function legacyPath(product: Product): string {
  return `/v1/videos/${product}`;
}

export function legacyModel(name: string): LegacyModel | 'retired' | null {
  return retired.includes(name) ? 'retired' : (models[name] ?? null);
}

export function resolutionOf(mode: Mode): Resolution {
  return mode === 'std' ? '720p' : mode === 'pro' ? '1080p' : '4k';
}
