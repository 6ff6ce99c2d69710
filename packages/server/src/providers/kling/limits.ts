/**
 * Can Kling do exactly this order on this API generation? Asked before any money is held; the answer
 * names the field at fault as the API spells it. Single values come from the route table, combinations
 * from the rules below (vendor's model pages, 2026-09-20; each rule names what it protects).
 */
import type { InputRole, Order } from '@sluice/contract';
import type { Supported } from '../contract.ts';
import type { Generation } from './auth.ts';
import { klingModels, type Route, routeOf } from './models.ts';
import { hasNegativeField, withNegative } from './prompt.ts';

const SHOTS_MOST = 6;
const SHOT_PROMPT_MAX = 512;
const INPUT_NAME = /^[A-Za-z][A-Za-z0-9_]{0,31}$/;
/** Legacy carries element ids as 64-bit integers. */
const LONG_DIGITS = /^[1-9]\d{0,18}$/;

export const fieldOfRole: Readonly<Record<InputRole, string>> = {
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

type Check = { order: Order; route: Route; generation: Generation };

export function supportsOrder(order: Order, generation: Generation): Supported {
  if (!Object.hasOwn(klingModels, order.model)) return no('model', `Kling has no model ${order.model}`);
  const route = routeOf(order.model, order.mode);
  if (!route) return no('mode', `${order.model} has no ${order.mode} on Kling`);
  if (generation === 'legacy' && !route.legacy) {
    return no('model', `${order.model} exists on the new API generation only; this path uses the legacy one`);
  }
  const check = { order, route, generation };
  for (const part of [frameLimits, promptLimits, inputLimits, shotLimits, combinationLimits]) {
    const found = part(check);
    if (found) return found;
  }
  return { ok: true };
}

function no(field: string, reason: string): Supported & { ok: false } {
  return { ok: false, field, reason };
}

export function countOf(order: Order, ...roles: InputRole[]): number {
  return order.inputs.filter((input) => roles.includes(input.role)).length;
}

function frameLimits({ order, route }: Check): Supported | null {
  if (!route.resolutions.includes(order.resolution)) {
    return no('quality', `${order.model} renders ${route.resolutions.join(', ')}, not ${order.resolution}`);
  }
  if (!route.sounds.includes(order.sound)) {
    return no('sound', `${order.model} in ${order.mode} takes sound ${route.sounds.join(' or ')}`);
  }
  if (route.seconds === null) {
    if (order.seconds !== null) return no('duration', 'the length follows the input video');
  } else if (order.seconds === null) {
    if (countOf(order, 'reference_video') === 0) return no('duration', 'a length is needed');
  } else if (!route.seconds.includes(order.seconds)) {
    return no('duration', `${order.model} renders ${route.seconds.join(', ')} seconds`);
  }
  if (order.aspectRatio !== null && !route.aspectRatios.includes(order.aspectRatio)) {
    const allowed = route.aspectRatios.length
      ? `one of ${route.aspectRatios.join(', ')}`
      : 'none: it follows the input';
    return no('aspect_ratio', `possible here: ${allowed}`);
  }
  if (route.orientations.length > 0 && order.orientation === null) {
    return no('model_params.character_orientation', 'image or video must be chosen');
  }
  if (order.orientation !== null && !route.orientations.includes(order.orientation)) {
    return no('model_params.character_orientation', `${order.model} in ${order.mode} has no orientation`);
  }
  return null;
}

function promptLimits({ order, route, generation }: Check): Supported | null {
  const max = route.promptMax[generation];
  const custom = order.multiShot === 'custom';
  if (!custom && order.prompt.trim() === '' && (route.kind === 'text' || route.kind === 'omni')) {
    return no('prompt', 'a prompt is needed');
  }
  const negative = order.negativePrompt;
  if (negative === null || hasNegativeField(generation, route)) {
    if (!custom && order.prompt.length > max) return no('prompt', `at most ${max} characters on this path`);
    return negative !== null && negative.length > max
      ? no('negative_prompt', `at most ${max} characters`)
      : null;
  }
  if (route.kind === 'motion') return no('negative_prompt', `${order.model} has no negative prompt`);
  if (custom) return no('negative_prompt', 'this path has no negative prompt beside customised shots');
  if (withNegative(order.prompt, negative).length > max) {
    return no('negative_prompt', `this path puts it into the prompt, which has at most ${max} characters`);
  }
  return null;
}

function inputLimits({ order, route, generation }: Check): Supported | null {
  for (const [index, input] of order.inputs.entries()) {
    const field = fieldOfRole[input.role];
    if (!route.inputs[input.role]) return no(field, `${order.model} in ${order.mode} takes no ${input.role}`);
    if (!INPUT_NAME.test(input.name)) return no(field, `the name ${input.name} cannot be used in a prompt`);
    // The vendor asks for ids that are no substrings of one another: "@image_1" would also match "@image_10".
    const clash = order.inputs.some((other, at) => at !== index && other.name.includes(input.name));
    if (clash) return no(field, `the input name ${input.name} is part of another one`);
    if (input.role === 'element') {
      const found = elementLimits(input.elementId, generation);
      if (found) return found;
    } else if (!input.url) return no(field, `the ${input.role} has no address`);
    else if (input.url.startsWith('data:') && !isImageRole(input.role)) {
      return no(field, 'Kling takes videos by address only');
    }
  }
  for (const [role, count] of inputCounts(route)) {
    const given = countOf(order, role);
    if (given < count.min) return no(fieldOfRole[role], `${order.mode} needs ${count.min} ${role}`);
    if (given > count.max) return no(fieldOfRole[role], `at most ${count.max} ${role}`);
  }
  return null;
}

function elementLimits(elementId: string | undefined, generation: Generation): Supported | null {
  if (!elementId) return no('element_list', 'an element needs its id');
  if (generation === 'legacy' && !LONG_DIGITS.test(elementId)) {
    return no('element_list', 'the legacy API generation takes element ids that are whole numbers');
  }
  return null;
}

function inputCounts(route: Route): [InputRole, { min: number; max: number }][] {
  const roles = Object.keys(fieldOfRole) as InputRole[];
  return roles.flatMap((role) => {
    const count = route.inputs[role];
    return count ? [[role, count] satisfies [InputRole, { min: number; max: number }]] : [];
  });
}

export function isImageRole(role: InputRole): boolean {
  return (
    role === 'first_frame' || role === 'last_frame' || role === 'reference_image' || role === 'motion_image'
  );
}

function shotLimits({ order, route }: Check): Supported | null {
  if (!route.multiShot.includes(order.multiShot)) {
    return no(
      'model_params.multi_shot',
      `${order.model} in ${order.mode} cannot do multi-shot ${order.multiShot}`,
    );
  }
  const field = 'model_params.multi_prompt';
  if (order.multiShot !== 'custom') {
    return order.shots.length > 0 ? no(field, 'shots need customised multi-shot') : null;
  }
  if (order.shots.length < 1 || order.shots.length > SHOTS_MOST) return no(field, `1 to ${SHOTS_MOST} shots`);
  for (const [index, shot] of order.shots.entries()) {
    if (shot.prompt.trim() === '' || shot.prompt.length > SHOT_PROMPT_MAX) {
      return no(`${field}[${index}].prompt`, `1 to ${SHOT_PROMPT_MAX} characters`);
    }
    if (shot.seconds < 1) return no(`${field}[${index}].duration`, 'at least one second');
  }
  const total = order.shots.reduce((sum, shot) => sum + shot.seconds, 0);
  return total === order.seconds
    ? null
    : no(field, `the shots add up to ${total} s, the clip to ${order.seconds} s`);
}

type Rule = { broken: (check: Check) => boolean; field: string; reason: string };

const is = (order: Order, ...models: string[]) => models.includes(order.model);
const references = (order: Order) => countOf(order, 'reference_image', 'element');
const frames = (order: Order) => countOf(order, 'first_frame', 'last_frame');
const videos = (order: Order) => countOf(order, 'reference_video', 'base_video');

const rules: readonly Rule[] = [
  {
    broken: ({ order }) => countOf(order, 'last_frame') > 0 && countOf(order, 'first_frame') === 0,
    field: 'image_end',
    reason: 'a last frame needs a first frame',
  },
  {
    broken: ({ order }) => is(order, 'kling-2.6') && order.sound === 'on' && order.resolution !== '1080p',
    field: 'quality',
    reason: 'sound of 2.6 needs 1080p',
  },
  {
    broken: ({ order }) =>
      is(order, 'kling-2.6', 'kling-2.5-turbo') && frames(order) === 2 && order.resolution !== '1080p',
    field: 'quality',
    reason: 'first and last frame need 1080p here',
  },
  {
    broken: ({ order }) => is(order, 'kling-2.6') && frames(order) === 2 && order.sound !== 'off',
    field: 'sound',
    reason: 'first and last frame are silent on 2.6',
  },
  {
    broken: ({ order, route }) =>
      route.kind === 'motion' && countOf(order, 'element') > 0 && order.orientation !== 'video',
    field: 'model_params.character_orientation',
    reason: 'with an element the orientation follows the video',
  },
  {
    broken: ({ order, route }) =>
      route.kind === 'omni' && order.mode === 'reference-to-video' && references(order) + videos(order) === 0,
    field: 'image_urls',
    reason: 'a reference image, video or element is needed',
  },
  {
    // Required by the vendor's notes when nothing else sets the frame, although its table shows a default.
    broken: ({ order, route }) =>
      route.kind === 'omni' &&
      order.aspectRatio === null &&
      countOf(order, 'first_frame') + videos(order) === 0,
    field: 'aspect_ratio',
    reason: 'an aspect ratio is needed when neither a first frame nor a video sets it',
  },
  {
    broken: ({ order, route }) => route.kind === 'omni' && references(order) > (videos(order) > 0 ? 4 : 7),
    field: 'image_urls',
    reason: 'at most 7 reference images and elements together, 4 beside a video',
  },
  {
    broken: ({ order, route }) =>
      is(order, 'kling-o3') && route.kind === 'omni' && frames(order) > 0 && countOf(order, 'element') > 3,
    field: 'element_list',
    reason: 'at most 3 elements beside a first frame',
  },
  {
    broken: ({ order }) => order.sound === 'original' && videos(order) + countOf(order, 'motion_video') === 0,
    field: 'sound',
    reason: 'there is no input video whose sound could be kept',
  },
  {
    broken: ({ order }) =>
      is(order, 'kling-o3') && countOf(order, 'reference_video') > 0 && order.sound !== 'off',
    field: 'sound',
    reason: 'a reference video is rendered silent',
  },
  {
    // New: multi_shot "can only be true". Legacy: multi-shot with shot_type intelligence is what is
    // documented.
    broken: ({ order }) =>
      is(order, 'kling-o3') && countOf(order, 'reference_video') > 0 && order.multiShot !== 'auto',
    field: 'model_params.multi_shot',
    reason: 'with a reference video the model chooses the shots itself',
  },
  {
    broken: ({ order }) => is(order, 'kling-o1') && frames(order) === 2 && references(order) > 0,
    field: 'image_urls',
    reason: 'first and last frame exclude references on O1',
  },
  {
    broken: ({ order }) =>
      is(order, 'kling-o1') && countOf(order, 'reference_video') > 0 && countOf(order, 'last_frame') > 0,
    field: 'image_end',
    reason: 'a reference video excludes a last frame on O1',
  },
  {
    broken: ({ order, generation }) =>
      is(order, 'kling-o1') && generation === 'legacy' && frames(order) > 0 && countOf(order, 'element') > 0,
    field: 'element_list',
    reason: 'frames exclude elements for O1 on the legacy generation',
  },
  {
    // Sources differ for plain text (3-10 by the field, 5 or 10 by the capability map); 5 and 10 are safe
    // in both.
    broken: ({ order }) =>
      is(order, 'kling-o1') &&
      references(order) + videos(order) + countOf(order, 'last_frame') === 0 &&
      order.seconds !== 5 &&
      order.seconds !== 10,
    field: 'duration',
    reason: 'O1 renders 5 or 10 seconds from text or a first frame alone',
  },
];

function combinationLimits(check: Check): Supported | null {
  const broken = rules.find((rule) => rule.broken(check));
  return broken ? no(broken.field, broken.reason) : null;
}
