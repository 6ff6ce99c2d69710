/** Orders for tests: a plain one for each model and mode, its declared variations, and what is refused. */
import { InputRole, Mode, type Order, type OrderInput } from '@sluice/contract';
import { evolinkModels, type Route } from '../models.ts';

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

const nameOfRole: Readonly<Record<string, string>> = {
  last_frame: 'image_2',
  reference_image: 'image_3',
  reference_video: 'video_1',
  base_video: 'video_1',
  motion_video: 'video_1',
  element: 'element_1',
};

export function inputOf(role: InputRole, name: string = nameOfRole[role] ?? 'image_1'): OrderInput {
  if (role === 'element') return { role, elementId: '893605946402811985', name };
  const ending = role.endsWith('video') ? 'mp4' : 'png';
  return { role, url: `https://media.example/${name}.${ending}`, name };
}

/** Shots that fill the clip. */
export function shotsFor(seconds: number): Order['shots'] {
  return [
    { prompt: 'The boat sets off', seconds: 2 },
    { prompt: 'A gust turns it', seconds: seconds - 2 },
  ];
}

/** The least that a route takes. */
export function plainOrder(model: string, mode: Mode, route: Route): Order {
  const needed = InputRole.options.filter((role) => (route.inputs[role]?.min ?? 0) > 0);
  const needsReference = mode === 'reference-to-video' && needed.length === 0;
  return orderOf({
    model,
    mode,
    seconds: route.seconds?.includes(5) ? 5 : null,
    aspectRatio: route.aspectRatios[0] ?? null,
    sound: route.sounds[0] ?? 'off',
    multiShot: route.multiShot[0] ?? 'off',
    orientation: route.orientations.at(-1) ?? null,
    inputs: [...needed, ...(needsReference ? (['reference_image'] as const) : [])].map((role) =>
      inputOf(role),
    ),
  });
}

/** Each declared value of each field, on top of the plain order. */
export function declaredOrders(): { about: string; order: Order }[] {
  return routes().flatMap(({ model, mode, route }) => {
    const plain = plainOrder(model, mode, route);
    const variants: Partial<Order>[] = [
      {},
      ...route.resolutions.map((resolution) => ({ resolution })),
      ...(route.seconds ?? []).map((seconds) => ({ seconds })),
      ...route.aspectRatios.map((aspectRatio) => ({ aspectRatio })),
      ...route.sounds.map((sound) => ({ sound })),
      ...route.orientations.map((orientation) => ({ orientation })),
      ...route.multiShot.map((multiShot) => ({
        multiShot,
        shots: multiShot === 'custom' ? shotsFor(5) : [],
      })),
      ...(route.negativePrompt ? [{ negativePrompt: 'fog' }] : []),
      ...InputRole.options
        .filter((role) => route.inputs[role]?.min === 0)
        .map((role) => ({ inputs: withInput(plain, role) })),
    ];
    return variants.map((change) => ({
      about: `${model} ${mode} ${JSON.stringify(change).slice(0, 120)}`,
      order: { ...plain, ...change },
    }));
  });
}

/** A last frame comes with a first one and without references. */
function withInput({ inputs, mode }: Order, role: InputRole): OrderInput[] {
  if (role !== 'last_frame' || mode !== 'reference-to-video') {
    return [...inputs.filter((input) => input.role !== role), inputOf(role)];
  }
  return [inputOf('first_frame'), inputOf('last_frame'), inputOf('element')];
}

export function routes(): { model: string; mode: Mode; route: Route }[] {
  return Object.entries(evolinkModels).flatMap(([model, modes]) =>
    Mode.options.flatMap((mode) => (modes[mode] ?? []).map((route) => ({ model, mode, route }))),
  );
}

const o3 = (change: Partial<Order>) => orderOf({ model: 'kling-o3', ...change });
const motion = (change: Partial<Order>) =>
  orderOf({
    model: 'kling-motion-control',
    mode: 'motion-control',
    seconds: null,
    aspectRatio: null,
    sound: 'original',
    orientation: 'video',
    inputs: [inputOf('motion_image'), inputOf('motion_video')],
    ...change,
  });

