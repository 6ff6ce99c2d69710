/** Pictures, videos, elements and voices of a legacy order, and what may stand together. */
import { isObject, type Json, type JsonObject } from '../json.ts';
import type { Library, MediaInput, MediaLimits, MediaRole } from './order.ts';
import {
  choice,
  legacyImageLimits,
  legacyMotionImageLimits,
  list,
  mediaInput,
  motionVideoLimits,
  refuse,
  textField,
} from './read.ts';
import type { LegacyBody } from './routes-legacy.ts';
import type { KlingSettings } from './settings.ts';

export type LegacyInputs = {
  media: MediaInput[];
  elements: number;
  voices: number;
  firstFrame: boolean;
  onlyFirstFrame: boolean;
  featureVideo: boolean;
  /** The output takes its length from an input video. */
  followsVideo: boolean;
  keepsSound: boolean;
};

const nothing: LegacyInputs = {
  media: [],
  elements: 0,
  voices: 0,
  firstFrame: false,
  onlyFirstFrame: false,
  featureVideo: false,
  followsVideo: false,
  keepsSound: false,
};

function omniVideoLimits(order: LegacyBody): MediaLimits {
  return {
    bytes: 200 * 1024 * 1024,
    side: [720, 2160],
    ratio: [0, Number.MAX_SAFE_INTEGER],
    seconds: [3, order.model.version === '3.0-omni' ? 15 : 10],
    picturesPerSecond: [24, 60],
  };
}

export function readFrames(order: LegacyBody, library: Library, settings: KlingSettings): LegacyInputs {
  const { body, product } = order;
  const elements = readElements(body, library, settings);
  const voices = list(body, 'voice_list');
  if (elements.count > 0 && voices.length > 0) refuse('element_list and voice_list exclude each other');
  if (elements.count > 0 && (order.name !== 'kling-v3' || product === 'text2video'))
    refuse(`element_list is not supported by the current model: ${order.name}`);
  if (elements.count > 3) refuse('element_list: size must be between 0 and 3');
  checkVoices(order, voices, library);
  if (product === 'text2video') return { ...nothing, voices: voices.length };
  const image = textField(body, 'image');
  const tail = textField(body, 'image_tail');
  if (image === undefined && tail === undefined) refuse('image and image_tail cannot both be empty');
  if (tail !== undefined) checkTail(order);
  const media: MediaInput[] = [];
  if (image !== undefined) media.push(picture(image, 'image', 'first_frame'));
  if (tail !== undefined) media.push(picture(tail, 'image_tail', 'last_frame'));
  return { ...nothing, media, elements: elements.count, voices: voices.length, firstFrame: true };
}

function checkTail(order: LegacyBody): void {
  const needsPro = order.name === 'kling-v2-5-turbo' || order.name === 'kling-v2-6';
  if (needsPro && order.mode !== 'pro') refuse('Image tail is not supported by the current model');
  if (order.name === 'kling-v2-6' && order.sound) refuse("sound: must be 'off' with image_tail");
}

function checkVoices(order: LegacyBody, voices: JsonObject[], library: Library): void {
  if (voices.length === 0) return;
  if (order.name !== 'kling-v2-6' || order.product !== 'image2video')
    refuse(`voice_list is not supported by the current model: ${order.name}`);
  if (voices.length > 2) refuse('voice_list: size must be between 0 and 2');
  if (!order.sound) refuse("sound: must be 'on' with voice_list");
  for (const voice of voices) {
    const id = textField(voice, 'voice_id');
    if (id === undefined || !library.voice(id)) refuse('Voice id not found');
  }
}

export function readOmniInputs(order: LegacyBody, library: Library, settings: KlingSettings): LegacyInputs {
  const { body } = order;
  const pictures = list(body, 'image_list').map((item, at) => {
    const path = `image_list[${at}].image_url`;
    const type = choice(item, 'type', ['first_frame', 'end_frame'] as const, `image_list[${at}].type`);
    const role: MediaRole =
      type === 'first_frame' ? 'first_frame' : type === 'end_frame' ? 'last_frame' : 'refer_image';
    const url = textField(item, 'image_url', path) ?? refuse(`${path}: must not be blank`);
    return picture(url, path, role);
  });
  const videos = readVideos(order);
  const elements = readElements(body, library, settings);
  const count = (role: MediaRole): number => pictures.filter((item) => item.role === role).length;
  const firstFrame = count('first_frame') > 0;
  if (count('first_frame') > 1 || count('last_frame') > 1) refuse('image_list: a frame may be given once');
  if (count('last_frame') > 0 && !firstFrame) refuse('image_list: end_frame needs a first_frame');
  if (videos.base && firstFrame) refuse('video_list: a base video excludes frames');
  if (videos.media.length > 0 && order.sound) refuse("sound: must be 'off' with a video");
  const most = videos.media.length > 0 ? 4 : 7;
  if (pictures.length + elements.count > most)
    refuse(`image_list and element_list: at most ${most} in total`);
  if (firstFrame && elements.count > 3) refuse('element_list: at most 3 with a first frame');
  if (order.model.version === 'o1') checkO1(pictures.length, firstFrame, elements);
  else checkCharacters(elements, pictures.length, videos.media.length);
  return {
    ...nothing,
    media: [...pictures, ...videos.media],
    elements: elements.count,
    firstFrame,
    onlyFirstFrame: firstFrame && pictures.length === 1 && elements.count === 0 && videos.media.length === 0,
    featureVideo: videos.media.length > 0 && !videos.base,
    followsVideo: videos.base,
    keepsSound: videos.keepsSound,
  };
}

