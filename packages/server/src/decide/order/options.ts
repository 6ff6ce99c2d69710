/** Resolution, aspect, sound, orientation and length: what the client said, or the default of the mode. */
import type { CreateGeneration, Mode, ModeCapability, ModelDefinition, Order, Sound } from '@sluice/contract';
import { conflict, read, refuse, type Step } from './step.ts';

export type Options = Pick<Order, 'aspectRatio' | 'resolution' | 'sound' | 'orientation' | 'watermark'>;

type Place = { model: ModelDefinition; mode: Mode; capability: ModeCapability };

export function readOptions(input: CreateGeneration, place: Place): Step<Options> {
  const { capability } = place;
  const resolution = input.quality ?? capability.resolution_default;
  if (!capability.resolutions.includes(resolution)) {
    return refuse('quality', `${name(place)} does not render ${resolution}.`, {
      allowed: capability.resolutions,
      fix: oneOf('quality', capability.resolutions),
    });
  }
  const aspectRatio = readAspectRatio(input, place);
  if (!aspectRatio.ok) return aspectRatio;
  const sound = readSound(input, place);
  if (!sound.ok) return sound;
  const orientation = readOrientation(input, place);
  if (!orientation.ok) return orientation;
  return read({
    resolution,
    aspectRatio: aspectRatio.value,
    sound: sound.value,
    orientation: orientation.value,
    watermark: input.model_params?.watermark_info?.enabled ?? false,
  });
}

function readAspectRatio(input: CreateGeneration, place: Place): Step<string | null> {
  const { aspect_ratios: allowed, aspect_ratio_default: byDefault } = place.capability;
  if (input.aspect_ratio === undefined) return read(byDefault);
  if (allowed.includes(input.aspect_ratio)) return read(input.aspect_ratio);
  if (allowed.length === 0) {
    return refuse('aspect_ratio', `${name(place)} takes its aspect ratio from the input.`, {
      allowed,
      fix: 'Leave aspect_ratio out.',
    });
  }
  return refuse('aspect_ratio', `${name(place)} does not render ${input.aspect_ratio}.`, {
    allowed,
    fix: oneOf('aspect_ratio', allowed),
  });
}

/**
 * Two vocabularies meet: `sound` is what the model makes itself, "keep the original" is the sound of the
 * input video. So `sound: off` beside a kept original is no contradiction (Kling's own samples send both).
 */
function readSound(input: CreateGeneration, place: Place): Step<Sound> {
  const { sound: allowed, sound_default: byDefault } = place.capability;
  const nested = input.model_params?.keep_sound;
  const keepField =
    input.keep_original_sound === undefined ? 'model_params.keep_sound' : 'keep_original_sound';
  if (
    input.keep_original_sound !== undefined &&
    nested !== undefined &&
    nested !== input.keep_original_sound
  ) {
    return conflict(
      'keep_original_sound',
      'keep_original_sound and model_params.keep_sound contradict each other.',
      'Send one of them.',
    );
  }
  const keep = input.keep_original_sound ?? nested;
  if (keep === true) {
    if (input.sound === 'on') {
      return conflict(
        'sound',
        'A clip has either its own sound or the original one.',
        'Drop one of the two.',
      );
    }
    if (allowed.includes('original')) return read('original');
    return refuse(keepField, `${name(place)} has no input video whose sound could be kept.`, {
      allowed: [false],
      fix: `Leave ${keepField} out.`,
    });
  }
  const silentDefault = keep === false && byDefault === 'original' ? 'off' : byDefault;
  const sound = input.sound ?? silentDefault;
  if (allowed.includes(sound)) return read(sound);
  const words = allowed.filter((one) => one !== 'original');
  return refuse(input.sound === undefined ? keepField : 'sound', soundMessage(place, sound), {
    allowed: words,
    fix: words.length > 0 ? oneOf('sound', words) : 'Leave sound out.',
  });
}

function soundMessage(place: Place, sound: Sound): string {
  return sound === 'on' ? `${name(place)} makes no sound.` : `${name(place)} always has sound.`;
}

function readOrientation(input: CreateGeneration, place: Place): Step<'image' | 'video' | null> {
  const field = 'model_params.character_orientation';
  const allowed = place.capability.orientations;
  const given = input.model_params?.character_orientation;
  if (given === undefined) {
    if (allowed.length === 0) return read(null);
    return refuse(field, `${name(place)} needs to know which way the character faces.`, {
      allowed,
      fix: oneOf(field, allowed),
    });
  }
  if (allowed.includes(given)) return read(given);
  return refuse(field, `${name(place)} has no character orientation.`, {
    allowed,
    fix: `Leave ${field} out.`,
  });
}

/** Ordered length; null where the clip is as long as its input video. */
export function readSeconds(
  input: CreateGeneration,
  place: Place,
  shotSeconds: number | null,
): Step<number | null> {
  const lengths = place.capability.seconds;
  if (lengths === null) {
    if (input.duration === undefined) return read(null);
    return refuse('duration', `${name(place)} makes the clip as long as its input video.`, {
      allowed: [],
      fix: 'Leave duration out.',
    });
  }
  if (input.duration !== undefined && shotSeconds !== null && shotSeconds !== input.duration) {
    return conflict(
      'model_params.multi_prompt',
      `The shots last ${shotSeconds} s together, and duration says ${input.duration} s.`,
      'Make the shot durations add up to duration, or leave duration out.',
    );
  }
  const seconds = input.duration ?? shotSeconds ?? lengths.default;
  if (lengths.allowed.includes(seconds)) return read(seconds);
  const field =
    input.duration === undefined && shotSeconds !== null ? 'model_params.multi_prompt' : 'duration';
  return refuse(field, `${name(place)} makes no clip of ${seconds} s.`, {
    allowed: lengths.allowed,
    fix: `Choose a length among: ${lengths.allowed.join(', ')} s.`,
  });
}

/** Length of the input video as the client states it; a measured length takes its place later. */
export function readInputSeconds(input: CreateGeneration, place: Place): Step<number | null> {
  if (input.input_seconds === undefined) return read(null);
  const role = videoRoleOf(place);
  if (role === null) {
    return refuse('input_seconds', `${name(place)} takes no input video.`, {
      fix: 'Leave input_seconds out; duration sets the length.',
    });
  }
  const min = place.model.input_limits[role]?.min_seconds ?? 0;
  const max = place.model.input_limits[role]?.max_seconds ?? Number.POSITIVE_INFINITY;
  if (input.input_seconds >= min && input.input_seconds <= max) return read(input.input_seconds);
  return refuse('input_seconds', `${name(place)} takes videos of ${min} to ${max} s.`, {
    allowed: { min, max },
    fix: 'Send a video of such a length.',
  });
}

/** The input whose length may set length or price of the clip. */
function videoRoleOf({ mode, capability }: Place): 'motion_video' | 'base_video' | 'reference_video' | null {
  if (capability.seconds === null) return mode === 'motion-control' ? 'motion_video' : 'base_video';
  return (capability.inputs.reference_video?.max ?? 0) > 0 ? 'reference_video' : null;
}

export function name(place: Place): string {
  return `${place.model.name}, ${place.mode},`;
}

function oneOf(field: string, allowed: readonly string[]): string {
  return allowed.length === 1
    ? `Set ${field} to ${allowed[0]}.`
    : `Set ${field} to one of: ${allowed.join(', ')}.`;
}
