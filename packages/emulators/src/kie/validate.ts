/** An order as Kie's pages describe it (read 2026-11-22). Lengths: the clip's is text, a shot's is a number. */
import { isObject, type Json, type JsonObject } from '../json.ts';

export type KieOrder = {
  model: string;
  prompt: string;
  quality: '720p' | '1080p' | '4k';
  sound: boolean;
  aspect: '16:9' | '9:16' | '1:1' | null;
  /** Null: as long as the input video. */
  seconds: number | null;
  images: string[];
  videos: string[];
  callbackUrl: string | null;
};

export type Read = { ok: true; order: KieOrder } | { ok: false; code: 404 | 422; message: string };

/** Stops at the first problem. */
class Bad extends Error {}

export function readOrder(body: Json | undefined): Read {
  if (!isObject(body)) return { ok: false, code: 422, message: 'The request body must be a JSON object' };
  const { model, input, callBackUrl } = body;
  if (!isObject(input)) return { ok: false, code: 422, message: 'input is required' };
  if (callBackUrl !== undefined && (typeof callBackUrl !== 'string' || !URL.canParse(callBackUrl))) {
    return { ok: false, code: 422, message: 'callBackUrl is not an address' };
  }
  const callbackUrl = typeof callBackUrl === 'string' ? callBackUrl : null;
  try {
    if (model === 'kling-3.0/video') return { ok: true, order: { ...video(input), callbackUrl } };
    if (model === 'kling-3.0/motion-control') return { ok: true, order: { ...motion(input), callbackUrl } };
  } catch (error) {
    if (!(error instanceof Bad)) throw error;
    return { ok: false, code: 422, message: error.message };
  }
  return { ok: false, code: 404, message: 'The model does not exist' };
}

type Work = Omit<KieOrder, 'callbackUrl'>;

function video(input: JsonObject): Work {
  const { multi_shots: multi = false, sound = false, duration } = input;
  if (typeof multi !== 'boolean') throw new Bad('multi_shots must be a boolean');
  if (typeof sound !== 'boolean') throw new Bad('sound must be a boolean');
  if (typeof duration !== 'string' || !/^([3-9]|1[0-5])$/.test(duration))
    throw new Bad('duration must be "3" to "15"');
  const seconds = Number(duration);
  if (multi) checkShots(input.multi_prompt, seconds);
  const images = addresses(input.image_urls, 'image_urls');
  if (images.length > 2) throw new Bad('image_urls holds the first and the last frame at most');
  if (multi && images.length > 1) throw new Bad('image_urls: shots take the first frame only');
  return {
    model: 'kling-3.0/video',
    prompt: promptOf(input, !multi),
    quality: qualityOf(input.mode ?? 'pro', { std: '720p', pro: '1080p', '4K': '4k' }),
    sound,
    // Beside pictures the given ratio is not looked at.
    aspect: images.length > 0 ? null : aspectOf(input.aspect_ratio ?? '16:9'),
    seconds,
    images,
    videos: [],
  };
}

function motion(input: JsonObject): Work {
  const { character_orientation: orientation } = input;
  if (orientation !== undefined && orientation !== 'image' && orientation !== 'video') {
    throw new Bad('character_orientation must be image or video');
  }
  const images = addresses(input.input_urls, 'input_urls');
  const videos = addresses(input.video_urls, 'video_urls');
  if (images.length !== 1) throw new Bad('input_urls must hold one picture');
  if (videos.length !== 1) throw new Bad('video_urls must hold one video');
  return {
    model: 'kling-3.0/motion-control',
    prompt: promptOf(input, false),
    quality: qualityOf(input.mode ?? '720p', { '720p': '720p', '1080p': '1080p' }),
    sound: false,
    aspect: null,
    seconds: null,
    images,
    videos,
  };
}

function promptOf({ prompt = '' }: JsonObject, needed: boolean): string {
  if (typeof prompt !== 'string' || prompt.length > 2500)
    throw new Bad('prompt must be text of at most 2500 characters');
  if (needed && prompt.trim() === '') throw new Bad('prompt is required');
  return prompt;
}

function qualityOf(mode: Json, words: Record<string, KieOrder['quality']>): KieOrder['quality'] {
  const known = typeof mode === 'string' && Object.hasOwn(words, mode) ? words[mode] : undefined;
  if (known === undefined) throw new Bad('mode is not within the range of allowed options');
  return known;
}

function aspectOf(aspect: Json): '16:9' | '9:16' | '1:1' {
  if (aspect !== '16:9' && aspect !== '9:16' && aspect !== '1:1') throw new Bad('aspect_ratio is not valid');
  return aspect;
}

function checkShots(shots: Json | undefined, seconds: number): void {
  if (!Array.isArray(shots) || shots.length < 1 || shots.length > 5)
    throw new Bad('multi_prompt must hold 1 to 5 shots');
  let total = 0;
  for (const shot of shots) {
    if (!isObject(shot)) throw new Bad('multi_prompt: a shot must be an object');
    const { prompt, duration } = shot;
    if (typeof prompt !== 'string' || prompt.length > 500)
      throw new Bad('multi_prompt: at most 500 characters');
    if (typeof duration !== 'number' || !Number.isInteger(duration) || duration < 1 || duration > 12) {
      throw new Bad('multi_prompt: duration must be an integer from 1 to 12');
    }
    total += duration;
  }
  if (total !== seconds) throw new Bad('multi_prompt: the shots must add up to duration');
}

function addresses(value: Json | undefined, name: string): string[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new Bad(`${name} must be an array`);
  return value.map((one) => {
    if (typeof one !== 'string' || !/^https?:\/\//.test(one)) throw new Bad(`${name} must hold addresses`);
    return one;
  });
}
