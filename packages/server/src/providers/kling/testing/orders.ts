/** Orders for tests: a plain one for each model and mode, its declared variations, and what is refused. */
import { InputRole, Mode, type Order, type OrderInput } from '@sluice/contract';
import { klingModels, type Route } from '../models.ts';

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

/** The least that a route takes. */
function plainOrder(model: string, mode: Mode, route: Route): Order {
  const needed = InputRole.options.filter((role) => (route.inputs[role]?.min ?? 0) > 0);
  const roles: InputRole[] = mode === 'reference-to-video' ? [...needed, 'reference_image'] : needed;
  return orderOf({
    model,
    mode,
    seconds: route.seconds?.includes(5) ? 5 : null,
    aspectRatio: route.aspectRatios[0] ?? null,
    sound: route.sounds.find((sound) => sound === 'off') ?? route.sounds[0] ?? 'off',
    orientation: route.orientations[1] ?? null,
    inputs: roles.map((role) => inputOf(role)),
  });
}

/** Shots that fill the clip. */
export function shotsFor(seconds: number): Order['shots'] {
  return [
    { prompt: 'The boat sets off', seconds: 2 },
    { prompt: 'A gust turns it', seconds: seconds - 2 },
  ];
}

export type Declared = { about: string; order: Order; onLegacy: boolean };

/** Each declared value of each field, on top of the plain order, with whatever else that value demands. */
export function declaredOrders(): Declared[] {
  return routes().flatMap(({ model, mode, route }) => {
    const plain = plainOrder(model, mode, route);
    const variants: Partial<Order>[] = [
      {},
      { watermark: true },
      ...route.resolutions.map((resolution) => ({ resolution })),
      ...(route.seconds ?? []).map((seconds) => withLength(plain, seconds)),
      ...route.aspectRatios.map((aspectRatio) => ({ aspectRatio })),
      ...route.sounds.map((sound) => withSound(plain, sound)),
      ...route.orientations.map((orientation) => ({ orientation })),
      ...route.multiShot.map((multiShot) => withShots(plain, multiShot)),
      ...InputRole.options
        .filter((role) => route.inputs[role]?.min === 0)
        .map((role) => withInput(plain, role)),
    ];
    return variants.map((change) => ({
      about: `${model} ${mode} ${JSON.stringify(change).slice(0, 120)}`,
      order: { ...plain, ...change },
      onLegacy: route.legacy !== null && !isNewOnly({ ...plain, ...change }),
    }));
  });
}

/** Frames beside elements: taken for O1 by the new generation only. */
function isNewOnly({ model, inputs }: Order): boolean {
  const has = (role: InputRole) => inputs.some((input) => input.role === role);
  return model === 'kling-o1' && has('element') && has('first_frame');
}

export function routes(): { model: string; mode: Mode; route: Route }[] {
  return Object.entries(klingModels).flatMap(([model, { modes }]) =>
    Mode.options.flatMap((mode) => {
      const route = modes[mode];
      return route ? [{ model, mode, route }] : [];
    }),
  );
}

/** O1 renders odd lengths only with a reference or a last frame. */
function withLength(plain: Order, seconds: number): Partial<Order> {
  const free = plain.model !== 'kling-o1' || plain.mode === 'reference-to-video' || seconds % 5 === 0;
  if (free) return { seconds };
  if (plain.mode === 'image-to-video') return { seconds, inputs: [...plain.inputs, inputOf('last_frame')] };
  return { seconds: seconds > 5 ? 10 : 5 };
}

function withSound(plain: Order, sound: Order['sound']): Partial<Order> {
  if (sound === 'on' && plain.model === 'kling-2.6') return { sound, resolution: '1080p' };
  const needsVideo = sound === 'original' && !plain.inputs.some((input) => input.role.endsWith('_video'));
  return needsVideo ? { sound, inputs: [...plain.inputs, inputOf('reference_video')] } : { sound };
}

function withShots(plain: Order, multiShot: Order['multiShot']): Partial<Order> {
  return multiShot === 'custom' ? { multiShot, shots: shotsFor(plain.seconds ?? 5) } : { multiShot };
}

function withInput(plain: Order, role: InputRole): Partial<Order> {
  const inputs = [...plain.inputs.filter((input) => input.role !== role), inputOf(role)];
  switch (role) {
    case 'last_frame':
      return withLastFrame(plain, inputs);
    case 'reference_video':
      return { inputs, multiShot: plain.model === 'kling-o3' ? 'auto' : 'off' };
    default:
      return { inputs };
  }
}

function withLastFrame(plain: Order, inputs: OrderInput[]): Partial<Order> {
  const hasFirst = inputs.some((input) => input.role === 'first_frame');
  const frames = hasFirst ? inputs : [inputOf('first_frame'), ...inputs];
  const references = plain.model === 'kling-o1' ? new Set<InputRole>(['reference_image', 'element']) : null;
  const kept = frames.filter((input) => !references?.has(input.role));
  const older = plain.model === 'kling-2.6' || plain.model === 'kling-2.5-turbo';
  return older ? { inputs: kept, resolution: '1080p' } : { inputs: kept };
}

