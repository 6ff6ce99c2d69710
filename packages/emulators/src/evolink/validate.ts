/** An order as the vendor's pages describe it (read 2026-11-22): shapes, ranges and what each model takes. */
import { isObject, type Json, type JsonObject } from '../json.ts';
import type { Refusal } from './errors.ts';

export type EvolinkOrder = {
  model: string;
  prompt: string;
  quality: '720p' | '1080p' | '4k';
  /** Whether the clip has sound. */
  sound: boolean;
  aspect: '16:9' | '9:16' | '1:1' | null;
  /** Null: as long as the input video. */
  seconds: number | null;
  images: string[];
  videos: string[];
  callbackUrl: string | null;
};

type Field =
  | 'duration'
  | 'aspect'
  | 'quality'
  | 'sound'
  | 'shots'
  /** Shots cut by the model. */
  | 'smart'
  | 'negative'
  /** `image_start` is required, or may be left out. */
  | 'frames'
  | 'optional frames'
  | 'keep';

type Shape = {
  /** Lengths on offer; none: the length follows the input video. */
  seconds?: readonly number[];
  qualities?: readonly EvolinkOrder['quality'][];
  promptMax: number;
  promptNeeded: boolean;
  has: readonly Field[];
  video?: 'video_url' | 'video_urls';
  images?: readonly [number, number];
  orientation?: boolean;
  elements?: number;
  alwaysSound?: boolean;
};

