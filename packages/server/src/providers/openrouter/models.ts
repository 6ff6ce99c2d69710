/**
 * What OpenRouter renders of Kling, as data. One model is confirmed (page of kwaivgi/kling-v3.0-std, 2026-04-29): 720p,
 * 3 to 15 s, first and last frame, sound if wanted. The id of its 1080p tier is not; it is a setting of the path.
 */
import type { InputRole, Mode, Order } from '@sluice/contract';
import type { PathContext, Supported } from '../contract.ts';
import { accessOf } from './auth.ts';

export type Route = {
  seconds: readonly number[];
  aspectRatios: readonly string[];
  frames: Readonly<Partial<Record<InputRole, { min: number; max: number; frameType: string }>>>;
};

/** Not stated by OpenRouter; the limit of the vendor behind it. */
export const PROMPT_MAX = 2500;

const seconds = Array.from({ length: 13 }, (_, at) => at + 3);

export const openRouterModels: Readonly<
  Record<string, { standard: string; modes: Readonly<Partial<Record<Mode, Route>>> }>
> = {
  'kling-3.0': {
    standard: 'kwaivgi/kling-v3.0-std',
    modes: {
      'text-to-video': { seconds, aspectRatios: ['16:9', '9:16', '1:1'], frames: {} },
      'image-to-video': {
        seconds,
        aspectRatios: [],
        frames: {
          first_frame: { min: 1, max: 1, frameType: 'first_frame' },
          last_frame: { min: 0, max: 1, frameType: 'last_frame' },
        },
      },
    },
  },
};

export function routeOf(order: Pick<Order, 'model' | 'mode'>): Route | null {
  const model = Object.hasOwn(openRouterModels, order.model) ? openRouterModels[order.model] : undefined;
  return model?.modes[order.mode] ?? null;
}

/** The id for this order's resolution; null where there is none that we know. */
export function modelIdOf(order: Order, path: PathContext): string | null {
  const access = accessOf(path);
  if (!access.ok || !Object.hasOwn(openRouterModels, order.model)) return null;
  if (order.resolution === '720p') return openRouterModels[order.model]?.standard ?? null;
  return order.resolution === '1080p' ? access.proModel : null;
}

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
  const access = accessOf(path);
  if (!access.ok) return no('path', access.reason);
  if (!Object.hasOwn(openRouterModels, order.model)) {
    return no('model', `OpenRouter is not known to have ${order.model}`);
  }
  const route = routeOf(order);
  if (!route) return no('mode', `${order.model} has no ${order.mode} on OpenRouter`);
  return choiceFault(order, route, path) ?? inputFault(order, route) ?? { ok: true };
}

function choiceFault(order: Order, route: Route, path: PathContext): Supported | null {
  if (modelIdOf(order, path) === null) {
    const hint = order.resolution === '1080p' ? '; the setting pro_model names its id' : '';
    return no('quality', `${order.resolution} is not confirmed here${hint}`);
  }
  if (order.seconds === null || !route.seconds.includes(order.seconds))
    return no('duration', '3 to 15 seconds');
  if (order.sound === 'original') return no('sound', 'there is no input video whose sound could be kept');
  if (order.aspectRatio !== null && !route.aspectRatios.includes(order.aspectRatio)) {
    return no('aspect_ratio', 'a first frame sets it, or it is not one of 16:9, 9:16, 1:1');
  }
  if (order.aspectRatio === null && route.aspectRatios.length > 0) {
    return no('aspect_ratio', 'an aspect ratio is needed');
  }
  if (order.prompt.trim() === '' || order.prompt.length > PROMPT_MAX) {
    return no('prompt', `1 to ${PROMPT_MAX} characters`);
  }
  if (order.negativePrompt !== null) return no('negative_prompt', 'OpenRouter has no field for it');
  if (order.multiShot !== 'off') return no('model_params.multi_shot', 'OpenRouter has no field for shots');
  if (order.orientation !== null) return no('model_params.character_orientation', 'there is no orientation');
  return order.watermark ? no('model_params.watermark_info', 'OpenRouter makes no watermark') : null;
}

function inputFault(order: Order, route: Route): Supported | null {
  for (const { role, url } of order.inputs) {
    if (!route.frames[role]) return no(fieldOfRole[role], `${order.mode} takes no ${role} here`);
    if (!url) return no(fieldOfRole[role], `the ${role} has no address`);
  }
  for (const role of ['first_frame', 'last_frame'] as const) {
    const given = order.inputs.filter((input) => input.role === role).length;
    const count = route.frames[role];
    if (count && (given < count.min || given > count.max)) {
      return no(fieldOfRole[role], `${count.min} to ${count.max} ${role}`);
    }
  }
  return null;
}

function no(field: string, reason: string): Supported & { ok: false } {
  return { ok: false, field, reason };
}
