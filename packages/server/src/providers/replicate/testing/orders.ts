/** Orders for tests: a plain one for each model and mode, its declared variations, and what is refused. */
import { InputRole, Mode, type Order, type OrderInput } from '@sluice/contract';
import { type Route, replicateModels } from '../models.ts';

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

const names: Readonly<Partial<Record<InputRole, string>>> = {
  first_frame: 'image_1',
  last_frame: 'image_2',
  reference_image: 'image_3',
};

export function inputOf(role: InputRole, name = names[role] ?? 'video_1'): OrderInput {
  if (role === 'element') return { role, elementId: '893605946402811985', name: 'element_1' };
  return { role, url: `https://media.example/${name}.${role.endsWith('video') ? 'mp4' : 'png'}`, name };
}

/** The least that a route takes. */
function plainOrder(model: string, mode: Mode, route: Route): Order {
  const needed = InputRole.options.filter((role) => (route.inputs[role]?.min ?? 0) > 0);
  const roles: InputRole[] = mode === 'reference-to-video' ? ['reference_image'] : needed;
  return orderOf({
    model,
    mode,
    seconds: route.seconds === null ? null : 5,
    aspectRatio: route.aspectRatios[0] ?? null,
    inputs: roles.map((role) => inputOf(role)),
  });
}

export const shots = [
  { prompt: 'The boat sets off', seconds: 2 },
  { prompt: 'A gust turns it', seconds: 3 },
];

/** Each declared value of each field, on top of the plain order, with whatever else that value demands. */
export function declaredOrders(): { about: string; order: Order }[] {
  const routes = Object.entries(replicateModels).flatMap(([model, { modes }]) =>
    Mode.options.flatMap((mode) => {
      const route = modes[mode];
      return route ? [{ plain: plainOrder(model, mode, route), route }] : [];
    }),
  );
  return routes.flatMap(({ plain, route }) => {
    const video = inputOf('reference_video');
    const roles = InputRole.options.filter((role) => route.inputs[role]?.min === 0);
    const changes: Partial<Order>[] = [
      {},
      ...Object.keys(route.resolutions).map(
        (name) => ({ resolution: name === '1080p' ? '1080p' : '720p' }) as const,
      ),
      ...(route.seconds ?? []).map((seconds) => ({ seconds })),
      ...route.secondsWithVideo
        .filter(() => route.inputs.reference_video)
        .map((seconds) => ({ seconds, inputs: [video] })),
      ...route.aspectRatios.map((aspectRatio) => ({ aspectRatio })),
      ...route.sounds.map((sound) =>
        sound === 'original' && plain.mode === 'reference-to-video' ? { sound, inputs: [video] } : { sound },
      ),
      ...(route.negativePrompt ? [{ negativePrompt: 'fog' }] : []),
      ...(route.multiShot.includes('custom') ? [{ multiShot: 'custom' as const, shots }] : []),
      ...(route.multiShot.includes('auto') ? [{ multiShot: 'auto' as const, inputs: [video] }] : []),
      ...roles.map((role) => withInput(plain, role)),
    ];
    return changes.map((change) => ({
      about: `${plain.model} ${plain.mode} ${JSON.stringify(change).slice(0, 100)}`,
      order: { ...plain, ...change },
    }));
  });
}

function withInput(plain: Order, role: InputRole): Partial<Order> {
  const first = role === 'last_frame' && !plain.inputs.some((input) => input.role === 'first_frame');
  const frames = first ? [inputOf('first_frame')] : [];
  const rest = plain.inputs.filter((input) => input.role !== role);
  const sets = first || role === 'first_frame';
  return { inputs: [...frames, ...rest, inputOf(role)], ...(sets ? { aspectRatio: null } : {}) };
}

const first = { mode: 'image-to-video', aspectRatio: null, inputs: [inputOf('first_frame')] } as const;
const omni = { model: 'kling-o3', mode: 'reference-to-video' } as const;
const references = (...letters: string[]) => letters.map((letter) => inputOf('reference_image', letter));

