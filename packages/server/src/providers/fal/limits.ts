/**
 * Can fal do exactly this order? Asked before any money is held; the answer names the field at fault as the API spells
 * it. Everything is read from the route table.
 */
import { InputRole, type Order } from '@sluice/contract';
import type { Supported } from '../contract.ts';
import { falModels, type Route, routeOf } from './models.ts';
import { unnameable } from './prompt.ts';

const SHOTS_MOST = 6;
const SHOT_PROMPT_MAX = 512;

const fieldOfRole: Readonly<Record<InputRole, string>> = {
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

type Refused = Extract<Supported, { ok: false }>;
type Check = { order: Order; route: Route };

export function supportsOrder(order: Order): Supported {
  if (!Object.hasOwn(falModels, order.model)) return no('model', `fal has no model ${order.model}`);
  const route = routeOf(order);
  if (!route) return no('mode', `${order.model} has no ${order.mode} on fal`);
  for (const part of [inputLimits, frameLimits, soundLimits, promptLimits, shotLimits]) {
    const found = part({ order, route });
    if (found) return found;
  }
  return { ok: true };
}

function no(field: string, reason: string): Refused {
  return { ok: false, field, reason };
}

function countOf(order: Order, role: InputRole): number {
  return order.inputs.filter((input) => input.role === role).length;
}

function inputLimits({ order, route }: Check): Refused | null {
  for (const input of order.inputs) {
    const field = fieldOfRole[input.role];
    if (input.role === 'element') {
      return no(field, 'fal takes elements as pictures, not by the id of the vendor’s library');
    }
    if (!route.inputs[input.role])
      return no(field, `${order.mode} of ${order.model} takes no ${input.role} beside these`);
    if (!/^https?:\/\//i.test(input.url ?? ''))
      return no(field, `fal takes the ${input.role} by its web address`);
  }
  for (const role of InputRole.options) {
    const count = route.inputs[role];
    if (!count) continue;
    const given = countOf(order, role);
    if (given < count.min) return no(fieldOfRole[role], `${order.mode} needs ${count.min} ${role}`);
    if (given > count.max) return no(fieldOfRole[role], `at most ${count.max} ${role}`);
  }
  const images =
    countOf(order, 'reference_image') + countOf(order, 'first_frame') + countOf(order, 'last_frame');
  if (route.imagesMost !== null && images > route.imagesMost) {
    return no('image_urls', `at most ${route.imagesMost} pictures together`);
  }
  if (countOf(order, 'last_frame') > 0 && countOf(order, 'first_frame') === 0) {
    return no('image_end', 'a last frame needs a first frame');
  }
  const references = countOf(order, 'reference_image') + countOf(order, 'reference_video');
  return order.mode === 'reference-to-video' && references === 0
    ? no('image_urls', 'a reference is needed')
    : null;
}

function frameLimits({ order, route }: Check): Refused | null {
  if (route.endpoints[order.resolution] === undefined) {
    const rendered = Object.keys(route.endpoints).join(', ');
    return no(
      'quality',
      `${order.model} in ${order.mode} renders ${rendered} on fal, not ${order.resolution}`,
    );
  }
  if (route.seconds === null) {
    if (order.seconds !== null) return no('duration', 'the length follows the input video');
  } else if (order.seconds === null || !route.seconds.includes(order.seconds)) {
    return no('duration', `one of ${route.seconds.join(', ')} seconds`);
  }
  if (order.aspectRatio === null) {
    const needed = route.aspectRatios.length > 0 && !route.aspectAuto && countOf(order, 'first_frame') === 0;
    return needed ? no('aspect_ratio', `one of ${route.aspectRatios.join(', ')}`) : null;
  }
  if (route.aspectRatios.includes(order.aspectRatio)) return null;
  return no('aspect_ratio', route.aspectRatios.join(', ') || 'the frame follows the input');
}

function soundLimits({ order, route }: Check): Refused | null {
  if (!route.sounds.includes(order.sound)) {
    return no('sound', `${order.model} in ${order.mode}: ${route.sounds.join(' or ')}`);
  }
  if (order.watermark) return no('model_params.watermark_info', 'fal adds no watermark');
  const orientation = 'model_params.character_orientation';
  if (order.orientation === null) {
    return route.orientations.length > 0 ? no(orientation, route.orientations.join(' or ')) : null;
  }
  return route.orientations.includes(order.orientation) ? null : no(orientation, 'there is no such field');
}

function promptLimits({ order, route }: Check): Refused | null {
  if (order.prompt.length > route.promptMax) return no('prompt', `at most ${route.promptMax} characters`);
  if (route.promptRequired && order.multiShot !== 'custom' && order.prompt.trim() === '') {
    return no('prompt', 'a prompt is needed');
  }
  if (order.negativePrompt !== null && !route.negativePrompt) {
    return no('negative_prompt', `${order.model} in ${order.mode} has no such field on fal`);
  }
  const texts = [order.prompt, ...order.shots.map((shot) => shot.prompt)];
  for (const text of texts) {
    const name = unnameable(text, order, route);
    if (name !== null) return no('prompt', `fal has no name by which a prompt could speak of ${name}`);
  }
  return null;
}

function shotLimits({ order, route }: Check): Refused | null {
  if (!route.multiShot.includes(order.multiShot)) {
    return no('model_params.multi_shot', `${order.model} in ${order.mode}: ${route.multiShot.join(' or ')}`);
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