const upTo15 = [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
const upTo4k = ['720p', '1080p', '4k'] as const;
const upTo1080 = ['720p', '1080p'] as const;
const text = { promptMax: 2500, promptNeeded: true } as const;
const v3 = { ...text, seconds: upTo15, qualities: upTo4k } as const;
const turbo = { ...text, seconds: upTo15, qualities: upTo1080, alwaysSound: true } as const;
const omniVideo = { ...text, qualities: upTo1080, video: 'video_url' } as const;
const motion: Shape = {
  promptMax: 2500,
  promptNeeded: false,
  qualities: upTo1080,
  has: ['quality'],
  video: 'video_urls',
  images: [1, 1],
  orientation: true,
};

const shapes: Readonly<Record<string, Shape>> = {
  'kling-v3-text-to-video': {
    ...v3,
    has: ['duration', 'aspect', 'quality', 'sound', 'shots', 'smart', 'negative'],
  },
  'kling-v3-image-to-video': {
    ...v3,
    promptNeeded: false,
    has: ['duration', 'quality', 'sound', 'shots', 'smart', 'negative', 'frames'],
    elements: 3,
  },
  'kling-v3-turbo-text-to-video': { ...turbo, has: ['duration', 'aspect', 'quality'] },
  'kling-v3-turbo-image-to-video': { ...turbo, promptNeeded: false, has: ['duration', 'quality', 'frames'] },
  'kling-o3-text-to-video': { ...v3, has: ['duration', 'aspect', 'quality', 'sound', 'shots'], elements: 7 },
  'kling-o3-image-to-video': {
    ...v3,
    has: ['duration', 'aspect', 'quality', 'sound', 'shots', 'optional frames'],
    images: [0, 7],
    elements: 7,
  },
  'kling-o3-reference-to-video': {
    ...omniVideo,
    seconds: upTo15.slice(0, 8),
    has: ['duration', 'aspect', 'quality', 'keep'],
    images: [0, 4],
    elements: 4,
  },
  'kling-o3-video-edit': { ...omniVideo, has: ['quality', 'keep'], images: [0, 4], elements: 4 },
  'kling-o1-image-to-video': {
    promptMax: 5000,
    promptNeeded: true,
    seconds: [5, 10],
    has: ['duration', 'aspect'],
    images: [1, 2],
  },
  'kling-o1-video-edit': {
    promptMax: 5000,
    promptNeeded: true,
    has: ['keep'],
    video: 'video_urls',
    images: [0, 4],
  },
  'kling-v3-motion-control': { ...motion, elements: 1 },
  'kling-v2.6-motion-control': motion,
};

export const modelIds: readonly string[] = Object.keys(shapes);

export type Read = { ok: true; order: EvolinkOrder } | { ok: false; refusal: Refusal };

/** Stops at the first problem. */
class Bad extends Error {
  readonly param: string;
  constructor(param: string, message: string) {
    super(message);
    this.param = param;
  }
}

export function readOrder(body: Json | undefined, plainCallbacks: boolean): Read {
  try {
    return { ok: true, order: parse(body, plainCallbacks) };
  } catch (error) {
    if (!(error instanceof Bad)) throw error;
    return { ok: false, refusal: { code: 'invalid_parameters', message: error.message, param: error.param } };
  }
}

function parse(body: Json | undefined, plainCallbacks: boolean): EvolinkOrder {
  if (!isObject(body)) throw new Bad('body', 'the body must be a JSON object');
  const model = typeof body.model === 'string' ? body.model : '';
  const shape = Object.hasOwn(shapes, model) ? shapes[model] : undefined;
  if (shape === undefined) throw new Bad('model', `unknown model ${model}`);
  const parameters = body.model_params ?? {};
  if (!isObject(parameters)) throw new Bad('model_params', 'must be an object');
  const custom = readShots(shape, parameters, body);
  const order: EvolinkOrder = {
    model,
    prompt: readPrompt(shape, body, custom),
    quality: readQuality(shape, body),
    sound: shape.alwaysSound === true || readSound(shape, body),
    aspect: readAspect(shape, body),
    seconds: readSeconds(shape, body),
    images: readImages(shape, body),
    videos: readVideos(shape, body),
    callbackUrl: readCallbackUrl(body, plainCallbacks),
  };
  checkMotion(shape, parameters);
  if (body.element_list !== undefined) throw new Bad('element_list', 'belongs into model_params');
  const elements = countElements(shape, parameters.element_list);
  if (elements + order.images.length > (shape.video === 'video_url' ? 4 : 7)) {
    throw new Bad('model_params.element_list', 'too many images and elements together');
  }
  checkWatermark(parameters);
  if (keepsSound(shape, body, parameters)) order.sound = true;
  return order;
}

function readPrompt(shape: Shape, body: JsonObject, custom: boolean): string {
  const { prompt = '', negative_prompt: negative } = body;
  if (typeof prompt !== 'string') throw new Bad('prompt', 'must be text');
  if (shape.promptNeeded && !custom && prompt.trim() === '') throw new Bad('prompt', 'is required');
  if (prompt.length > shape.promptMax) throw new Bad('prompt', `at most ${shape.promptMax} characters`);
  if (negative !== undefined && (typeof negative !== 'string' || !shape.has.includes('negative'))) {
    throw new Bad('negative_prompt', 'not a parameter of this model');
  }
  return prompt;
}

function readQuality(shape: Shape, body: JsonObject): EvolinkOrder['quality'] {
  const { quality } = body;
  if (quality === undefined) return '720p';
  const known = shape.has.includes('quality') ? shape.qualities?.find((one) => one === quality) : undefined;
  if (known === undefined) throw new Bad('quality', 'not a quality of this model');
  return known;
}

function readSound(shape: Shape, body: JsonObject): boolean {
  const { sound } = body;
  if (sound === undefined) return false;
  if (!shape.has.includes('sound') || (sound !== 'on' && sound !== 'off'))
    throw new Bad('sound', 'on or off');
  return sound === 'on';
}

function readAspect(shape: Shape, body: JsonObject): EvolinkOrder['aspect'] {
  const { aspect_ratio: aspect } = body;
  if (aspect === undefined) return shape.has.includes('aspect') && shape.images === undefined ? '16:9' : null;
  if (!shape.has.includes('aspect')) throw new Bad('aspect_ratio', 'not a parameter of this model');
  if (aspect !== '16:9' && aspect !== '9:16' && aspect !== '1:1')
    throw new Bad('aspect_ratio', '16:9, 9:16 or 1:1');
  return aspect;
}

/** The clip's length is a whole number; text is refused. */
function readSeconds(shape: Shape, body: JsonObject): number | null {
  const { duration = shape.has.includes('duration') ? 5 : undefined } = body;
  if (!shape.has.includes('duration')) {
    if (duration !== undefined) throw new Bad('duration', 'the length follows the input video');
    return null;
  }
  if (typeof duration !== 'number' || !Number.isInteger(duration))
    throw new Bad('duration', 'must be an integer');
  if (shape.seconds?.includes(duration) !== true)
    throw new Bad('duration', `${duration} s is not offered by this model`);
  return duration;
}

/** The length of a shot is text, unlike that of the clip. */
function readShots(shape: Shape, parameters: JsonObject, body: JsonObject): boolean {
  const { multi_shot: multi = false, shot_type: type, multi_prompt: shots } = parameters;
  if (typeof multi !== 'boolean') throw new Bad('model_params.multi_shot', 'must be a boolean');
  if (!multi) return false;
  if (!shape.has.includes('shots')) throw new Bad('model_params.multi_shot', 'not a parameter of this model');
  if (type === 'intelligence' && shape.has.includes('smart')) return false;
  if (type !== 'customize') throw new Bad('model_params.shot_type', 'customize or intelligence');
  if (!Array.isArray(shots) || shots.length < 1 || shots.length > 6)
    throw new Bad('model_params.multi_prompt', '1 to 6');
  let total = 0;
  for (const [at, shot] of shots.entries()) {
    const place = `model_params.multi_prompt[${at}]`;
    if (!isObject(shot) || shot.index !== at + 1) throw new Bad(`${place}.index`, 'counts from 1');
    const { prompt, duration } = shot;
    if (typeof prompt !== 'string' || prompt.length > 512)
      throw new Bad(`${place}.prompt`, 'at most 512 characters');
    if (typeof duration !== 'string' || !/^\d{1,2}$/.test(duration))
      throw new Bad(`${place}.duration`, 'must be text');
    total += Number(duration);
  }
  if (total !== body.duration)
    throw new Bad('model_params.multi_prompt', 'the shots must add up to duration');
  return true;
}

function readImages(shape: Shape, body: JsonObject): string[] {
  const start = address(body.image_start, 'image_start');
  const end = address(body.image_end, 'image_end');
  const list = addresses(body.image_urls, 'image_urls');
  const loose = shape.has.includes('optional frames');
  const frames = loose || shape.has.includes('frames');
  if (!frames && (start ?? end) !== null) throw new Bad('image_start', 'not a parameter of this model');
  if (end !== null && (start === null || list.length > 0))
    throw new Bad('image_end', 'a last frame needs a first one, and no more');
  if (frames && !loose && start === null) throw new Bad('image_start', 'is required');
  const [least, most] = shape.images ?? [0, 0];
  if (list.length < least || list.length > most) throw new Bad('image_urls', `${least} to ${most} images`);
  return [...(start === null ? [] : [start]), ...(end === null ? [] : [end]), ...list];
}

function readVideos(shape: Shape, body: JsonObject): string[] {
  const single = address(body.video_url, 'video_url');
  const list = addresses(body.video_urls, 'video_urls');
  if (shape.video === undefined) {
    if (single !== null || list.length > 0) throw new Bad('video_url', 'not a parameter of this model');
    return [];
  }
  if (shape.video === 'video_urls') {
    if (list.length !== 1) throw new Bad('video_urls', 'exactly one');
    return list;
  }
  if (single === null) throw new Bad('video_url', 'is required');
  return [single];
}

function address(value: Json | undefined, param: string): string | null {
  if (value === undefined) return null;
  if (typeof value !== 'string' || !/^https?:\/\//.test(value)) throw new Bad(param, 'must be a web address');
  return value;
}

function addresses(value: Json | undefined, param: string): string[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new Bad(param, 'must be an array');
  return value.map((one) => address(one, param) ?? '');
}

/** The sound of an input video is kept unless that is refused. */
function keepsSound(shape: Shape, body: JsonObject, parameters: JsonObject): boolean {
  const { keep_original_sound: keep } = body;
  if (keep !== undefined && (typeof keep !== 'boolean' || !shape.has.includes('keep'))) {
    throw new Bad('keep_original_sound', 'not a parameter of this model');
  }
  if (shape.has.includes('keep')) return keep !== false;
  return shape.orientation === true && parameters.keep_sound !== false;
}

function checkMotion(
  shape: Shape,
  { character_orientation: orientation, keep_sound: keep }: JsonObject,
): void {
  if (keep !== undefined && typeof keep !== 'boolean')
    throw new Bad('model_params.keep_sound', 'must be a boolean');
  const place = 'model_params.character_orientation';
  if (shape.orientation !== true) {
    if (orientation !== undefined) throw new Bad(place, 'not a parameter of this model');
  } else if (orientation !== 'image' && orientation !== 'video')
    throw new Bad(place, 'image or video is required');
}

function countElements(shape: Shape, list: Json | undefined): number {
  if (list === undefined) return 0;
  if (!Array.isArray(list) || list.length > (shape.elements ?? 0))
    throw new Bad('element_list', 'too many elements');
  for (const element of list) {
    if (!isObject(element) || typeof element.element_id !== 'string')
      throw new Bad('element_list', 'element_id is text');
  }
  return list.length;
}

function checkWatermark({ watermark_info: info }: JsonObject): void {
  if (info !== undefined && (!isObject(info) || typeof info.enabled !== 'boolean')) {
    throw new Bad('model_params.watermark_info', 'enabled must be a boolean');
  }
}

/** HTTPS only, no private addresses, at most 2048 characters. `plain` lifts the first two, for use on one machine. */
function readCallbackUrl({ callback_url: url }: JsonObject, plain: boolean): string | null {
  if (url === undefined) return null;
  if (typeof url !== 'string' || url.length > 2048 || !URL.canParse(url))
    throw new Bad('callback_url', 'no address');
  const { protocol, hostname } = new URL(url);
  const near = /^(localhost|127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.|\[)/.test(hostname);
  if (!plain && (protocol !== 'https:' || near))
    throw new Bad('callback_url', 'must be a public https address');
  return url;
}
