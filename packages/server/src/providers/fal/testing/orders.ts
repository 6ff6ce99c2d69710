/** Orders for tests: a plain one for each route, its declared variations, and what is refused. */
import { InputRole, Mode, type Order, type OrderInput, Resolution } from '@sluice/contract';
import { falModels, type Route } from '../models.ts';

export function orderOf(change: Partial<Order> = {}): Order {
  return {
    model: 'kling-3.0',
    mode: 'text-to-video',
    prompt: 'A paper boat on a rainy street',
    negativePrompt: null,
    seconds: 5,
    inputSeconds: null,
    aspectRatio: '16:9',
    resolution: '1080p',
    sound: 'off',
    multiShot: 'off',
    shots: [],
    orientation: null,
    watermark: false,
    inputs: [],
    ...change,
  };
}

const nameOfRole: Readonly<Record<InputRole, string>> = {
  first_frame: 'image_1',
  last_frame: 'image_2',
  middle_frame: 'image_4',
  reference_image: 'image_3',
  reference_video: 'video_1',
  base_video: 'video_1',
  motion_image: 'image_1',
  motion_video: 'video_1',
  element: 'element_1',
};

export function inputOf(role: InputRole, name: string = nameOfRole[role]): OrderInput {
  if (role === 'element') return { role, elementId: '893605946402811985', name };
  const ending = role.endsWith('video') ? 'mp4' : 'png';
  return { role, url: `https://media.example/${name}.${ending}`, name };
}

export type RouteOf = { model: string; mode: Mode; route: Route };

export function routes(): RouteOf[] {
  return Object.entries(falModels).flatMap(([model, modes]) =>
    Mode.options.flatMap((mode) => (modes[mode] ?? []).map((route) => ({ model, mode, route }))),
  );
}

/** The least that makes an order choose this route. */
export function plainOrder({ model, mode, route }: RouteOf): Order {
  const needed = InputRole.options.filter((role) => (route.inputs[role]?.min ?? 0) > 0);
  const optional: InputRole[] =
    mode === 'reference-to-video' && needed.length === 0 ? ['reference_image'] : [];
  return orderOf({
    model,
    mode,
    seconds: route.seconds === null ? null : 5,
    aspectRatio: route.aspectRatios[0] ?? null,
    resolution: Resolution.options.find((one) => route.endpoints[one] !== undefined) ?? '1080p',
    sound: route.sounds.includes('off') ? 'off' : (route.sounds[0] ?? 'off'),
    multiShot: route.multiShot[0] ?? 'off',
    orientation: route.orientations[1] ?? null,
    inputs: [...needed, ...optional].map((role) => inputOf(role)),
  });
}

/** Shots that fill the clip. */
export function shotsFor(seconds: number): Order['shots'] {
  return [
    { prompt: 'The boat sets off', seconds: 2 },
    { prompt: 'A gust turns it', seconds: seconds - 2 },
  ];
}

/** Each declared value of each field, on top of the plain order, with whatever else that value demands. */
export function declaredOrders(): { about: string; order: Order }[] {
  return routes().flatMap((one) => {
    const { model, mode, route } = one;
    const plain = plainOrder(one);
    const resolutions = Resolution.options.filter((resolution) => route.endpoints[resolution] !== undefined);
    const more = InputRole.options.filter((role) => route.inputs[role]?.min === 0);
    const variants: Partial<Order>[] = [
      {},
      ...(route.negativePrompt ? [{ negativePrompt: 'fog' }] : []),
      ...resolutions.map((resolution) => ({ resolution })),
      ...(route.seconds ?? []).map((seconds) => ({ seconds })),
      ...route.aspectRatios.map((aspectRatio) => ({ aspectRatio })),
      ...(route.aspectAuto ? [{ aspectRatio: null }] : []),
      ...route.sounds.map((sound) => ({ sound })),
      ...route.orientations.map((orientation) => ({ orientation })),
      ...route.multiShot.map((multiShot) => ({
        multiShot,
        shots: multiShot === 'custom' ? shotsFor(plain.seconds ?? 5) : [],
      })),
      ...more.map((role) => ({ inputs: withInput(plain, role) })),
    ];
    return variants.map((change) => ({
      about: `${model} ${mode} ${JSON.stringify(change).slice(0, 120)}`,
      order: { ...plain, ...change },
    }));
  });
}

function withInput(plain: Order, role: InputRole): OrderInput[] {
  const others = plain.inputs.filter((input) => input.role !== role);
  const alone = role === 'last_frame' && !others.some((input) => input.role === 'first_frame');
  return [...others, ...(alone ? [inputOf('first_frame')] : []), inputOf(role)];
}

type Undeclared = { about: string; order: Order; field: string };

const image = (name: string) => inputOf('reference_image', name);
const reference = (inputs: OrderInput[], change: Partial<Order> = {}) =>
  orderOf({ model: 'kling-o3', mode: 'reference-to-video', inputs, ...change });
const frames = (change: Partial<Order>) =>
  orderOf({ mode: 'image-to-video', aspectRatio: null, inputs: [inputOf('first_frame')], ...change });

