/** The element library, which exists on legacy paths only. */
import { isObject, type Json, type JsonObject } from '../json.ts';
import type { Account } from './account.ts';
import { badValue, type Refusal, refusal } from './errors.ts';
import { elementId } from './legacy-inputs.ts';
import type { ElementOrder, Library } from './order.ts';
import {
  choice,
  group,
  limitedText,
  list,
  type Read,
  RefusedField,
  reading,
  refuse,
  textField,
} from './read.ts';
import type { KlingState, KlingTask } from './state.ts';
import type { World } from './world.ts';

export const elementsPath = '/v1/general/advanced-custom-elements';
export const deleteElementPaths = ['/v1/general/delete-advanced-elements', '/v1/general/delete-elements'];

/** Voices that every account may name; the true catalogue is longer and not published as a list. */
export const presetVoices = [
  { voice_id: '829824295735410756', voice_name: 'calm narrator' },
  { voice_id: '829826751244537879', voice_name: 'bright presenter' },
];

export function libraryOf(state: KlingState, account: Account): Library {
  return {
    element(id) {
      const task = findElement(state, account, id);
      return task?.element?.order.kind ?? null;
    },
    voice: (id) => presetVoices.some((voice) => voice.voice_id === id),
  };
}

function findElement(state: KlingState, account: Account, id: string): KlingTask | null {
  for (const task of state.tasks.values()) {
    const { element } = task;
    if (element === null || element.deleted || task.account !== account.name) continue;
    if (task.status === 'succeeded' && element.id.toString() === id) return task;
  }
  return null;
}

export function validateElement(body: Json | undefined): Read<ElementOrder> {
  return reading(() => {
    if (!isObject(body)) throw new RefusedField(refusal(1200));
    const name = limitedText(body, 'element_name', 20) ?? refuse('element_name: must not be blank');
    const description =
      limitedText(body, 'element_description', 100) ?? refuse('element_description: must not be blank');
    const type = choice(body, 'reference_type', ['image_refer', 'video_refer'] as const);
    if (type === undefined) refuse('reference_type: must not be blank');
    return {
      name,
      description,
      kind: type === 'video_refer' ? 'video_character_elements' : 'multi_image_elements',
      images: type === 'image_refer' ? readImages(body) : [],
      videos: type === 'video_refer' ? readVideos(body) : [],
      voiceId: textField(body, 'element_voice_id') ?? null,
      tags: list(body, 'tag_list').map((tag) => readTag(tag)),
      callbackUrl: textField(body, 'callback_url') ?? null,
      externalId: textField(body, 'external_task_id') ?? null,
    };
  });
}

function readTag(tag: JsonObject): string {
  const id = textField(tag, 'tag_id', 'tag_list.tag_id') ?? '';
  return /^o_10[1-8]$/.test(id) ? id : refuse('tag_list.tag_id: the value is invalid');
}

function readImages(body: JsonObject): ElementOrder['images'] {
  const images = group(body, 'element_image_list');
  const frontal = textField(images, 'frontal_image', 'element_image_list.frontal_image');
  if (frontal === undefined) return refuse('element_image_list.frontal_image: must not be blank');
  const refer = list(images, 'refer_images', 'element_image_list.refer_images').map(
    (image) =>
      textField(image, 'image_url') ?? refuse('element_image_list.refer_images.image_url: must not be blank'),
  );
  if (refer.length < 1 || refer.length > 3)
    refuse('element_image_list.refer_images: size must be between 1 and 3');
  return [{ role: 'frontal', url: frontal }, ...refer.map((url) => ({ role: 'refer' as const, url }))];
}

function readVideos(body: JsonObject): string[] {
  const videos = list(
    group(body, 'element_video_list'),
    'refer_videos',
    'element_video_list.refer_videos',
  ).map(
    (video) =>
      textField(video, 'video_url') ?? refuse('element_video_list.refer_videos.video_url: must not be blank'),
  );
  if (videos.length !== 1) refuse('element_video_list.refer_videos: size must be 1');
  return videos;
}

export function deleteElement(world: World, account: Account, body: Json | undefined): Refusal | null {
  const id = reading(() =>
    elementId(isObject(body) ? body.element_id : undefined, 'element_id', world.settings),
  );
  if (!id.ok) return id.refusal;
  const task = findElement(world.state, account, id.value);
  if (task?.element === undefined || task.element === null) return badValue(`Element not found: ${id.value}`);
  task.element.deleted = true;
  return null;
}