type Elements = { count: number; characters: number };

function checkO1(pictures: number, firstFrame: boolean, elements: Elements): void {
  if (elements.characters > 0)
    refuse('element_list: only multi image elements are supported by the current model');
  if (firstFrame && pictures > 2) refuse('image_list: more than two images exclude frames');
  if (firstFrame && elements.count > 0) refuse('element_list: frames exclude elements');
}

function checkCharacters(elements: Elements, pictures: number, videos: number): void {
  if (elements.characters === 0) return;
  if (videos > 0 && (elements.characters > 1 || elements.count > elements.characters || pictures > 0))
    refuse('element_list: with a video only one video character element and no images');
  if (elements.characters > 3) refuse('element_list: at most 3 video character elements');
  if (pictures + elements.count - elements.characters > 4)
    refuse('image_list and element_list: at most 4 beside video character elements');
}

function readVideos(order: LegacyBody): { media: MediaInput[]; base: boolean; keepsSound: boolean } {
  const items = list(order.body, 'video_list');
  if (items.length > 1) refuse('video_list: size must be between 0 and 1');
  let base = false;
  let keepsSound = false;
  const media = items.map((item) => {
    const path = 'video_list[0].video_url';
    const url = textField(item, 'video_url', path) ?? refuse(`${path}: must not be blank`);
    const type = choice(item, 'refer_type', ['base', 'feature'] as const, 'video_list[0].refer_type');
    const keep = choice(item, 'keep_original_sound', ['yes', 'no'] as const);
    base = type !== 'feature';
    keepsSound = keep === 'yes';
    return mediaInput(url, path, base ? 'base' : 'feature', 'video', omniVideoLimits(order));
  });
  return { media, base, keepsSound };
}

export function readMotionInputs(order: LegacyBody, library: Library, settings: KlingSettings): LegacyInputs {
  const { body } = order;
  const orientation = choice(body, 'character_orientation', ['image', 'video'] as const);
  if (orientation === undefined) return refuse('character_orientation: must not be blank');
  const image = textField(body, 'image_url') ?? refuse('image_url: must not be blank');
  const video = textField(body, 'video_url') ?? refuse('video_url: must not be blank');
  const elements = readElements(body, library, settings);
  if (elements.count > 0 && order.name !== 'kling-v3')
    refuse(`element_list is not supported by the current model: ${order.name}`);
  if (elements.count > 1) refuse('element_list: size must be between 0 and 1');
  if (elements.count === 1 && orientation !== 'video')
    refuse('character_orientation: must be video with an element');
  return {
    ...nothing,
    media: [
      mediaInput(image, 'image_url', 'image', 'image', legacyMotionImageLimits),
      mediaInput(video, 'video_url', 'motion', 'video', motionVideoLimits(orientation)),
    ],
    elements: elements.count,
    followsVideo: true,
    keepsSound: choice(body, 'keep_original_sound', ['yes', 'no'] as const) !== 'no',
  };
}

function picture(text: string, path: string, role: MediaRole): MediaInput {
  return mediaInput(text, path, role, 'image', legacyImageLimits);
}

function readElements(body: JsonObject, library: Library, settings: KlingSettings): Elements {
  const found: Elements = { count: 0, characters: 0 };
  list(body, 'element_list').forEach((item, at) => {
    const path = `element_list[${at}].element_id`;
    const kind = library.element(elementId(isObject(item) ? item.element_id : undefined, path, settings));
    if (kind === null) refuse(`${path}: element not found`);
    found.count += 1;
    if (kind === 'video_character_elements') found.characters += 1;
  });
  return found;
}

/** A 64-bit integer; whether text is taken is not known, so it is a switch. */
export function elementId(value: Json | undefined, path: string, settings: KlingSettings): string {
  if (typeof value === 'bigint' || (typeof value === 'number' && Number.isSafeInteger(value)))
    return value.toString();
  if (typeof value === 'string' && settings.legacyElementIdAsText) return value;
  return refuse(`${path}: must be a long`);
}
