/**
 * Can Kie do exactly this order? Asked before any money is held; the answer names the field at fault as the API
 * spells it.
 */
import { InputRole, type Order } from '@sluice/contract';
import type { Supported } from '../contract.ts';
import { kieModels, type Route, routeOf } from './models.ts';

const PROMPT_MAX = 2500;
const SHOTS_MOST = 5;
const SHOT_PROMPT_MAX = 500;
const SHOT_SECONDS_MOST = 12;

const fieldOfRole: Readonly<Partial<Record<InputRole, string>>> = {
  first_frame: 'image_start',
  last_frame: 'image_end',
  middle_frame: 'image_middle',
  reference_image: 'image_urls',
  motion_image: 'image_urls',
  motion_video: 'video_urls',
  element: 'element_list',
};

type Refused = Extract<Supported, { ok: false }>;

export function supportsOrder(order: Order): Supported {
  if (!Object.hasOwn(kieModels, order.model)) return no('model', `there is no model ${order.model} at Kie`);
  const route = routeOf(order.model, order.mode);
  if (!route) return no('mode', `${order.model} has no ${order.mode} at Kie`);
  for (const limit of [frameLimits, wordLimits, inputLimits, shotLimits, otherLimits]) {
    const found = limit(order, route);
    if (found) return found;
  }
  return { ok: true };
}

function no(field: string, reason: string): Refused {
  return { ok: false, field, reason };
}

function frameLimits(order: Order, route: Route): Refused | null {
  if (route.modes[order.resolution] === undefined) {
    return no(
      'quality',
      `${route.id} renders ${Object.keys(route.modes).join(', ')}, not ${order.resolution}`,
    );
  }
  if (route.seconds === null) {
    if (order.seconds !== null) return no('duration', 'the length follows the input video');
  } else if (order.seconds === null || !route.seconds.includes(order.seconds)) {
    return no('duration', `${route.id} renders ${route.seconds.join(', ')} seconds`);
  }
  if (order.aspectRatio !== null && !route.aspectRatios.includes(order.aspectRatio)) {
    const allowed = route.aspectRatios.length
      ? `one of ${route.aspectRatios.join(', ')}`
      : 'none: it follows the input';
    return no('aspect_ratio', `possible here: ${allowed}`);
  }
  return route.sounds.includes(order.sound)
    ? null
    : no('sound', `${route.id} takes sound ${route.sounds.join(' or ')}`);
}

function wordLimits(order: Order, route: Route): Refused | null {
  const custom = order.multiShot === 'custom';
  if (!custom && route.promptNeeded && order.prompt.trim() === '') return no('prompt', 'a prompt is needed');
  if (!custom && order.prompt.length > PROMPT_MAX) return no('prompt', `at most ${PROMPT_MAX} characters`);
  return order.negativePrompt === null ? null : no('negative_prompt', `${route.id} has no negative prompt`);
}

function inputLimits(order: Order, route: Route): Refused | null {
  for (const input of order.inputs) {
    const field = fieldOfRole[input.role] ?? 'video_url';
    // Elements are made inside the order here, from pictures; one that exists elsewhere cannot be named.
    if (!route.inputs[input.role]) return no(field, `${route.id} takes no ${input.role}`);
    if (!/^https?:\/\//i.test(input.url ?? '')) {
      return no(field, `the ${input.role} needs a web address; Kie takes nothing inside the request`);
    }
  }
  for (const role of InputRole.options) {
    const count = route.inputs[role];
    if (!count) continue;
    const given = order.inputs.filter((input) => input.role === role).length;
    const field = fieldOfRole[role] ?? 'video_url';
    if (given < count.min) return no(field, `${order.mode} needs ${count.min} ${role}`);
    if (given > count.max) return no(field, `at most ${count.max} ${role}`);
  }
  return null;
}

function shotLimits(order: Order, route: Route): Refused | null {
  const { multiShot, shots, seconds } = order;
  if (!route.multiShot.includes(multiShot)) {
    return no('model_params.multi_shot', `${route.id} cannot do multi-shot ${multiShot}`);
  }
  if (multiShot !== 'custom') return null;
  if (order.inputs.some(({ role }) => role === 'last_frame')) {
    return no('image_end', 'customised shots take a first frame only');
  }
  if (shots.length === 0 || shots.length > SHOTS_MOST) {
    return no('model_params.multi_prompt', `1 to ${SHOTS_MOST} shots`);
  }
  for (const [index, shot] of shots.entries()) {
    const place = `model_params.multi_prompt[${index}]`;
    if (shot.prompt.trim() === '' || shot.prompt.length > SHOT_PROMPT_MAX) {
      return no(`${place}.prompt`, `1 to ${SHOT_PROMPT_MAX} characters`);
    }
    if (shot.seconds < 1 || shot.seconds > SHOT_SECONDS_MOST) {
      return no(`${place}.duration`, `1 to ${SHOT_SECONDS_MOST} seconds`);
    }
  }
  const total = shots.reduce((sum, shot) => sum + shot.seconds, 0);
  return total === seconds ? null : no('model_params.multi_prompt', `the shots must add up to ${seconds} s`);
}

function otherLimits(order: Order, route: Route): Refused | null {
  const field = 'model_params.character_orientation';
  if (route.orientations.length > 0 && order.orientation === null)
    return no(field, 'image or video must be chosen');
  if (order.orientation !== null && !route.orientations.includes(order.orientation)) {
    return no(field, `${route.id} has no orientation`);
  }
  return order.watermark
    ? no('model_params.watermark_info', 'clips with a watermark are not offered here')
    : null;
}
