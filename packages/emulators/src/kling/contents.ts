/** `contents[]` of a new-generation order: what each part may be, and which parts may stand together. */
import type { JsonObject } from '../json.ts';
import type { Library, MediaInput, MediaRole } from './order.ts';
import {
  limitedText,
  list,
  mediaInput,
  motionVideoLimits,
  newImageLimits,
  o1VideoLimits,
  omniVideoLimits,
  refuse,
  textField,
} from './read.ts';
import type { NewRoute, ReadSettings } from './routes-new.ts';
import type { KlingSettings } from './settings.ts';

type PartType =
  | 'prompt'
  | 'first_frame'
  | 'last_frame'
  | 'refer_image'
  | 'feature_video'
  | 'base_video'
  | 'element'
  | 'voice'
  | 'image'
  | 'video';

export type Contents = {
  prompt: string;
  /** Where the prompt stood, for messages. */
  promptPath: string;
  inputs: MediaInput[];
  characterElements: number;
  imageElements: number;
  voices: number;
  count(type: PartType): number;
  has(type: PartType): boolean;
};

const allowedParts: Record<string, PartType[]> = {
  'image2video 3.0-turbo': ['prompt', 'first_frame'],
  'image2video 3.0': ['prompt', 'first_frame', 'last_frame', 'element'],
  'image2video 2.6': ['prompt', 'first_frame', 'last_frame', 'voice'],
  'image2video 2.5-turbo': ['prompt', 'first_frame', 'last_frame'],
  'omni-video 3.0-omni': [
    'prompt',
    'first_frame',
    'last_frame',
    'refer_image',
    'feature_video',
    'base_video',
    'element',
  ],
  'omni-video o1': [
    'prompt',
    'first_frame',
    'last_frame',
    'refer_image',
    'feature_video',
    'base_video',
    'element',
  ],
  'motion-control 3.0': ['prompt', 'image', 'video', 'element'],
  'motion-control 2.6': ['prompt', 'image', 'video'],
};

const onlyOnce: PartType[] = ['prompt', 'first_frame', 'last_frame', 'image', 'video'];

const mediaRoles: Partial<Record<PartType, MediaRole>> = {
  first_frame: 'first_frame',
  last_frame: 'last_frame',
  refer_image: 'refer_image',
  feature_video: 'feature',
  base_video: 'base',
  image: 'image',
  video: 'motion',
};

export function readContents(
  route: NewRoute,
  body: JsonObject,
  library: Library,
  orientation: 'image' | 'video' | null,
): Contents {
  if (route.product === 'text2video') return emptyContents(topLevelPrompt(route, body));
  const parts = list(body, 'contents');
  if (parts.length === 0) refuse('contents: must not be empty');
  const allowed = allowedParts[`${route.product} ${route.version}`] ?? [];
  const counts = new Map<PartType, number>();
  const contents = emptyContents('', counts);
  const ids: string[] = [];
  parts.forEach((part, at) => {
    const path = `contents[${at}]`;
    const type = readType(part, path, allowed);
    counts.set(type, (counts.get(type) ?? 0) + 1);
    if (onlyOnce.includes(type) && contents.count(type) > 1)
      refuse(`${path}.type: '${type}' may be given once`);
    readPart(route, part, type, path, contents, library, orientation);
    const id = textField(part, 'id', `${path}.id`);
    if (id !== undefined) ids.push(id);
  });
  checkIds(ids);
  return contents;
}

function emptyContents(prompt: string, counts = new Map<PartType, number>()): Contents {
  const count = (type: PartType): number => counts.get(type) ?? 0;
  return {
    prompt,
    promptPath: 'prompt',
    inputs: [],
    characterElements: 0,
    imageElements: 0,
    voices: 0,
    count,
    has: (type) => count(type) > 0,
  };
}

function readType(part: JsonObject, path: string, allowed: PartType[]): PartType {
  const word = textField(part, 'type', `${path}.type`) ?? refuse(`${path}.type: must not be null`);
  const type = allowed.find((known) => known === word);
  if (type !== undefined) return type;
  if (word === 'last_frame') return refuse('Image tail is not supported by the current model');
  return refuse(`${path}.type: '${word}' is not supported by the current model`);
}

