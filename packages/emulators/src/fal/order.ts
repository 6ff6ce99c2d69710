/** What a checked input orders: the frame, length and sound of the clip, and what it costs. */
import { type Frame, frameOf, type InputFacts, type Inputs, type Tier } from '../jobs/frames.ts';
import { isObject, type JsonObject } from '../json.ts';
import type { Model } from './models.ts';
import { lengthOf } from './validate.ts';

/** Length of an input video that was not fetched. */
const ASSUMED_VIDEO_SECONDS = 5;

export type Wish = { frame: Frame; seconds: number; sound: boolean; costMicros: number; prompt: string };

export function inputsOf(input: JsonObject): Inputs {
  const links = (value: unknown): string[] =>
    (Array.isArray(value) ? value : [value]).filter((one): one is string => typeof one === 'string');
  const first = links(input.start_image_url ?? input.image_url)[0] ?? null;
  return {
    first,
    images: [...links(input.end_image_url), ...links(input.middle_image_urls), ...links(input.image_urls)],
    video: links(input.video_url)[0] ?? links(input.video_urls)[0] ?? null,
  };
}

export function wishOf(model: Model, input: JsonObject, facts: InputFacts): Wish {
  const videoSeconds = facts.video?.seconds ?? ASSUMED_VIDEO_SECONDS;
  const seconds = model.seconds === null ? videoSeconds : secondsOf(model, input, model.seconds);
  const { sound: rule } = model;
  const sound = typeof rule === 'boolean' ? rule : switchOf(input[rule.field], rule.byDefault);
  const aspect = typeof input.aspect_ratio === 'string' ? input.aspect_ratio : 'auto';
  const like = aspect === 'auto' ? (facts.picture ?? facts.video) : null;
  const frame = frameOf(tierOf(model, input), aspect, like);
  const hasVideo = 'video_urls' in input || 'video_url' in input;
  const counted = model.tier === null && hasVideo ? Math.max(seconds * 2, seconds + videoSeconds) : seconds;
  const costMicros = Math.round(counted * (sound ? model.price.sound : model.price.silent));
  return { frame, seconds, sound, costMicros, prompt: textOf(input) };
}

function tierOf(model: Model, input: JsonObject): Tier {
  if (model.tier !== null) return model.tier;
  return input.resolution === '720p' ? '720p' : '1080p';
}

function secondsOf(model: Model, input: JsonObject, byDefault: number): number {
  const { multi_prompt: shots, duration } = input;
  const field = model.fields.multi_prompt;
  if (Array.isArray(shots) && field?.kind === 'shots' && model.tier === null) {
    return shots.reduce(
      (sum: number, shot) => sum + (isObject(shot) ? lengthOf(shot.duration, field.lengths) : 0),
      0,
    );
  }
  return duration === undefined || duration === null ? byDefault : Number(duration);
}

function switchOf(value: unknown, byDefault: boolean): boolean {
  return typeof value === 'boolean' ? value : byDefault;
}

function textOf({ prompt, multi_prompt: shots }: JsonObject): string {
  if (typeof prompt === 'string') return prompt;
  if (!Array.isArray(shots)) return '';
  return shots
    .map((shot) => (isObject(shot) && typeof shot.prompt === 'string' ? shot.prompt : ''))
    .join(' ');
}
