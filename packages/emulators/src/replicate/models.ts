/**
 * The Kling models of Replicate as their schema pages show them (version pages of kwaivgi/kling-v3-video,
 * kling-v3-omni-video and kling-o1, read 2026-11-22), and what an input must look like for each.
 */

import type { Inputs, Tier } from '../jobs/frames.ts';
import { isObject, type Json, type JsonObject, readJson } from '../json.ts';

export type ReplicateOrder = {
  prompt: string;
  tier: Tier;
  aspect: string;
  /** Null: as long as the video that is edited. */
  seconds: number | null;
  sound: boolean;
  inputs: Inputs;
};

export type InvalidField = { type: string; field: string; description: string };

type Model = {
  modes: Readonly<Record<string, Tier>>;
  seconds: { min: number; max: number };
  promptMax: number | null;
  omni: boolean;
  makesSound: boolean;
  shots: boolean;
};

const models: Readonly<Record<string, Model>> = {
  'kwaivgi/kling-v3-video': {
    modes: { standard: '720p', pro: '1080p' },
    seconds: { min: 3, max: 15 },
    promptMax: 2500,
    omni: false,
    makesSound: true,
    shots: true,
  },
  'kwaivgi/kling-v3-omni-video': {
    modes: { standard: '720p', pro: '1080p' },
    seconds: { min: 3, max: 15 },
    promptMax: 2500,
    omni: true,
    makesSound: true,
    shots: true,
  },
  'kwaivgi/kling-o1': {
    modes: { std: '720p', pro: '1080p' },
    seconds: { min: 3, max: 10 },
    promptMax: null,
    omni: true,
    makesSound: false,
    shots: false,
  },
};

export function hasModel(name: string): boolean {
  return Object.hasOwn(models, name);
}

export function readInput(
  model: string,
  input: JsonObject,
): { ok: true; order: ReplicateOrder } | { ok: false; invalid: InvalidField[] } {
  const known = models[model];
  if (known === undefined) return { ok: false, invalid: [invalid('model', 'unknown')] };
  const faults = [...wordFaults(known, input), ...mediaFaults(known, input), ...shotFaults(known, input)];
  if (faults.length > 0) return { ok: false, invalid: faults };
  const video = known.omni ? text(input.reference_video) : null;
  const base = video !== null && input.video_reference_type === 'base';
  const shots = known.shots && typeof input.multi_prompt === 'string' ? input.multi_prompt : '';
  return {
    ok: true,
    order: {
      prompt: `${text(input.prompt) ?? ''} ${shots}`,
      tier: known.modes[text(input.mode) ?? 'pro'] ?? '1080p',
      aspect: text(input.aspect_ratio) ?? '16:9',
      seconds: base ? null : Number(input.duration ?? 5),
      sound: known.makesSound && input.generate_audio === true,
      inputs: {
        first: text(input.start_image),
        images: [text(input.end_image), ...list(input.reference_images)].filter((url) => url !== null),
        video,
      },
    },
  };
}

function wordFaults(model: Model, input: JsonObject): InvalidField[] {
  const faults: InvalidField[] = [];
  const prompt = input.prompt;
  if (typeof prompt !== 'string') faults.push(invalid('prompt', 'prompt is required'));
  else if (model.promptMax !== null && prompt.length > model.promptMax) {
    faults.push(invalid('prompt', `prompt must be at most ${model.promptMax} characters`));
  }
  const mode = input.mode ?? 'pro';
  if (typeof mode !== 'string' || !Object.hasOwn(model.modes, mode)) {
    faults.push(invalid('mode', `mode must be one of: ${Object.keys(model.modes).join(', ')}`));
  }
  const { min, max } = model.seconds;
  const duration = input.duration ?? 5;
  if (typeof duration !== 'number' || !Number.isInteger(duration)) {
    faults.push(invalid('duration', 'Invalid type. Expected: integer'));
  } else if (duration < min || duration > max) {
    faults.push(invalid('duration', `Must be from ${min} to ${max}`));
  }
  if (!['16:9', '9:16', '1:1'].includes(text(input.aspect_ratio) ?? '16:9')) {
    faults.push(invalid('aspect_ratio', 'aspect_ratio must be one of: 16:9, 9:16, 1:1'));
  }
  for (const name of ['generate_audio', 'keep_original_sound']) {
    const value = input[name];
    if (value !== undefined && typeof value !== 'boolean')
      faults.push(invalid(name, 'Invalid type. Expected: boolean'));
  }
  return faults;
}

function mediaFaults(model: Model, input: JsonObject): InvalidField[] {
  const faults: InvalidField[] = [];
  const singles = ['start_image', 'end_image', ...(model.omni ? ['reference_video'] : [])];
  for (const name of singles) {
    const value = input[name];
    if (value !== undefined && !isAddress(value)) faults.push(invalid(name, 'Does not match format "uri"'));
  }
  if (input.end_image !== undefined && input.start_image === undefined) {
    faults.push(invalid('end_image', 'end_image requires start_image'));
  }
  if (!model.omni) return faults;
  const images = input.reference_images ?? [];
  const most = input.reference_video === undefined ? 7 : 4;
  if (!Array.isArray(images) || !images.every(isAddress)) {
    faults.push(invalid('reference_images', 'Invalid type. Expected: array of uris'));
  } else if (images.length > most) faults.push(invalid('reference_images', `at most ${most} images`));
  if (input.generate_audio === true && input.reference_video !== undefined) {
    faults.push(invalid('generate_audio', 'generate_audio cannot be used with reference_video'));
  }
  return faults;
}

/** Shots come as JSON inside a text; their lengths must add up to the clip's. */
function shotFaults(model: Model, input: JsonObject): InvalidField[] {
  const given = input.multi_prompt;
  if (!model.shots || given === undefined) return [];
  const shots = typeof given === 'string' ? readJson(given) : undefined;
  if (!Array.isArray(shots)) return [invalid('multi_prompt', 'multi_prompt must be a JSON array')];
  if (shots.length < 1 || shots.length > 6) return [invalid('multi_prompt', 'at most 6 shots')];
  let total = 0;
  for (const shot of shots) {
    const seconds = isObject(shot) ? shot.duration : undefined;
    const words = isObject(shot) ? shot.prompt : undefined;
    if (typeof words !== 'string' || typeof seconds !== 'number' || seconds < 1) {
      return [invalid('multi_prompt', 'each shot needs a prompt and a duration of at least 1')];
    }
    total += seconds;
  }
  return total === (input.duration ?? 5)
    ? []
    : [invalid('multi_prompt', 'the durations of the shots must add up to duration')];
}

function invalid(field: string, description: string): InvalidField {
  return { type: 'invalid', field: `input.${field}`, description };
}

function text(value: Json | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

function list(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

function isAddress(value: Json): boolean {
  return typeof value === 'string' && (/^https?:\/\/[^/]/.test(value) || value.startsWith('data:'));
}
