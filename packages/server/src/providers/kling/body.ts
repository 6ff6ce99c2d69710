/**
 * The create request of each generation, built exactly: what sets length, price or look is always written
 * out, never left to a vendor default (multi-shot alone defaults to true on one generation and to false
 * on the other). Same order, same bytes.
 */
import type { InputRole, Order, OrderInput } from '@sluice/contract';
import { LosslessNumber, stringify } from 'lossless-json';
import type { SubmitIds } from '../contract.ts';
import type { Route } from './models.ts';
import { hasNegativeField, legacyList, legacyPrompt, newPrompt, withNegative } from './prompt.ts';

/** Null when an input cannot be sent as it stands (a file of ours that nobody turned into an address). */
export type BuiltRequest = { url: string; body: string } | null;

/** Frames in between exist on no endpoint of the two generations; `limits.ts` refuses them. */
const newPartOf: Readonly<Record<Exclude<InputRole, 'element' | 'middle_frame'>, string>> = {
  first_frame: 'first_frame',
  last_frame: 'last_frame',
  reference_image: 'refer_image',
  reference_video: 'feature_video',
  base_video: 'base_video',
  motion_image: 'image',
  motion_video: 'video',
};

const omniRoles: ReadonlySet<InputRole> = new Set<InputRole>([
  'first_frame',
  'last_frame',
  'reference_image',
  'reference_video',
  'base_video',
  'element',
]);
const elementOnly: ReadonlySet<InputRole> = new Set<InputRole>(['element']);

export function newRequest(order: Order, route: Route, ids: SubmitIds): BuiltRequest {
  const addressable = route.kind === 'omni' ? omniRoles : elementOnly;
  const contents = newContents(order, addressable);
  if (!contents) return null;
  const text = newPrompt(order, addressable);
  const head =
    route.kind === 'text'
      ? { prompt: text }
      : { contents: text.trim() === '' ? contents : [{ type: 'prompt', text }, ...contents] };
  const body = {
    ...head,
    settings: newSettings(order, route),
    options: {
      callback_url: ids.callbackUrl ?? undefined,
      external_task_id: ids.correlationId,
      watermark_info: { enabled: order.watermark },
    },
  };
  return { url: route.newPath, body: JSON.stringify(body) };
}

function newContents(order: Order, addressable: ReadonlySet<InputRole>): object[] | null {
  const parts: object[] = [];
  for (const input of order.inputs) {
    const id = addressable.has(input.role) ? input.name : undefined;
    if (input.role === 'element') {
      parts.push({ type: 'element', element_id: input.elementId, id });
      continue;
    }
    const url = mediaOf(input);
    if (url === null || input.role === 'middle_frame') return null;
    parts.push({ type: newPartOf[input.role], url, id });
  }
  return parts;
}

function newSettings(order: Order, route: Route): object {
  return {
    resolution: order.resolution,
    duration: route.seconds === null ? undefined : (order.seconds ?? undefined),
    aspect_ratio: order.aspectRatio ?? undefined,
    audio: route.soundField ? (order.sound === 'on' ? 'native' : order.sound) : undefined,
    multi_shot: route.multiShotField ? order.multiShot !== 'off' : undefined,
    character_orientation: order.orientation ?? undefined,
  };
}

export function legacyRequest(order: Order, route: Route, ids: SubmitIds): BuiltRequest {
  if (!route.legacy) return null;
  const media = legacyMedia(order, route);
  if (!media) return null;
  const body = {
    model_name: route.legacy.modelName,
    ...legacyWords(order, route),
    ...media,
    ...legacySound(order, route),
    mode: legacyModeOf[order.resolution],
    aspect_ratio: order.aspectRatio ?? undefined,
    duration: route.seconds === null || order.seconds === null ? undefined : String(order.seconds),
    character_orientation: order.orientation ?? undefined,
    callback_url: ids.callbackUrl ?? undefined,
    external_task_id: ids.correlationId,
    watermark_info: { enabled: order.watermark },
  };
  // Element ids are 64-bit integers here: written digit by digit, never through a double.
  return { url: route.legacy.path, body: stringify(body) ?? '' };
}

