/** Orders for tests: what is declared, and what is refused. */
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

const framed: Partial<Order> = {
  mode: 'image-to-video',
  aspectRatio: null,
  inputs: [inputOf('first_frame')],
};

export function declaredOrders(): { about: string; order: Order }[] {
  const changes: Partial<Order>[] = [
    {},
    { resolution: '1080p' },
    { sound: 'on' },
    ...Array.from({ length: 13 }, (_, at) => ({ seconds: at + 3 })),
    ...['9:16', '1:1'].map((aspectRatio) => ({ aspectRatio })),
    framed,
    { ...framed, inputs: [inputOf('first_frame'), inputOf('last_frame')] },
  ];
  return changes.map((change) => ({ about: JSON.stringify(change).slice(0, 100), order: orderOf(change) }));
}

const refused = (field: string, change: Partial<Order>, about = field) => ({
  about,
  field,
  order: orderOf(change),
});

export const refusedOrders = [
  refused('model', { model: 'constructor' }),
  refused('model', { model: 'kling-o3' }, 'a model that it lacks'),
  refused('mode', { mode: 'video-edit' }),
  refused('quality', { resolution: '4k' }),
  refused('duration', { seconds: 16 }),
  refused('duration', { seconds: null }, 'no length'),
  refused('sound', { sound: 'original' }),
  refused('aspect_ratio', { aspectRatio: '4:3' }),
  refused('aspect_ratio', { aspectRatio: null }, 'no ratio for text'),
  refused('aspect_ratio', { ...framed, aspectRatio: '16:9' }, 'a ratio beside a frame'),
  refused('prompt', { prompt: ' ' }),
  refused('prompt', { prompt: 'x'.repeat(2501) }, 'a long prompt'),
  refused('negative_prompt', { negativePrompt: 'fog' }),
  refused('model_params.multi_shot', { multiShot: 'auto' }),
  refused('model_params.character_orientation', { orientation: 'image' }),
  refused('model_params.watermark_info', { watermark: true }),
  refused('image_urls', { inputs: [inputOf('reference_image')] }),
  refused('element_list', { ...framed, inputs: [inputOf('first_frame'), inputOf('element')] }),
  refused('image_start', { ...framed, inputs: [] }),
  refused('image_end', { ...framed, inputs: ['first_frame', 'last_frame', 'last_frame'].map(asInput) }),
];

function asInput(role: string): OrderInput {
  return inputOf(role === 'first_frame' ? 'first_frame' : 'last_frame');
}
