/**
 * Which mode an order is for: said by the client, implied by the model name, or inferred from the inputs.
 * Where the inputs fit two modes the order is refused with the question, because a guess could buy the wrong
 * clip.
 */
import type { CreateGeneration, ModelDefinition } from '@sluice/contract';
import { Mode } from '@sluice/contract';
import type { ModelMatch } from './lookup.ts';
import { conflict, read, refuse, type Step } from './step.ts';

export function chooseMode(input: CreateGeneration, match: ModelMatch): Step<Mode> {
  const { model, impliedMode } = match;
  const possible = modesOf(model);
  if (input.mode !== undefined) {
    if (!possible.includes(input.mode)) {
      return refuse('mode', `${model.name} has no mode ${input.mode}.`, {
        allowed: possible,
        fix: `Set mode to one of: ${possible.join(', ')}.`,
      });
    }
    if (impliedMode !== null && impliedMode !== input.mode) {
      return conflict(
        'mode',
        `The name ${input.model} means mode ${impliedMode}, but mode says ${input.mode}.`,
        `Leave mode out, or name the model ${model.id}.`,
      );
    }
    return read(input.mode);
  }
  if (impliedMode !== null) return read(yieldToReferences(input, match, impliedMode));
  return inferMode(input, model, possible);
}

export function modesOf(model: ModelDefinition): Mode[] {
  return Mode.options.filter((mode) => model.modes[mode] !== undefined);
}

/**
 * The unified routed API sends references without any frame under its image-to-video name as well (EvoLink's
 * page for kling-o3-image-to-video shows it). What is meant is the reference mode of the model.
 */
function yieldToReferences(input: CreateGeneration, match: ModelMatch, implied: Mode): Mode {
  const hasReferences = (input.image_urls ?? []).length > 0 || elementCount(input) > 0;
  if (implied !== 'image-to-video' || match.imageUrls === 'frames') return implied;
  if (match.model.modes['reference-to-video'] === undefined || !hasReferences) return implied;
  const frames = [input.image_start, input.image_end, input.image_middle];
  return frames.every((frame) => frame === undefined) ? 'reference-to-video' : implied;
}

function inferMode(input: CreateGeneration, model: ModelDefinition, possible: Mode[]): Step<Mode> {
  const [only, ...others] = possible;
  if (only !== undefined && others.length === 0) return read(only);
  if (input.video_url !== undefined || (input.video_urls ?? []).length > 0) {
    return inferVideoMode(input, model, possible);
  }
  const has = (mode: Mode) => possible.includes(mode);
  if (input.image_start !== undefined || input.image_end !== undefined || input.image_middle !== undefined) {
    if (has('image-to-video')) return read('image-to-video');
  } else if ((input.image_urls ?? []).length > 0 || elementCount(input) > 0) {
    if (has('reference-to-video')) return read('reference-to-video');
    if (has('image-to-video')) return read('image-to-video');
  } else if (has('text-to-video')) {
    return read('text-to-video');
  }
  return refuse('mode', `The mode cannot be told from the inputs.`, {
    allowed: possible,
    fix: `Set mode to one of: ${possible.join(', ')}.`,
  });
}

function inferVideoMode(input: CreateGeneration, model: ModelDefinition, possible: Mode[]): Step<Mode> {
  const field = input.video_url === undefined ? 'video_urls' : 'video_url';
  const takesVideo = possible.filter((mode) => VIDEO_MODES.includes(mode));
  if (takesVideo.length === 0) {
    return refuse(field, `${model.name} takes no video.`, {
      allowed: possible,
      fix: 'Leave the video out, or pick a model with video-edit, reference-to-video or motion-control.',
    });
  }
  const fitting = takesVideo.filter((mode) => fits(input, model, mode));
  const [only, ...others] = fitting;
  if (only !== undefined && others.length === 0) return read(only);
  // The list form is how the unified API names a video that is worked on, never a mere reference.
  if (input.video_urls !== undefined && fitting.includes('video-edit')) return read('video-edit');
  return refuse('mode', `A video for ${model.name} can serve more than one mode.`, {
    allowed: takesVideo,
    fix: `Set mode to one of: ${takesVideo.join(', ')}.`,
  });
}

const VIDEO_MODES: readonly Mode[] = ['motion-control', 'video-edit', 'reference-to-video'];

/** Whether the other fields leave this mode possible at all. */
function fits(input: CreateGeneration, model: ModelDefinition, mode: Mode): boolean {
  const capability = model.modes[mode];
  if (capability === undefined) return false;
  const keeps = input.keep_original_sound ?? input.model_params?.keep_sound;
  if (input.duration !== undefined && capability.seconds === null) return false;
  if (input.image_start !== undefined && (capability.inputs.first_frame?.max ?? 0) === 0) return false;
  if (keeps === true && !capability.sound.includes('original')) return false;
  return true;
}

function elementCount(input: CreateGeneration): number {
  return (input.element_list ?? input.model_params?.element_list ?? []).length;
}