const legacyModeOf = { '720p': 'std', '1080p': 'pro', '4k': '4k' } as const;

function legacyWords(order: Order, route: Route): object {
  const apart = hasNegativeField('legacy', route);
  const prompt = legacyPrompt(apart ? order.prompt : withNegative(order.prompt, order.negativePrompt), order);
  const words = {
    prompt: prompt.trim() === '' ? undefined : prompt,
    negative_prompt: apart ? (order.negativePrompt ?? undefined) : undefined,
  };
  if (!route.multiShotField) return words;
  if (order.multiShot === 'off') return { ...words, multi_shot: false };
  if (order.multiShot === 'auto') return { ...words, multi_shot: true, shot_type: 'intelligence' };
  const shots = order.shots.map((shot, index) => ({
    index: index + 1,
    prompt: legacyPrompt(shot.prompt, order),
    duration: String(shot.seconds),
  }));
  // The prompt is documented as ignored beside customised shots, so it is not sent.
  return {
    negative_prompt: words.negative_prompt,
    multi_shot: true,
    shot_type: 'customize',
    multi_prompt: shots,
  };
}

function legacySound(order: Order, route: Route): object {
  if (!route.soundField) return {};
  if (route.kind === 'motion') return { keep_original_sound: order.sound === 'original' ? 'yes' : 'no' };
  // O1 has no sound field; beside a video the sound of the clip is decided in `video_list`.
  if (route.sounds.includes('on')) return { sound: order.sound === 'on' ? 'on' : 'off' };
  return {};
}

function legacyMedia(order: Order, route: Route): object | null {
  const urls = new Map<OrderInput, string>();
  for (const input of order.inputs) {
    if (input.role === 'element') continue;
    const url = mediaOf(input);
    if (url === null) return null;
    urls.set(input, url);
  }
  const urlOf = (role: InputRole) => {
    const input = order.inputs.find((candidate) => candidate.role === role);
    return input ? urls.get(input) : undefined;
  };
  const elements = legacyList(order, 'element').map((input) => ({
    element_id: new LosslessNumber(input.elementId ?? '0'),
  }));
  const elementList = elements.length > 0 ? elements : undefined;
  switch (route.kind) {
    case 'text':
      return {};
    case 'image':
      return { image: urlOf('first_frame'), image_tail: urlOf('last_frame'), element_list: elementList };
    case 'motion':
      return {
        image_url: urlOf('motion_image'),
        video_url: urlOf('motion_video'),
        element_list: elementList,
      };
    case 'omni':
      return { ...legacyOmniLists(order, urls), element_list: elementList };
  }
}

function legacyOmniLists(order: Order, urls: ReadonlyMap<OrderInput, string>): object {
  const images = legacyList(order, 'image').map((input) => ({
    image_url: urls.get(input),
    type:
      input.role === 'first_frame' ? 'first_frame' : input.role === 'last_frame' ? 'end_frame' : undefined,
  }));
  const videos = legacyList(order, 'video').map((input) => ({
    video_url: urls.get(input),
    refer_type: input.role === 'base_video' ? 'base' : 'feature',
    keep_original_sound: order.sound === 'original' ? 'yes' : 'no',
  }));
  return {
    image_list: images.length > 0 ? images : undefined,
    video_list: videos.length > 0 ? videos : undefined,
  };
}

/** An address as it is, or an image in a data address as the bare base64 that the vendor takes. */
function mediaOf(input: OrderInput): string | null {
  const url = input.url ?? '';
  if (/^https?:\/\//i.test(url)) return url;
  const inline = /^data:image\/[a-z0-9.+-]+;base64,([A-Za-z0-9+/]+={0,2})$/i.exec(url);
  return inline?.[1] ?? null;
}
