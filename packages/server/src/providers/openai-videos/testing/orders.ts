/** Orders for tests: what two differently configured paths take, and what each refuses. */
import type { InputRole, Order, OrderInput } from '@sluice/contract';

export function orderOf(change: Partial<Order> = {}): Order {
  return {
    model: 'kling-3.0',
    mode: 'text-to-video',
    prompt: 'A paper boat on a rainy street',
    negativePrompt: null,
    seconds: 5,
    inputSeconds: null,
    aspectRatio: '16:9',
    resolution: '720p',
    sound: 'off',
    multiShot: 'off',
    shots: [],
    orientation: null,
    watermark: false,
    inputs: [],
    ...change,
  };
}

export function inputOf(role: InputRole): OrderInput {
  if (role === 'element') return { role, elementId: '893605946402811985', name: 'element_1' };
  return { role, url: `https://media.example/${role}.png`, name: `image_${role}` };
}

export const framed: Partial<Order> = {
  mode: 'image-to-video',
  aspectRatio: null,
  inputs: [inputOf('first_frame')],
};

type OnPath = { about: string; path: string; order: Order };

export function declaredOrders(): OnPath[] {
  const of = (path: string, change: Partial<Order>) => ({
    about: JSON.stringify(change).slice(0, 100),
    path,
    order: orderOf(change),
  });
  const gateway: Partial<Order>[] = [
    {},
    { model: 'kling-o1' },
    { resolution: '1080p' },
    { aspectRatio: '1:1' },
    { seconds: 10 },
    { sound: 'on' },
    { negativePrompt: 'fog' },
    framed,
    { ...framed, resolution: '1080p', inputs: [inputOf('first_frame'), inputOf('last_frame')] },
  ];
  return [
    ...[{}, { aspectRatio: '9:16' }, { seconds: 3 }, { seconds: 15 }].map((change) => of('engine', change)),
    ...gateway.map((change) => of('gateway', change)),
  ];
}

export function refusedOrders(): (OnPath & { field: string })[] {
  const of = (path: string, field: string, change: Partial<Order>, about = field) => ({
    about,
    path,
    field,
    order: orderOf(change),
  });
  const both = (field: string, change: Partial<Order>, about = field) =>
    ['engine', 'gateway'].map((path) => of(path, field, change, about));
  return [
    ...both('model', { model: 'constructor' }),
    ...both('mode', { mode: 'video-edit' }),
    ...both('quality', { resolution: '4k' }),
    ...both('aspect_ratio', { aspectRatio: '4:3' }),
    ...both('aspect_ratio', { aspectRatio: null }, 'no ratio for text'),
    ...both('duration', { seconds: null }),
    ...both('prompt', { prompt: ' ' }),
    ...both('sound', { sound: 'original' }),
    ...both('model_params.multi_shot', { multiShot: 'auto' }),
    ...both('model_params.character_orientation', { orientation: 'image' }),
    ...both('model_params.watermark_info', { watermark: true }),
    ...both('image_urls', { inputs: [inputOf('reference_image')] }),
    of('engine', 'model', { model: 'kling-o1' }, 'a model that its settings do not name'),
    of('engine', 'quality', { resolution: '1080p' }, 'a frame that its settings do not list'),
    of('engine', 'mode', framed, 'a first frame without a field'),
    of('engine', 'sound', { sound: 'on' }, 'sound without a field'),
    of('engine', 'negative_prompt', { negativePrompt: 'fog' }, 'a negative prompt without a field'),
    of('gateway', 'duration', { seconds: 7 }, 'a length that its settings do not list'),
    of('gateway', 'image_start', { ...framed, inputs: [] }),
    of('gateway', 'element_list', { ...framed, inputs: [inputOf('first_frame'), inputOf('element')] }),
  ];
}