export const refusedOrders: readonly { about: string; field: string; order: Order }[] = [
  { about: 'an unknown model', field: 'model', order: orderOf({ model: 'kling-9' }) },
  { about: 'a name of every object', field: 'model', order: orderOf({ model: 'constructor' }) },
  { about: 'a model that is not sold here', field: 'model', order: orderOf({ model: 'kling-2.6' }) },
  { about: 'a mode that it lacks', field: 'mode', order: orderOf({ mode: 'video-edit' }) },
  { about: 'O1 from text', field: 'mode', order: orderOf({ model: 'kling-o1' }) },
  {
    about: '4k on turbo',
    field: 'quality',
    order: orderOf({ model: 'kling-3.0-turbo', sound: 'on', resolution: '4k' }),
  },
  {
    about: '1080p on O1',
    field: 'quality',
    order: orderOf({
      model: 'kling-o1',
      mode: 'image-to-video',
      aspectRatio: null,
      resolution: '1080p',
      inputs: [inputOf('first_frame')],
    }),
  },
  { about: '16 s', field: 'duration', order: orderOf({ seconds: 16 }) },
  { about: 'no length', field: 'duration', order: orderOf({ seconds: null }) },
  { about: 'a length for motion', field: 'duration', order: motion({ seconds: 5 }) },
  {
    about: '11 s beside a reference video',
    field: 'duration',
    order: o3({
      mode: 'reference-to-video',
      seconds: 11,
      multiShot: 'auto',
      inputs: [inputOf('reference_video')],
    }),
  },
  { about: 'a strange frame', field: 'aspect_ratio', order: orderOf({ aspectRatio: '4:3' }) },
  {
    about: 'a frame ratio beside a first frame',
    field: 'aspect_ratio',
    order: orderOf({ mode: 'image-to-video', inputs: [inputOf('first_frame')] }),
  },
  { about: 'silence on turbo', field: 'sound', order: orderOf({ model: 'kling-3.0-turbo' }) },
  { about: 'sound of nothing', field: 'sound', order: orderOf({ sound: 'original' }) },
  { about: 'no prompt', field: 'prompt', order: orderOf({ prompt: '  ' }) },
  { about: 'a long prompt', field: 'prompt', order: orderOf({ prompt: 'x'.repeat(2501) }) },
  {
    about: 'a negative prompt for motion',
    field: 'negative_prompt',
    order: motion({ negativePrompt: 'fog' }),
  },
  {
    about: 'an image for text',
    field: 'image_urls',
    order: orderOf({ inputs: [inputOf('reference_image')] }),
  },
  {
    about: 'no first frame',
    field: 'image_start',
    order: orderOf({ mode: 'image-to-video', aspectRatio: null }),
  },
  {
    about: 'a picture inside the request',
    field: 'image_start',
    order: orderOf({
      mode: 'image-to-video',
      aspectRatio: null,
      inputs: [{ role: 'first_frame', url: 'data:image/png;base64,AAAA', name: 'image_1' }],
    }),
  },
  {
    about: 'no reference at all',
    field: 'image_urls',
    order: o3({ mode: 'reference-to-video', inputs: [inputOf('first_frame')] }),
  },
  {
    about: 'five references beside a video',
    field: 'image_urls',
    order: o3({
      mode: 'reference-to-video',
      multiShot: 'auto',
      inputs: [
        inputOf('reference_video'),
        ...['a', 'b', 'c', 'd'].map((name) => inputOf('reference_image', name)),
        inputOf('element'),
      ],
    }),
  },
  {
    about: 'a first frame beside a reference video',
    field: 'image_start',
    order: o3({
      mode: 'reference-to-video',
      multiShot: 'auto',
      inputs: [inputOf('reference_video'), inputOf('first_frame')],
    }),
  },
  {
    about: 'a last frame beside a reference',
    field: 'image_end',
    order: o3({
      mode: 'image-to-video',
      inputs: [inputOf('first_frame'), inputOf('last_frame'), inputOf('reference_image')],
    }),
  },
  {
    about: 'a last frame alone',
    field: 'image_start',
    order: o3({ mode: 'reference-to-video', inputs: [inputOf('last_frame'), inputOf('reference_image')] }),
  },
  {
    about: 'four elements beside a first frame',
    field: 'element_list',
    order: o3({
      mode: 'reference-to-video',
      inputs: [inputOf('first_frame'), ...['a', 'b', 'c', 'd'].map((name) => inputOf('element', name))],
    }),
  },
  {
    about: 'shots cut by the model on O3',
    field: 'model_params.multi_shot',
    order: o3({ multiShot: 'auto' }),
  },
  { about: 'a negative prompt on O3', field: 'negative_prompt', order: o3({ negativePrompt: 'fog' }) },
  {
    about: 'one shot beside a reference video',
    field: 'model_params.multi_shot',
    order: o3({ mode: 'reference-to-video', inputs: [inputOf('reference_video')] }),
  },
  { about: 'no motion video', field: 'video_urls', order: motion({ inputs: [inputOf('motion_image')] }) },
  {
    about: 'no orientation',
    field: 'model_params.character_orientation',
    order: motion({ orientation: null }),
  },
  {
    about: 'an element with the orientation of the image',
    field: 'model_params.character_orientation',
    order: motion({
      orientation: 'image',
      inputs: [inputOf('motion_image'), inputOf('motion_video'), inputOf('element')],
    }),
  },
  {
    about: 'an element that is no number',
    field: 'element_list',
    order: orderOf({
      mode: 'image-to-video',
      aspectRatio: null,
      inputs: [inputOf('first_frame'), { role: 'element', elementId: 'o_101', name: 'element_1' }],
    }),
  },
  {
    about: 'shots that do not fill the clip',
    field: 'model_params.multi_prompt',
    order: orderOf({ multiShot: 'custom', shots: shotsFor(4) }),
  },
  {
    about: 'an empty shot',
    field: 'model_params.multi_prompt[1].prompt',
    order: orderOf({ multiShot: 'custom', shots: [...shotsFor(5).slice(0, 1), { prompt: ' ', seconds: 3 }] }),
  },
  { about: 'a watermark', field: 'model_params.watermark_info', order: orderOf({ watermark: true }) },
];