function readPart(
  route: NewRoute,
  part: JsonObject,
  type: PartType,
  path: string,
  contents: Contents,
  library: Library,
  orientation: 'image' | 'video' | null,
): void {
  if (type === 'prompt') {
    contents.prompt = limitedText(part, 'text', route.limits.prompt, `${path}.text`) ?? '';
    contents.promptPath = `${path}.text`;
    return;
  }
  if (type === 'element') {
    readElement(part, path, contents, library);
    return;
  }
  if (type === 'voice') {
    needId(part, path);
    const voice = textField(part, 'voice_id', `${path}.voice_id`);
    if (voice === undefined || !library.voice(voice)) refuse('Voice id not found');
    contents.voices += 1;
    return;
  }
  const role = mediaRoles[type];
  const url = textField(part, 'url', `${path}.url`) ?? refuse(`${path}.url: must not be blank`);
  if (role === undefined) return;
  const kind = role === 'base' || role === 'feature' || role === 'motion' ? 'video' : 'image';
  const videoLimits =
    role === 'motion'
      ? motionVideoLimits(orientation ?? 'image')
      : route.version === 'o1'
        ? o1VideoLimits
        : omniVideoLimits;
  const limits = kind === 'video' ? videoLimits : newImageLimits;
  contents.inputs.push(mediaInput(url, `${path}.url`, role, kind, limits));
}

function readElement(part: JsonObject, path: string, contents: Contents, library: Library): void {
  needId(part, path);
  const element = textField(part, 'element_id', `${path}.element_id`);
  const kind = element === undefined ? null : library.element(element);
  if (kind === null) refuse(`${path}.element_id: element not found`);
  if (kind === 'video_character_elements') contents.characterElements += 1;
  else contents.imageElements += 1;
}

function needId(part: JsonObject, path: string): void {
  if (textField(part, 'id', `${path}.id`) === undefined) refuse(`${path}.id: must not be blank`);
}

/** The prompt points at parts by `@id`, so ids must be told apart inside a text. */
function checkIds(ids: string[]): void {
  ids.forEach((id, at) => {
    ids.forEach((other, place) => {
      if (at === place) return;
      if (id === other) refuse(`contents: id '${id}' is not unique`);
      if (other.includes(id)) refuse(`contents: id '${id}' is contained in id '${other}'`);
    });
  });
}

export function checkContents(
  route: NewRoute,
  order: ReadSettings,
  contents: Contents,
  settings: KlingSettings,
): void {
  switch (route.product) {
    case 'text2video':
      checkTwoSix(route, order, contents);
      break;
    case 'image2video':
      checkImageToVideo(route, order, contents);
      break;
    case 'motion-control':
      checkMotion(order, contents);
      break;
    case 'omni-video':
      checkOmni(route, order, contents, settings);
      break;
  }
}

function checkImageToVideo(route: NewRoute, order: ReadSettings, contents: Contents): void {
  if (!contents.has('first_frame')) refuse('contents: first_frame is required');
  if (contents.characterElements + contents.imageElements > 3) refuse('contents: at most 3 elements');
  const bothFrames = contents.has('last_frame');
  if (
    bothFrames &&
    (route.version === '2.6' || route.version === '2.5-turbo') &&
    order.resolution !== '1080p'
  )
    refuse('settings.resolution: first and last frame need 1080p with the current model');
  if (bothFrames && route.version === '2.6' && order.audio !== 'off')
    refuse('settings.audio: must be off with first and last frame');
  if (contents.voices > 2) refuse('contents: at most 2 voices');
  if (contents.voices > 0 && order.audio === 'off') refuse('settings.audio: must not be off with a voice');
  checkTwoSix(route, order, contents);
}

function checkTwoSix(route: NewRoute, order: ReadSettings, _contents: Contents): void {
  if (route.version === '2.6' && order.audio === 'native' && order.resolution !== '1080p')
    refuse('settings.audio: native audio needs 1080p with the current model');
}