export const refusedOrders: readonly Undeclared[] = [
  { about: 'an unknown model', field: 'model', order: orderOf({ model: 'kling-9' }) },
  { about: 'a name of every object', field: 'model', order: orderOf({ model: 'constructor' }) },
  {
    about: 'a model that fal is not known to have',
    field: 'model',
    order: orderOf({ model: 'kling-2.5-turbo' }),
  },
  { about: 'a mode that it lacks', field: 'mode', order: orderOf({ mode: 'video-edit' }) },
  { about: 'O1 from text', field: 'mode', order: orderOf({ model: 'kling-o1' }) },
  { about: '720p on 2.6', field: 'quality', order: orderOf({ model: 'kling-2.6', resolution: '720p' }) },
  {
    about: '4k of 4.0',
    field: 'quality',
    order: orderOf({ model: 'kling-4.0', resolution: '4k', sound: 'on' }),
  },
  { about: '7 s of 2.6', field: 'duration', order: orderOf({ model: 'kling-2.6', seconds: 7 }) },
  { about: '16 s', field: 'duration', order: orderOf({ seconds: 16 }) },
  {
    about: '31 s of 4.0',
    field: 'duration',
    order: orderOf({ model: 'kling-4.0', seconds: 31, sound: 'on' }),
  },
  { about: 'no length', field: 'duration', order: orderOf({ seconds: null }) },
  { about: 'a strange frame', field: 'aspect_ratio', order: orderOf({ aspectRatio: '4:3' }) },
  { about: 'no frame at all', field: 'aspect_ratio', order: orderOf({ aspectRatio: null }) },
  { about: 'a frame beside a first frame', field: 'aspect_ratio', order: frames({ aspectRatio: '1:1' }) },
  { about: 'a silent 4.0', field: 'sound', order: orderOf({ model: 'kling-4.0', sound: 'off' }) },
  { about: 'sound of nothing', field: 'sound', order: orderOf({ sound: 'original' }) },
  { about: 'no prompt', field: 'prompt', order: orderOf({ prompt: '  ' }) },
  { about: 'a long prompt', field: 'prompt', order: orderOf({ prompt: 'x'.repeat(2501) }) },
  { about: 'a frame by name', field: 'prompt', order: frames({ prompt: 'from <<<image_1>>> on' }) },
  { about: 'a watermark', field: 'model_params.watermark_info', order: orderOf({ watermark: true }) },
  {
    about: 'a negative prompt of O3',
    field: 'negative_prompt',
    order: orderOf({ model: 'kling-o3', negativePrompt: 'fog' }),
  },
  {
    about: 'an orientation',
    field: 'model_params.character_orientation',
    order: orderOf({ orientation: 'image' }),
  },
  {
    about: 'no orientation',
    field: 'model_params.character_orientation',
    order: orderOf({
      model: 'kling-motion-control',
      mode: 'motion-control',
      seconds: null,
      aspectRatio: null,
      inputs: [inputOf('motion_image'), inputOf('motion_video')],
    }),
  },
  { about: 'an image for text', field: 'image_urls', order: orderOf({ inputs: [image('image_1')] }) },
  { about: 'no first frame', field: 'image_start', order: frames({ inputs: [] }) },
  {
    about: 'frames in between of 3.0',
    field: 'image_middle',
    order: frames({ inputs: [inputOf('middle_frame')] }),
  },
  {
    about: 'nine frames in between',
    field: 'image_middle',
    order: frames({
      model: 'kling-4.0',
      sound: 'on',
      inputs: [inputOf('first_frame'), ...'abcdefghi'.split('').map((name) => inputOf('middle_frame', name))],
    }),
  },
  {
    about: 'a last frame of flash',
    field: 'image_end',
    order: frames({
      model: 'kling-4.0-flash',
      resolution: '720p',
      sound: 'on',
      inputs: [inputOf('first_frame'), inputOf('last_frame')],
    }),
  },
  {
    about: 'a last frame alone',
    field: 'image_end',
    order: reference([inputOf('last_frame'), image('image_3')]),
  },
  { about: 'an element by its id', field: 'element_list', order: reference([inputOf('element')]) },
  { about: 'eight references', field: 'image_urls', order: reference('abcdefgh'.split('').map(image)) },
  {
    about: 'seven references and a frame',
    field: 'image_urls',
    order: reference([inputOf('first_frame'), ...'abcdefg'.split('').map(image)]),
  },
  { about: 'no reference', field: 'image_urls', order: reference([]) },
  {
    about: 'references beside a first frame, which is the reference mode',
    field: 'image_urls',
    order: frames({ model: 'kling-o3', inputs: [inputOf('first_frame'), image('image_3')] }),
  },
  {
    about: 'a reference in the body of the request',
    field: 'image_urls',
    order: reference([{ ...image('image_1'), url: 'data:image/png;base64,AAAA' }]),
  },
  {
    about: 'a reference video with one shot on O3',
    field: 'model_params.multi_shot',
    order: reference([inputOf('reference_video')]),
  },
  {
    about: 'shots by the model on O3',
    field: 'model_params.multi_shot',
    order: orderOf({ model: 'kling-o3', multiShot: 'auto' }),
  },
  {
    about: 'shots that do not fill the clip',
    field: 'model_params.multi_prompt',
    order: orderOf({ multiShot: 'custom', shots: shotsFor(4) }),
  },
  {
    about: 'shots without saying so',
    field: 'model_params.multi_prompt',
    order: orderOf({ shots: shotsFor(5) }),
  },
  {
    about: 'seven shots',
    field: 'model_params.multi_prompt',
    order: orderOf({
      seconds: 7,
      multiShot: 'custom',
      shots: Array.from({ length: 7 }, () => ({ prompt: 'x', seconds: 1 })),
    }),
  },
  {
    about: 'an empty shot',
    field: 'model_params.multi_prompt[1].prompt',
    order: orderOf({ multiShot: 'custom', shots: [...shotsFor(5).slice(0, 1), { prompt: ' ', seconds: 3 }] }),
  },
  {
    about: 'a length for an edit',
    field: 'duration',
    order: orderOf({
      model: 'kling-o3',
      mode: 'video-edit',
      aspectRatio: null,
      inputs: [inputOf('base_video')],
    }),
  },
];