export const refusedOrders: readonly { about: string; order: Order; field: string }[] = [
  { about: 'an unknown model', field: 'model', order: orderOf({ model: 'constructor' }) },
  { about: 'a model that it lacks', field: 'model', order: orderOf({ model: 'kling-2.6' }) },
  { about: 'a mode that it lacks', field: 'mode', order: orderOf({ mode: 'video-edit' }) },
  { about: '4k', field: 'quality', order: orderOf({ resolution: '4k' }) },
  { about: 'sound on O1', field: 'sound', order: orderOf({ model: 'kling-o1', sound: 'on' }) },
  {
    about: 'sound of nothing',
    field: 'sound',
    order: orderOf({
      model: 'kling-o1',
      mode: 'reference-to-video',
      sound: 'original',
      inputs: references('a'),
    }),
  },
  {
    about: 'sound beside a video',
    field: 'sound',
    order: orderOf({ ...omni, sound: 'on', multiShot: 'auto', inputs: [inputOf('reference_video')] }),
  },
  {
    about: 'an orientation',
    field: 'model_params.character_orientation',
    order: orderOf({ orientation: 'image' }),
  },
  { about: 'a watermark', field: 'model_params.watermark_info', order: orderOf({ watermark: true }) },
  { about: 'a strange ratio', field: 'aspect_ratio', order: orderOf({ aspectRatio: '4:3' }) },
  { about: 'no ratio for text', field: 'aspect_ratio', order: orderOf({ aspectRatio: null }) },
  {
    about: 'a ratio beside a frame',
    field: 'aspect_ratio',
    order: orderOf({ ...first, inputs: [...first.inputs], aspectRatio: '16:9' }),
  },
  { about: '16 s', field: 'duration', order: orderOf({ seconds: 16 }) },
  { about: 'no length', field: 'duration', order: orderOf({ seconds: null }) },
  { about: '7 s of text on O1', field: 'duration', order: orderOf({ model: 'kling-o1', seconds: 7 }) },
  {
    about: 'a length for an edit',
    field: 'duration',
    order: orderOf({ ...omni, mode: 'video-edit', aspectRatio: null, inputs: [inputOf('base_video')] }),
  },
  { about: 'no prompt', field: 'prompt', order: orderOf({ prompt: ' ' }) },
  { about: 'a long prompt', field: 'prompt', order: orderOf({ prompt: 'x'.repeat(2501) }) },
  {
    about: 'a prompt that addresses the first frame',
    field: 'prompt',
    order: orderOf({ ...first, inputs: [...first.inputs], prompt: 'Let <<<image_1>>> move' }),
  },
  {
    about: 'a negative prompt on O3',
    field: 'negative_prompt',
    order: orderOf({ model: 'kling-o3', negativePrompt: 'fog' }),
  },
  {
    about: 'a long negative prompt',
    field: 'negative_prompt',
    order: orderOf({ negativePrompt: 'x'.repeat(2501) }),
  },
  {
    about: 'an element',
    field: 'element_list',
    order: orderOf({ ...omni, inputs: [...references('a'), inputOf('element')] }),
  },
  {
    about: 'frames in between',
    field: 'image_middle',
    order: orderOf({ ...omni, inputs: [inputOf('middle_frame')] }),
  },
  { about: 'no first frame', field: 'image_start', order: orderOf({ ...first, inputs: [] }) },
  {
    about: 'a last frame alone',
    field: 'image_end',
    order: orderOf({ ...omni, inputs: [inputOf('last_frame'), ...references('a')] }),
  },
  { about: 'nothing to refer to', field: 'image_urls', order: orderOf(omni) },
  {
    about: 'eight references',
    field: 'image_urls',
    order: orderOf({ ...omni, inputs: references('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h') }),
  },
  {
    about: 'five references beside a video',
    field: 'image_urls',
    order: orderOf({
      ...omni,
      multiShot: 'auto',
      inputs: [inputOf('reference_video'), ...references('a', 'b', 'c', 'd', 'e')],
    }),
  },
  {
    about: 'a video in the body of the request',
    field: 'video_url',
    order: orderOf({
      ...omni,
      mode: 'video-edit',
      seconds: null,
      aspectRatio: null,
      inputs: [{ ...inputOf('base_video'), url: 'data:video/mp4;base64,AAAA' }],
    }),
  },
  {
    about: 'shots cut by the model',
    field: 'model_params.multi_shot',
    order: orderOf({ multiShot: 'auto' }),
  },
  {
    about: 'shots cut by the model without a video',
    field: 'model_params.multi_shot',
    order: orderOf({ ...omni, multiShot: 'auto', inputs: references('a') }),
  },
  {
    about: 'shots that do not fill the clip',
    field: 'model_params.multi_prompt',
    order: orderOf({ multiShot: 'custom', shots: shots.slice(1) }),
  },
  {
    about: 'an empty shot',
    field: 'model_params.multi_prompt[0].prompt',
    order: orderOf({ multiShot: 'custom', shots: [{ prompt: ' ', seconds: 5 }] }),
  },
];
