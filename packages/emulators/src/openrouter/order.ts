/**
 * What the emulated OpenRouter takes: the video models that it lists, with what each allows (`GET /videos/models`).
 * Only `kwaivgi/kling-v3.0-std` was seen in the real list (page of the model, 2026-04-29); the second one stands in
 * for whatever slug the 1080p tier has.
 */

import type { Inputs, Tier } from '../jobs/frames.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';

type Model = { tiers: Readonly<Record<string, Tier>>; dollarsPerSecond: number };

const models: Readonly<Record<string, Model>> = {
  'kwaivgi/kling-v3.0-std': { tiers: { '720p': '720p' }, dollarsPerSecond: 0.126 },
  'kwaivgi/kling-v3.0-pro': { tiers: { '1080p': '1080p' }, dollarsPerSecond: 0.168 },
};

const ratios = ['16:9', '9:16', '1:1'];
const seconds = Array.from({ length: 13 }, (_, at) => at + 3);

export type VideoOrder = {
  model: string;
  prompt: string;
  tier: Tier;
  aspect: string;
  seconds: number;
  sound: boolean;
  inputs: Inputs;
  callbackUrl: string | null;
  dollars: number;
};

export function listedModels(): Json[] {
  return Object.entries(models).map(([id, { tiers, dollarsPerSecond }]) => ({
    id,
    name: id,
    supported_resolutions: Object.keys(tiers),
    supported_aspect_ratios: ratios,
    supported_durations: seconds,
    supported_frame_images: ['first_frame', 'last_frame'],
    generate_audio: true,
    seed: false,
    pricing_skus: { per_second: String(dollarsPerSecond) },
    allowed_passthrough_parameters: [],
  }));
}

/** A text says what is wrong; `missing` names a model that is not there. */
export function readOrder(body: Json | undefined): VideoOrder | { problem: string } | { missing: string } {
  if (!isObject(body)) return { problem: 'Request body is not JSON' };
  const model = typeof body.model === 'string' ? body.model : '';
  const known = Object.hasOwn(models, model) ? models[model] : undefined;
  if (known === undefined) return { missing: model };
  const [resolution = Object.keys(known.tiers)[0] ?? '', aspect = '16:9'] = [
    body.resolution,
    body.aspect_ratio,
  ].map((value) => (typeof value === 'string' ? value : undefined));
  const duration = body.duration ?? 5;
  if (typeof body.prompt !== 'string' || body.prompt === '') return { problem: 'prompt: Required' };
  const tier = Object.hasOwn(known.tiers, resolution) ? known.tiers[resolution] : undefined;
  if (tier === undefined) return { problem: `resolution: ${resolution} is not supported by ${model}` };
  if (!ratios.includes(aspect)) return { problem: `aspect_ratio: ${aspect} is not supported by ${model}` };
  if (typeof duration !== 'number' || !seconds.includes(duration)) {
    return { problem: `duration: must be one of ${seconds.join(', ')}` };
  }
  const audio = body.generate_audio ?? true;
  if (typeof audio !== 'boolean') return { problem: 'generate_audio: Expected boolean' };
  const frames = framesOf(body.frame_images);
  if (typeof frames === 'string') return { problem: frames };
  return {
    model,
    prompt: body.prompt,
    tier,
    aspect,
    seconds: duration,
    sound: audio,
    inputs: frames,
    callbackUrl: typeof body.callback_url === 'string' ? body.callback_url : null,
    dollars: Math.round(known.dollarsPerSecond * duration * 1e6) / 1e6,
  };
}

function framesOf(given: Json | undefined): Inputs | string {
  if (given === undefined) return { first: null, images: [], video: null };
  if (!Array.isArray(given)) return 'frame_images: Expected array';
  let first: string | null = null;
  let last: string | null = null;
  for (const entry of given) {
    const image: JsonObject = isObject(entry) && isObject(entry.image_url) ? entry.image_url : {};
    const kind = isObject(entry) ? entry.frame_type : undefined;
    if (typeof image.url !== 'string') return 'frame_images: image_url.url is required';
    if (kind === 'first_frame') first = image.url;
    else if (kind === 'last_frame') last = image.url;
    else return 'frame_images: frame_type must be first_frame or last_frame';
  }
  return { first, images: last === null ? [] : [last], video: null };
}
