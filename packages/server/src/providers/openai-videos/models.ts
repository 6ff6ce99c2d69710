/**
 * What can be ordered on such a path: text to video, and image to video where it is said which field takes a frame. The
 * models are those that the path's settings name; the protocol itself has no list of theirs.
 */
import type { InputRole, Order } from '@sluice/contract';
import type { PathContext, Supported } from '../contract.ts';
import { headersFor } from './auth.ts';
import { type Shape, shapeOf } from './settings.ts';

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

export function supportsOrder(order: Order, path: PathContext): Supported {
  if (!headersFor(path)) return no('path', 'the credential of this path cannot be used');
  const found = shapeOf(path);
  if (!found.ok) return no('path', found.reason);
  const { shape } = found;
  if (!shape.models.has(order.model)) return no('model', `the settings of this path name no ${order.model}`);
  if (order.mode !== 'text-to-video' && order.mode !== 'image-to-video') {
    return no('mode', 'this protocol has no field for it');
  }
  return frameFault(order, shape) ?? wordFault(order, shape) ?? inputFault(order, shape) ?? { ok: true };
}

/** As listed for the ratio that was ordered, or the first one of the resolution where a picture sets the ratio. */
export function sizeOf(order: Order, shape: Shape): { width: number; height: number } | null {
  const wanted = order.aspectRatio === null ? null : `${order.resolution}/${order.aspectRatio}`;
  const first = [...shape.sizes.keys()].find((tier) => tier.startsWith(`${order.resolution}/`));
  const [width, height] = (shape.sizes.get(wanted ?? first ?? '') ?? '').split('x').map(Number);
  return width && height ? { width, height } : null;
}

function frameFault(order: Order, shape: Shape): Supported | null {
  const tiers = [...shape.sizes.keys()];
  if (!tiers.some((tier) => tier.startsWith(`${order.resolution}/`))) {
    return no('quality', `the settings of this path list ${tiers.join(', ')}`);
  }
  if (order.aspectRatio === null && order.mode === 'text-to-video') {
    return no('aspect_ratio', 'an aspect ratio is needed');
  }
  if (!sizeOf(order, shape)) return no('aspect_ratio', `the settings of this path list ${tiers.join(', ')}`);
  if (order.seconds === null) return no('duration', 'a length is needed');
  if (shape.lengths && !shape.lengths.includes(order.seconds)) {
    return no('duration', `one of ${shape.lengths.join(', ')} seconds on this path`);
  }
  return null;
}

function wordFault(order: Order, shape: Shape): Supported | null {
  if (order.prompt.trim() === '') return no('prompt', 'a prompt is needed');
  if (order.negativePrompt !== null && !shape.negative_prompt_field) {
    return no('negative_prompt', 'the settings of this path name no field for it');
  }
  if (order.sound === 'original') return no('sound', 'there is no input video whose sound could be kept');
  if (order.sound === 'on' && !shape.sound_field) {
    return no('sound', 'the settings of this path name no field for it');
  }
  if (order.multiShot !== 'off') return no('model_params.multi_shot', 'this protocol has no field for shots');
  if (order.orientation !== null) return no('model_params.character_orientation', 'there is no orientation');
  return order.watermark ? no('model_params.watermark_info', 'there is no watermark') : null;
}

function inputFault(order: Order, shape: Shape): Supported | null {
  const taken: Partial<Record<InputRole, string | undefined>> =
    order.mode === 'image-to-video'
      ? { first_frame: shape.first_frame_field, last_frame: shape.last_frame_field }
      : {};
  if (order.mode === 'image-to-video' && !shape.first_frame_field) {
    return no('mode', 'the settings of this path name no field for a first frame');
  }
  for (const { role, url } of order.inputs) {
    if (!taken[role]) return no(fieldOfRole[role], `no ${role} can be sent on this path`);
    if (!url) return no(fieldOfRole[role], `the ${role} has no address`);
    if (order.inputs.filter((input) => input.role === role).length > 1) {
      return no(fieldOfRole[role], `one ${role} at most`);
    }
  }
  const first = order.inputs.some(({ role }) => role === 'first_frame');
  return order.mode === 'image-to-video' && !first ? no('image_start', 'a first frame is needed') : null;
}

function no(field: string, reason: string): Supported & { ok: false } {
  return { ok: false, field, reason };
}
