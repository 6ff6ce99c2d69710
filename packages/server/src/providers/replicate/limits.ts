/** Can Replicate do exactly this order? Asked before any money is held; names the field at fault as the API does. */
import { InputRole, type Order } from '@sluice/contract';
import type { Supported } from '../contract.ts';
import { modelOf, PROMPT_MAX, type Route, routeOf } from './models.ts';
import { unaddressable } from './prompt.ts';

const SHOTS_MOST = 6;

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

type Check = { order: Order; route: Route };

export function supportsOrder(order: Order): Supported {
  if (!modelOf(order.model)) return no('model', `Replicate is not known to render ${order.model}`);
  const route = routeOf(order);
  if (!route) return no('mode', `${order.model} has no ${order.mode} on Replicate`);
  for (const part of [choiceLimits, lengthLimits, wordLimits, inputLimits, shotLimits]) {
    const found = part({ order, route });
    if (found) return found;
  }
  return { ok: true };
}

function no(field: string, reason: string): Supported & { ok: false } {
  return { ok: false, field, reason };
}

export function has(order: Order, ...roles: InputRole[]): boolean {
  return order.inputs.some(({ role }) => roles.includes(role));
}

function choiceLimits({ order, route }: Check): Supported | null {
  if (!route.resolutions[order.resolution]) {
    return no('quality', `Replicate renders ${Object.keys(route.resolutions).join(' or ')}`);
  }
  if (!route.sounds.includes(order.sound)) {
    return no('sound', `${order.model} in ${order.mode} takes sound ${route.sounds.join(' or ')} here`);
  }
  if (order.sound === 'on' && has(order, 'reference_video', 'base_video')) {
    return no('sound', 'beside a video no sound is made');
  }
  if (order.sound === 'original' && !has(order, 'reference_video', 'base_video')) {
    return no('sound', 'there is no input video whose sound could be kept');
  }
  if (order.orientation !== null) return no('model_params.character_orientation', 'there is no orientation');
  if (order.watermark) return no('model_params.watermark_info', 'Replicate makes no watermark');
  if (order.aspectRatio === null) {
    const needed = route.aspectRatios.length > 0 && !has(order, 'first_frame', 'reference_video');
    return needed ? no('aspect_ratio', 'an aspect ratio is needed when no first frame sets it') : null;
  }
  const free = route.aspectRatios.includes(order.aspectRatio) && !has(order, 'first_frame');
  return free ? null : no('aspect_ratio', 'a first frame sets it, or it is not one of 16:9, 9:16, 1:1');
}

function lengthLimits({ order: { seconds, ...order }, route }: Check): Supported | null {
  if (route.seconds === null) {
    return seconds === null ? null : no('duration', 'the length follows the video that is edited');
  }
  if (seconds === null) return no('duration', 'a length is needed');
  const beside = order.inputs.some(({ role }) => role === 'reference_video');
  const allowed = beside ? route.secondsWithVideo : route.seconds;
  return allowed.includes(seconds) ? null : no('duration', `one of ${allowed.join(', ')} seconds here`);
}

function wordLimits({ order, route }: Check): Supported | null {
  if (order.prompt.trim() === '' && order.multiShot !== 'custom') return no('prompt', 'a prompt is needed');
  if (order.prompt.length > PROMPT_MAX) return no('prompt', `at most ${PROMPT_MAX} characters`);
  const stray = unaddressable(order);
  if (stray !== null) return no('prompt', `${stray} cannot be addressed in a prompt on Replicate`);
  if (order.negativePrompt === null) return null;
  if (!route.negativePrompt) return no('negative_prompt', `${order.model} has none on Replicate`);
  return order.negativePrompt.length > PROMPT_MAX
    ? no('negative_prompt', `at most ${PROMPT_MAX} characters`)
    : null;
}

function inputLimits({ order, route }: Check): Supported | null {
  for (const input of order.inputs) {
    const field = fieldOfRole[input.role];
    if (!route.inputs[input.role])
      return no(field, `${order.model} in ${order.mode} takes no ${input.role} here`);
    if (!input.url) return no(field, `the ${input.role} has no address`);
    if (input.url.startsWith('data:') && input.role.endsWith('video')) {
      return no(field, 'videos by address only');
    }
  }
  for (const role of InputRole.options) {
    const count = route.inputs[role];
    const given = order.inputs.filter((input) => input.role === role).length;
    if (count && given < count.min) return no(fieldOfRole[role], `${order.mode} needs ${count.min} ${role}`);
    if (count && given > count.max) return no(fieldOfRole[role], `at most ${count.max} ${role}`);
  }
  if (has(order, 'last_frame') && !has(order, 'first_frame')) {
    return no('image_end', 'a last frame needs a first frame');
  }
  const images = order.inputs.filter(({ role }) => role === 'reference_image').length;
  if (images > 4 && has(order, 'reference_video')) return no('image_urls', 'at most 4 beside a video');
  const bare = order.mode === 'reference-to-video' && images === 0 && !has(order, 'reference_video');
  return bare ? no('image_urls', 'a reference image or video is needed') : null;
}

function shotLimits({ order, route }: Check): Supported | null {
  const field = 'model_params.multi_shot';
  if (!route.multiShot.includes(order.multiShot)) {
    return no(field, `${order.model} in ${order.mode} cannot do multi-shot ${order.multiShot} on Replicate`);
  }
  if (order.multiShot === 'auto' && !has(order, 'reference_video')) {
    return no(field, 'shots cut by the model have no field on Replicate');
  }
  if (order.multiShot !== 'custom')
    return order.shots.length === 0 ? null : no(field, 'shots need multi-shot custom');
  const list = 'model_params.multi_prompt';
  if (order.shots.length < 1 || order.shots.length > SHOTS_MOST) return no(list, `1 to ${SHOTS_MOST} shots`);
  const empty = order.shots.findIndex(({ prompt, seconds }) => prompt.trim() === '' || seconds < 1);
  if (empty >= 0) return no(`${list}[${empty}].prompt`, 'a shot needs words and at least a second');
  const total = order.shots.reduce((sum, shot) => sum + shot.seconds, 0);
  return total === order.seconds
    ? null
    : no(list, `the shots add up to ${total} s, the clip to ${order.seconds} s`);
}
