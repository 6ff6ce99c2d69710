/** Orders for tests: a plain one for each model and mode, its declared variations, and what is refused. */
import { InputRole, Mode, type Order, type OrderInput, type Resolution } from '@sluice/contract';
import { kieModels, type Route } from '../models.ts';

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
  const name = role === 'last_frame' ? 'image_2' : role.endsWith('video') ? 'video_1' : 'image_1';
  if (role === 'element') return { role, elementId: '893605946402811985', name: 'element_1' };
  return { role, url: `https://media.example/${name}.${role.endsWith('video') ? 'mp4' : 'png'}`, name };
}

/** Shots that fill the clip. */
export function shotsFor(seconds: number): Order['shots'] {
  return [
    { prompt: 'The boat sets off', seconds: 2 },
    { prompt: 'A gust turns it', seconds: seconds - 2 },
  ];
}

function plainOrder(model: string, mode: Mode, route: Route): Order {
  return orderOf({
    model,
    mode,
    seconds: route.seconds === null ? null : 5,
    aspectRatio: route.aspectRatios[0] ?? null,
    orientation: route.orientations.at(-1) ?? null,
    inputs: InputRole.options
      .filter((role) => (route.inputs[role]?.min ?? 0) > 0)
      .map((role) => inputOf(role)),
  });
}

/** Each declared value of each field, on top of the plain order. */
export function declaredOrders(): { about: string; order: Order }[] {
  return Object.entries(kieModels).flatMap(([model, modes]) =>
    Mode.options.flatMap((mode) => {
      const route = modes[mode];
      return route ? variantsOf(plainOrder(model, mode, route), route) : [];
    }),
  );
}

function variantsOf(plain: Order, route: Route): { about: string; order: Order }[] {
  const resolutions = Object.keys(route.modes) as Resolution[];
  const variants: Partial<Order>[] = [
    {},
    ...resolutions.map((resolution) => ({ resolution })),
    ...(route.seconds ?? []).map((seconds) => ({ seconds })),
    ...route.aspectRatios.map((aspectRatio) => ({ aspectRatio })),
    ...route.sounds.map((sound) => ({ sound })),
    ...route.orientations.map((orientation) => ({ orientation })),
    ...route.multiShot.map((multiShot) => ({ multiShot, shots: multiShot === 'custom' ? shotsFor(5) : [] })),
    ...InputRole.options
      .filter((role) => route.inputs[role]?.min === 0)
      .map((role) => ({ inputs: [...plain.inputs, inputOf(role)] })),
  ];
  return variants.map((change) => ({
    about: `${plain.model} ${plain.mode} ${JSON.stringify(change).slice(0, 120)}`,
    order: { ...plain, ...change },
  }));
}

const motion = (change: Partial<Order>) =>
  orderOf({
    model: 'kling-motion-control',
    mode: 'motion-control',
    seconds: null,
    aspectRatio: null,
    orientation: 'video',
    inputs: [inputOf('motion_image'), inputOf('motion_video')],
    ...change,
  });
const image = (change: Partial<Order>) => orderOf({ mode: 'image-to-video', aspectRatio: null, ...change });

export const refusedOrders: readonly { about: string; field: string; order: Order }[] = [
  { about: 'a model whose fields are not described', field: 'model', order: orderOf({ model: 'kling-o3' }) },
  { about: 'a name of every object', field: 'model', order: orderOf({ model: 'constructor' }) },
  { about: 'a mode that it lacks', field: 'mode', order: orderOf({ mode: 'video-edit' }) },
  { about: '4k motion', field: 'quality', order: motion({ resolution: '4k' }) },
  { about: '16 s', field: 'duration', order: orderOf({ seconds: 16 }) },
  { about: 'no length', field: 'duration', order: orderOf({ seconds: null }) },
  { about: 'a length for motion', field: 'duration', order: motion({ seconds: 5 }) },
  { about: 'a strange frame', field: 'aspect_ratio', order: orderOf({ aspectRatio: '4:3' }) },
  {
    about: 'a frame ratio beside a first frame',
    field: 'aspect_ratio',
    order: image({ aspectRatio: '16:9', inputs: [inputOf('first_frame')] }),
  },
  { about: 'the sound of a motion video', field: 'sound', order: motion({ sound: 'original' }) },
  { about: 'no prompt', field: 'prompt', order: orderOf({ prompt: '  ' }) },
  { about: 'a long prompt', field: 'prompt', order: orderOf({ prompt: 'x'.repeat(2501) }) },
  { about: 'a negative prompt', field: 'negative_prompt', order: orderOf({ negativePrompt: 'fog' }) },
  {
    about: 'a picture for text',
    field: 'image_urls',
    order: orderOf({ inputs: [inputOf('reference_image')] }),
  },
  { about: 'no first frame', field: 'image_start', order: image({}) },
  {
    about: 'an element',
    field: 'element_list',
    order: image({ inputs: [inputOf('first_frame'), inputOf('element')] }),
  },
  {
    about: 'a picture inside the request',
    field: 'image_start',
    order: image({ inputs: [{ role: 'first_frame', url: 'data:image/png;base64,AAAA', name: 'image_1' }] }),
  },
  { about: 'no motion video', field: 'video_urls', order: motion({ inputs: [inputOf('motion_image')] }) },
  {
    about: 'no orientation',
    field: 'model_params.character_orientation',
    order: motion({ orientation: null }),
  },
  {
    about: 'shots cut by the model',
    field: 'model_params.multi_shot',
    order: orderOf({ multiShot: 'auto' }),
  },
  {
    about: 'shots that do not fill the clip',
    field: 'model_params.multi_prompt',
    order: orderOf({ multiShot: 'custom', shots: shotsFor(4) }),
  },
  {
    about: 'a shot of 13 s',
    field: 'model_params.multi_prompt[1].duration',
    order: orderOf({ multiShot: 'custom', seconds: 15, shots: shotsFor(15) }),
  },
  {
    about: 'a last frame beside customised shots',
    field: 'image_end',
    order: image({
      multiShot: 'custom',
      shots: shotsFor(5),
      inputs: [inputOf('first_frame'), inputOf('last_frame')],
    }),
  },
  { about: 'a watermark', field: 'model_params.watermark_info', order: orderOf({ watermark: true }) },
];