const video = inputOf('reference_video');
const image = (name: string) => inputOf('reference_image', name);

type Undeclared = { about: string; order: Order; field: string };

/** Refused on both generations. */
export const refusedOrders: readonly Undeclared[] = [
  { about: 'an unknown model', field: 'model', order: orderOf({ model: 'kling-9' }) },
  { about: 'a name of every object', field: 'model', order: orderOf({ model: 'constructor' }) },
  { about: 'a mode that it lacks', field: 'mode', order: orderOf({ mode: 'video-edit' }) },
  { about: '4k on 2.6', field: 'quality', order: orderOf({ model: 'kling-2.6', resolution: '4k' }) },
  { about: '7 s on 2.5', field: 'duration', order: orderOf({ model: 'kling-2.5-turbo', seconds: 7 }) },
  { about: '16 s', field: 'duration', order: orderOf({ seconds: 16 }) },
  { about: 'no length', field: 'duration', order: orderOf({ seconds: null }) },
  { about: 'a strange frame', field: 'aspect_ratio', order: orderOf({ aspectRatio: '4:3' }) },
  { about: 'sound on 2.5', field: 'sound', order: orderOf({ model: 'kling-2.5-turbo', sound: 'on' }) },
  { about: 'sound of nothing', field: 'sound', order: orderOf({ sound: 'original' }) },
  { about: 'no prompt', field: 'prompt', order: orderOf({ prompt: '  ' }) },
  { about: 'a long prompt', field: 'prompt', order: orderOf({ prompt: 'x'.repeat(3073) }) },
  {
    about: 'an orientation',
    field: 'model_params.character_orientation',
    order: orderOf({ orientation: 'image' }),
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
    about: 'a frame ratio beside a first frame',
    field: 'aspect_ratio',
    order: orderOf({ mode: 'image-to-video', inputs: [inputOf('first_frame')] }),
  },
  {
    about: 'a last frame alone',
    field: 'image_end',
    order: orderOf({
      model: 'kling-o3',
      mode: 'reference-to-video',
      inputs: [inputOf('last_frame'), image('image_3')],
    }),
  },
  {
    about: 'a name inside a name',
    field: 'image_urls',
    order: orderOf({
      model: 'kling-o3',
      mode: 'reference-to-video',
      inputs: [image('image_1'), image('image_10')],
    }),
  },
  {
    about: 'eight references',
    field: 'image_urls',
    order: orderOf({
      model: 'kling-o3',
      mode: 'reference-to-video',
      inputs: ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((letter) => image(letter)),
    }),
  },
  {
    about: 'five references beside a video',
    field: 'image_urls',
    order: orderOf({
      model: 'kling-o3',
      mode: 'reference-to-video',
      multiShot: 'auto',
      inputs: [video, ...['a', 'b', 'c', 'x', 'y'].map((letter) => image(letter))],
    }),
  },
  {
    about: 'a reference video with one shot on O3',
    field: 'model_params.multi_shot',
    order: orderOf({ model: 'kling-o3', mode: 'reference-to-video', inputs: [video] }),
  },
  {
    about: 'a reference video with sound on O3',
    field: 'sound',
    order: orderOf({
      model: 'kling-o3',
      mode: 'reference-to-video',
      sound: 'on',
      multiShot: 'auto',
      inputs: [video],
    }),
  },
  { about: '4 s of text on O1', field: 'duration', order: orderOf({ model: 'kling-o1', seconds: 4 }) },
  { about: 'sound of 2.6 in 720p', field: 'quality', order: orderOf({ model: 'kling-2.6', sound: 'on' }) },
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
  {
    about: 'multi-shot on 2.6',
    field: 'model_params.multi_shot',
    order: orderOf({ model: 'kling-2.6', multiShot: 'auto' }),
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
  {
    about: 'a motion video in the body of the request',
    field: 'video_urls',
    order: orderOf({
      model: 'kling-motion-control',
      mode: 'motion-control',
      seconds: null,
      aspectRatio: null,
      orientation: 'video',
      inputs: [
        inputOf('motion_image'),
        { role: 'motion_video', url: 'data:video/mp4;base64,AAAA', name: 'video_1' },
      ],
    }),
  },
  {
    about: 'an element with the orientation of the image',
    field: 'model_params.character_orientation',
    order: orderOf({
      model: 'kling-motion-control',
      mode: 'motion-control',
      seconds: null,
      aspectRatio: null,
      orientation: 'image',
      inputs: [inputOf('motion_image'), inputOf('motion_video'), inputOf('element')],
    }),
  },
];

/** What only the legacy generation cannot do. */
export const refusedOnLegacy: readonly Undeclared[] = [
  { about: 'turbo', field: 'model', order: orderOf({ model: 'kling-3.0-turbo', sound: 'on' }) },
  { about: 'a prompt over 2500', field: 'prompt', order: orderOf({ prompt: 'x'.repeat(2501) }) },
  {
    about: 'an element id that is no whole number',
    field: 'element_list',
    order: orderOf({
      model: 'kling-o3',
      mode: 'reference-to-video',
      inputs: [{ role: 'element', elementId: 'o_101', name: 'element_1' }],
    }),
  },
];