function checkMotion(order: ReadSettings, contents: Contents): void {
  if (!contents.has('image')) refuse('contents: image is required');
  if (!contents.has('video')) refuse('contents: video is required');
  const elements = contents.characterElements + contents.imageElements;
  if (elements > 1) refuse('contents: at most 1 element');
  if (elements === 1 && order.orientation !== 'video')
    refuse('settings.character_orientation: must be video with an element');
}

function checkOmni(route: NewRoute, order: ReadSettings, contents: Contents, settings: KlingSettings): void {
  const frames = contents.has('first_frame');
  const video = contents.count('feature_video') + contents.count('base_video');
  if (contents.prompt === '' && !frames) refuse('contents: prompt is required');
  if (contents.has('last_frame') && !frames) refuse('contents: last_frame needs a first_frame');
  if (video > 1) refuse('contents: at most 1 reference video');
  if (contents.has('base_video') && (frames || contents.has('last_frame')))
    refuse('contents: base_video excludes first_frame and last_frame');
  if (order.audio === 'original' && video === 0) refuse('settings.audio: original needs a reference video');
  if (settings.omniAspectRequired && !frames && video === 0 && order.aspect === null)
    refuse('settings.aspect_ratio: must not be blank');
  if (route.version === 'o1') checkO1(order, contents, video, settings);
  else checkThreeOmni(order, contents, video, frames);
}

function checkThreeOmni(order: ReadSettings, contents: Contents, video: number, frames: boolean): void {
  const refer = contents.count('refer_image');
  const { characterElements: characters, imageElements } = contents;
  if (contents.has('feature_video')) {
    if (order.audio !== 'off') refuse('settings.audio: must be off with feature_video');
    if (order.multiShot.stated === false) refuse('settings.multi_shot: can only be true with feature_video');
  }
  if (contents.has('base_video')) {
    if (order.multiShot.stated === true) refuse('settings.multi_shot: is not supported with base_video');
    if (order.audio === 'native') refuse('settings.audio: native is not supported with base_video');
  }
  if (video > 0) {
    if (characters > 1) refuse('contents: at most 1 video character element with a reference video');
    if (characters > 0 && imageElements + refer > 0)
      refuse('contents: video character elements exclude images with a reference video');
    if (refer + imageElements > 4) refuse('contents: at most 4 images and elements with a reference video');
    return;
  }
  if (frames && characters + imageElements > 3) refuse('contents: at most 3 elements with a first frame');
  if (characters > 3) refuse('contents: at most 3 video character elements');
  const most = characters > 0 ? 4 : 7;
  if (refer + imageElements > most) refuse(`contents: at most ${most} images and elements`);
}

function checkO1(order: ReadSettings, contents: Contents, video: number, settings: KlingSettings): void {
  const refer = contents.count('refer_image');
  if (contents.characterElements > 0)
    refuse('contents: only multi image elements are supported by the current model');
  const most = video > 0 ? 4 : 7;
  if (refer + contents.imageElements > most) refuse(`contents: at most ${most} images and elements`);
  if (contents.has('last_frame') && refer + contents.imageElements > 0)
    refuse('contents: first and last frame exclude images and elements');
  if (contents.has('feature_video') && contents.has('last_frame'))
    refuse('contents: feature_video excludes last_frame');
  const otherInputs = refer + contents.imageElements + video + contents.count('last_frame');
  const fiveOrTen = order.seconds === 5 || order.seconds === 10;
  const firstFrameOnly = contents.has('first_frame') && otherInputs === 0;
  const textOnly = !contents.has('first_frame') && otherInputs === 0 && settings.o1TextFiveOrTen;
  if ((firstFrameOnly || textOnly) && !fiveOrTen)
    refuse('settings.duration: must be 5 or 10 without other inputs');
}

/** The prompt of a text-to-video order stands outside `contents`. */
function topLevelPrompt(route: NewRoute, body: JsonObject): string {
  const prompt = limitedText(body, 'prompt', route.limits.prompt);
  return prompt ?? refuse('prompt: must not be blank');
}
