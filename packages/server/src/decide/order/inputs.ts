/**
 * Turns the media fields of a request into named inputs with roles, and checks how many the mode takes.
 *
 * Names: images are numbered over first frame, last frame, then image_urls, then frames in between; so `image_1` is
 * the first frame where there is one. That is how Kling numbers the `image_list` of its legacy omni endpoint, and how
 * EvoLink's multi-shot example for kling-o3-image-to-video counts.
 */
import {
  type CreateGeneration,
  InputRole,
  type Mode,
  type ModeCapability,
  type OrderInput,
} from '@sluice/contract';
import type { ModelMatch } from './lookup.ts';
import { conflict, type Refused, read, refuse, type Step } from './step.ts';

type Given = { role: InputRole; field: string; value: string };

/** Where a client puts an input of a role. */
export const FIELD_OF_ROLE: Readonly<Record<InputRole, string>> = {
  first_frame: 'image_start',
  last_frame: 'image_end',
  middle_frame: 'image_middle',
  reference_image: 'image_urls',
  reference_video: 'video_url',
  base_video: 'video_url',
  motion_image: 'image_urls',
  motion_video: 'video_urls',
  element: 'element_list',
};

export function readInputs(
  input: CreateGeneration,
  match: ModelMatch,
  mode: Mode,
  capability: ModeCapability,
): Step<OrderInput[]> {
  const images = readImages(input, match, mode, capability);
  if (!images.ok) return images;
  const middle = (input.image_middle ?? []).map(
    (value, index): Given => ({ role: 'middle_frame', field: `image_middle[${index}]`, value }),
  );
  const pictures = [...images.value, ...middle];
  const videos = readVideos(input, mode);
  if (!videos.ok) return videos;
  const elements = readElements(input);
  if (!elements.ok) return elements;
  for (const given of [...pictures, ...videos.value]) {
    const refused = refuseAddress(given);
    if (refused) return refused;
  }
  const all = [...pictures, ...videos.value, ...elements.value];
  const refused = refuseCounts(all, match, mode, capability);
  if (refused) return refused;
  return read([
    ...pictures.map((given, index) => named(given, `image_${index + 1}`)),
    ...videos.value.map((given, index) => named(given, `video_${index + 1}`)),
    ...elements.value.map((given, index) => named(given, `element_${index + 1}`)),
  ]);
}

function readImages(
  input: CreateGeneration,
  match: ModelMatch,
  mode: Mode,
  capability: ModeCapability,
): Step<Given[]> {
  const given: Given[] = [];
  if (input.image_start !== undefined) {
    given.push({ role: 'first_frame', field: 'image_start', value: input.image_start });
  }
  if (input.image_end !== undefined) {
    given.push({ role: 'last_frame', field: 'image_end', value: input.image_end });
  }
  const listed = input.image_urls ?? [];
  const takesReferences = (capability.inputs.reference_image?.max ?? 0) > 0;
  const asFrames = mode === 'image-to-video' && (match.imageUrls === 'frames' || !takesReferences);
  if (!asFrames || listed.length === 0) {
    const role = mode === 'motion-control' ? 'motion_image' : 'reference_image';
    given.push(...listed.map((value, index) => ({ role, field: `image_urls[${index}]`, value }) as const));
    return read(given);
  }
  if (given.length > 0) {
    return conflict(
      'image_urls',
      `${input.model} reads image_urls as first and last frame, and frames were sent besides.`,
      'Send frames either in image_start and image_end, or in image_urls.',
    );
  }
  if (listed.length > 2) {
    return refuse('image_urls', `${input.model} reads image_urls as first and last frame.`, {
      allowed: { min: 1, max: 2 },
      fix: 'Send one or two images.',
    });
  }
  return read(
    listed.map((value, index) => ({
      role: index === 0 ? 'first_frame' : 'last_frame',
      field: `image_urls[${index}]`,
      value,
    })),
  );
}

function readVideos(input: CreateGeneration, mode: Mode): Step<Given[]> {
  if (input.video_url !== undefined && input.video_urls !== undefined) {
    return conflict('video_urls', 'video_url and video_urls mean the same thing here.', 'Send one of them.');
  }
  const role = videoRole(mode);
  if (input.video_url !== undefined) return read([{ role, field: 'video_url', value: input.video_url }]);
  const listed = input.video_urls ?? [];
  return read(listed.map((value, index) => ({ role, field: `video_urls[${index}]`, value })));
}

function videoRole(mode: Mode): InputRole {
  switch (mode) {
    case 'motion-control':
      return 'motion_video';
    case 'video-edit':
      return 'base_video';
    case 'reference-to-video':
    case 'image-to-video':
    case 'text-to-video':
      return 'reference_video';
  }
}

/** The unified API has elements inside model_params, Kling's own at the top; either is fine, not both. */
function readElements(input: CreateGeneration): Step<Given[]> {
  const nested = input.model_params?.element_list;
  if (input.element_list !== undefined && nested !== undefined) {
    return conflict(
      'element_list',
      'element_list was sent twice: at the top and inside model_params.',
      'Send it in one place.',
    );
  }
  const at = nested === undefined ? 'element_list' : 'model_params.element_list';
  const listed = input.element_list ?? nested ?? [];
  return read(
    listed.map(({ element_id }, index) => ({
      role: 'element',
      field: `${at}[${index}].element_id`,
      value: element_id,
    })),
  );
}

/** Form only. Whether the address may be fetched from here is the business of the address policy. */
function refuseAddress(given: Given): Refused | null {
  if (/^file:[A-Za-z0-9_-]{1,100}$/.test(given.value)) return null;
  const address = URL.canParse(given.value) ? new URL(given.value) : null;
  const web = address !== null && (address.protocol === 'https:' || address.protocol === 'http:');
  if (web && address.username === '' && address.password === '') return null;
  return {
    ok: false,
    refusal: {
      code: 'input_unreachable',
      field: given.field,
      message: web ? 'The address carries a user name or password.' : 'This is not a web address.',
      allowed: ['https://…', 'file:<id>'],
      fix: 'Send a public https address, or upload the file (POST /v1/files) and send file:<id>.',
    },
  };
}

function refuseCounts(
  all: Given[],
  match: ModelMatch,
  mode: Mode,
  capability: ModeCapability,
): Refused | null {
  for (const role of InputRole.options) {
    const { min, max } = capability.inputs[role] ?? { min: 0, max: 0 };
    const given = all.filter((one) => one.role === role);
    const surplus = given[max];
    const field = FIELD_OF_ROLE[role];
    if (surplus !== undefined) {
      const word = role.replaceAll('_', ' ');
      const takes = max === 0 ? `takes no ${word}` : `takes at most ${max} of: ${word}`;
      return refuse(surplus.field, `${match.model.name}, ${mode}, ${takes}.`, {
        allowed: max === 0 ? fieldsTaken(capability) : { min, max },
        fix: max === 0 ? `Leave ${surplus.field} out, or choose another mode.` : `Send at most ${max}.`,
      });
    }
    if (given.length < min) {
      return refuse(field, `${match.model.name}, ${mode}, needs ${field}.`, {
        allowed: { min, max },
        fix: `Send ${field}.`,
      });
    }
  }
  return null;
}

function fieldsTaken(capability: ModeCapability): string[] {
  const taken = InputRole.options.filter((role) => (capability.inputs[role]?.max ?? 0) > 0);
  return [...new Set(taken.map((role) => FIELD_OF_ROLE[role]))];
}

function named(given: Given, name: string): OrderInput {
  return given.role === 'element'
    ? { role: given.role, elementId: given.value, name }
    : { role: given.role, url: given.value, name };
}
