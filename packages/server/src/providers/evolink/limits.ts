/**
 * Can the unified API do exactly this order? Asked before any money is held; the answer names the field at fault
 * as the API spells it. Single values come from the route table, combinations from the rules of the model behind.
 */
import { InputRole, type Order } from '@sluice/contract';
import type { Supported } from '../contract.ts';
import { evolinkModels, type Route, routeOf } from './models.ts';

const SHOTS_MOST = 6;
const SHOT_PROMPT_MAX = 512;
const NEGATIVE_PROMPT_MAX = 2500;

type Refused = Extract<Supported, { ok: false }>;

export function supportsOrder(order: Order): Supported {
  if (!Object.hasOwn(evolinkModels, order.model)) return no('model', `there is no model ${order.model} here`);
  const route = routeOf(order);
  if (!route) return no('mode', `${order.model} has no ${order.mode} here`);
  for (const limit of [
    frameLimits,
    lengthLimits,
    soundLimits,
    promptLimits,
    inputLimits,
    shotLimits,
    otherLimits,
  ]) {
    const found = limit(order, route);
    if (found) return found;
  }
  return { ok: true };
}

function no(field: string, reason: string): Refused {
  return { ok: false, field, reason };
}

export function countOf(order: Order, ...roles: InputRole[]): number {
  return order.inputs.filter((input) => roles.includes(input.role)).length;
}

function frameLimits(order: Order, route: Route): Refused | null {
  if (!route.resolutions.includes(order.resolution)) {
    return no('quality', `${route.id} renders ${route.resolutions.join(', ')}, not ${order.resolution}`);
  }
  if (order.aspectRatio !== null && !route.aspectRatios.includes(order.aspectRatio)) {
    const allowed = route.aspectRatios.length
      ? `one of ${route.aspectRatios.join(', ')}`
      : 'none: it follows the input';
    return no('aspect_ratio', `possible here: ${allowed}`);
  }
  return null;
}

function lengthLimits(order: Order, route: Route): Refused | null {
  if (route.seconds === null) {
    return order.seconds === null ? null : no('duration', 'the length follows the input video');
  }
  if (order.seconds === null) return no('duration', 'a length is needed');
  return route.seconds.includes(order.seconds)
    ? null
    : no('duration', `${route.id} renders ${route.seconds.join(', ')} seconds`);
}

function soundLimits(order: Order, route: Route): Refused | null {
  if (route.sounds.includes(order.sound)) return null;
  return no('sound', `${route.id} takes sound ${route.sounds.join(' or ')}`);
}

function promptLimits(order: Order, route: Route): Refused | null {
  const custom = order.multiShot === 'custom';
  if (!custom && route.promptNeeded && order.prompt.trim() === '') return no('prompt', 'a prompt is needed');
  if (!custom && order.prompt.length > route.promptMax)
    return no('prompt', `at most ${route.promptMax} characters`);
  if (order.negativePrompt === null) return null;
  if (!route.negativePrompt) return no('negative_prompt', `${route.id} has no negative prompt`);
  return order.negativePrompt.length > NEGATIVE_PROMPT_MAX
    ? no('negative_prompt', `at most ${NEGATIVE_PROMPT_MAX} characters`)
    : null;
}

export function fieldOfRole(role: InputRole, route: Pick<Route, 'video'>): string {
  switch (role) {
    case 'first_frame':
      return 'image_start';
    case 'last_frame':
      return 'image_end';
    case 'middle_frame':
      return 'image_middle';
    case 'reference_image':
    case 'motion_image':
      return 'image_urls';
    case 'reference_video':
    case 'base_video':
    case 'motion_video':
      return route.video;
    case 'element':
      return 'element_list';
  }
}

function inputLimits(order: Order, route: Route): Refused | null {
  for (const input of order.inputs) {
    const field = fieldOfRole(input.role, route);
    if (!route.inputs[input.role]) return no(field, `${route.id} takes no ${input.role}`);
    if (input.role === 'element') {
      if (!/^[1-9]\d{0,19}$/.test(input.elementId ?? ''))
        return no(field, 'an element needs its id, a whole number');
    } else if (!/^https?:\/\//i.test(input.url ?? '')) {
      return no(field, `the ${input.role} needs a web address; this path takes nothing inside the request`);
    }
  }
  for (const role of InputRole.options) {
    const count = route.inputs[role];
    if (!count) continue;
    const given = countOf(order, role);
    if (given < count.min)
      return no(fieldOfRole(role, route), `${order.mode} needs ${count.min} ${role} here`);
    if (given > count.max) return no(fieldOfRole(role, route), `at most ${count.max} ${role}`);
  }
  return combinationLimits(order);
}

/** The rules of the omni pages; the other models take too few inputs to break them. */
function combinationLimits(order: Order): Refused | null {
  const frames = countOf(order, 'first_frame', 'last_frame');
  const references = countOf(order, 'reference_image', 'element');
  const most = countOf(order, 'reference_video', 'base_video') > 0 ? 4 : 7;
  if (references > most)
    return no('image_urls', `at most ${most} reference images and elements together here`);
  if (order.mode === 'reference-to-video' && references + countOf(order, 'reference_video') === 0) {
    return no('image_urls', 'a reference image, an element or a reference video is needed');
  }
  if (countOf(order, 'first_frame') > 0 && countOf(order, 'element') > 3) {
    return no('element_list', 'at most 3 elements beside a first frame');
  }
  if (countOf(order, 'last_frame') === 0) return null;
  if (frames < 2) return no('image_start', 'a last frame needs a first frame');
  return countOf(order, 'reference_image') > 0
    ? no('image_end', 'a last frame excludes reference images')
    : null;
}

function shotLimits(order: Order, route: Route): Refused | null {
  const { multiShot, shots } = order;
  if (!route.multiShot.includes(multiShot)) {
    return no('model_params.multi_shot', `${route.id} cannot do multi-shot ${multiShot}`);
  }
  if (multiShot !== 'custom') {
    return shots.length > 0
      ? no('model_params.multi_prompt', 'shots belong to multi_shot with customize')
      : null;
  }
  if (shots.length === 0 || shots.length > SHOTS_MOST) {
    return no('model_params.multi_prompt', `1 to ${SHOTS_MOST} shots`);
  }
  for (const [index, shot] of shots.entries()) {
    const place = `model_params.multi_prompt[${index}]`;
    if (shot.prompt.trim() === '' || shot.prompt.length > SHOT_PROMPT_MAX) {
      return no(`${place}.prompt`, `1 to ${SHOT_PROMPT_MAX} characters`);
    }
    if (shot.seconds < 1) return no(`${place}.duration`, 'at least one second');
  }
  const total = shots.reduce((sum, shot) => sum + shot.seconds, 0);
  return total === order.seconds
    ? null
    : no('model_params.multi_prompt', `the shots must add up to ${order.seconds} s`);
}

function otherLimits(order: Order, route: Route): Refused | null {
  const field = 'model_params.character_orientation';
  if (route.orientations.length > 0 && order.orientation === null)
    return no(field, 'image or video must be chosen');
  if (order.orientation !== null && !route.orientations.includes(order.orientation)) {
    return no(field, `${route.id} has no orientation`);
  }
  if (route.orientations.length > 0 && countOf(order, 'element') > 0 && order.orientation !== 'video') {
    return no(field, 'with an element the orientation follows the video');
  }
  // The page has a switch for it but does not say which of the links would be the marked one.
  return order.watermark
    ? no('model_params.watermark_info', 'clips with a watermark are not offered here')
    : null;
}
