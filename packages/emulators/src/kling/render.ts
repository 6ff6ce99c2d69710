/** One task, told in either generation's words. */
import type { Json, JsonObject } from '../json.ts';
import { secondsText } from '../media/clip.ts';
import { refusal } from './errors.ts';
import type { KlingTask } from './state.ts';
import { formatUnits } from './units.ts';

/** Addresses of a task's files; they carry their own expiry. */
export type Links = { url: string; watermarkUrl: string | null };
export type LinkMaker = (task: KlingTask) => Links;

/** What one read shows: the true status, or the word that a fault puts in its place. */
export type Shown = { word: string; finished: boolean };

export function trueStatus(task: KlingTask): Shown {
  return { word: task.status, finished: task.status === 'succeeded' };
}

/** Counts the read: scripted words are shown one after the other, and then the truth. */
export function readStatus(task: KlingTask): Shown {
  const ended = task.status === 'succeeded' || task.status === 'failed';
  if (ended) {
    const read = task.readsAfterEnd++;
    for (const fault of task.faults) {
      const word = fault.do === 'flap' ? fault.words[read] : undefined;
      if (word !== undefined) return { word, finished: word === 'succeeded' && task.status === 'succeeded' };
    }
    return trueStatus(task);
  }
  const read = task.readsBeforeEnd++;
  for (const fault of task.faults) {
    if (fault.do === 'unknown-word' && read < fault.reads) return { word: fault.word, finished: false };
  }
  return trueStatus(task);
}

export function newRecord(
  task: KlingTask,
  shown: Shown,
  links: LinkMaker,
  listName: 'references' | 'materials' = 'references',
): JsonObject {
  return {
    id: task.id,
    status: shown.word,
    message: shown.word === 'failed' ? (task.failure ?? 'Task failed') : '',
    create_time: task.createdAt,
    update_time: task.updatedAt,
    ...(task.externalId === null ? {} : { external_id: task.externalId }),
    outputs: shown.finished ? [newOutput(task, links, listName)] : [],
    billing:
      shown.finished && task.charged > 0n
        ? [{ charge_type: 'unit', amount: formatUnits(task.charged), package_type: task.packType }]
        : [],
  };
}

function newOutput(task: KlingTask, links: LinkMaker, listName: 'references' | 'materials'): Json {
  if (task.element !== null) {
    const { id, order, deleted } = task.element;
    return {
      type: 'element',
      id: id.toString(),
      name: order.name,
      description: order.description,
      element_type: order.kind,
      [listName]: [
        ...order.images.map(({ role, url }) => ({ type: 'image', role, url })),
        ...order.videos.map((url) => ({ type: 'video', url })),
      ],
      owned_by: task.account,
      status: deleted ? 'deleted' : 'succeeded',
      tags: order.tags.map((tag) => ({ id: tag, name: tag, description: '' })),
    };
  }
  const { url, watermarkUrl } = links(task);
  return {
    type: 'video',
    id: outputId(task),
    url,
    ...(watermarkUrl === null ? {} : { watermark_url: watermarkUrl }),
    duration: secondsText(task.clip?.pictures ?? 0),
  };
}

export function newCreated(task: KlingTask): JsonObject {
  return {
    id: task.id,
    status: 'submitted',
    create_time: task.createdAt,
    update_time: task.createdAt,
    ...(task.externalId === null ? {} : { external_id: task.externalId }),
  };
}

export function legacyCreated(task: KlingTask): JsonObject {
  return {
    task_id: task.id,
    task_status: 'submitted',
    task_info: task.externalId === null ? {} : { external_task_id: task.externalId },
    created_at: task.createdAt,
    updated_at: task.createdAt,
  };
}

export function legacyRecord(task: KlingTask, shown: Shown, links: LinkMaker): JsonObject {
  return {
    task_id: task.id,
    task_status: shown.word === 'succeeded' ? 'succeed' : shown.word,
    task_status_msg: shown.word === 'failed' ? (task.failure ?? 'Task failed') : '',
    task_info: task.externalId === null ? {} : { external_task_id: task.externalId },
    task_result: shown.finished ? legacyResult(task, links) : {},
    watermark_info: { enabled: task.watermark },
    ...(shown.finished ? { final_unit_deduction: formatUnits(task.charged) } : {}),
    created_at: task.createdAt,
    updated_at: task.updatedAt,
  };
}

function legacyResult(task: KlingTask, links: LinkMaker): JsonObject {
  if (task.element !== null) return { elements: [legacyElement(task)] };
  const { url, watermarkUrl } = links(task);
  const video = {
    id: outputId(task),
    url,
    ...(watermarkUrl === null ? {} : { watermark_url: watermarkUrl }),
    duration: secondsText(task.clip?.pictures ?? 0),
  };
  return { videos: [video] };
}

/** `element_id` leaves as a bare integer beyond 2^53, as the vendor's 64-bit type allows. */
function legacyElement(task: KlingTask): JsonObject {
  const { element } = task;
  if (element === null) return {};
  const { order } = element;
  const frontal = order.images.find((image) => image.role === 'frontal');
  const refer = order.images.filter((image) => image.role === 'refer');
  return {
    element_id: element.id,
    element_name: order.name,
    element_description: order.description,
    reference_type: order.kind === 'video_character_elements' ? 'video_refer' : 'image_refer',
    element_image_list:
      frontal === undefined
        ? {}
        : { frontal_image: frontal.url, refer_images: refer.map(({ url }) => ({ image_url: url })) },
    element_video_list:
      order.videos.length === 0 ? {} : { refer_videos: order.videos.map((url) => ({ video_url: url })) },
    element_voice_info: order.voiceId === null ? {} : { voice_id: order.voiceId },
    tag_list: order.tags.map((tag) => ({ id: tag, name: tag, description: '' })),
    owned_by: task.account,
    status: element.deleted ? 'deleted' : 'succeed',
  };
}

/** The clip has an id of its own, near the task's. */
function outputId(task: KlingTask): string {
  return (BigInt(task.id) + 1_000_003n).toString();
}

export function success(requestId: string, data?: Json): JsonObject {
  return {
    code: 0,
    message: 'SUCCEED',
    request_id: requestId,
    ...(data === undefined ? {} : { data }),
  };
}

/** The documented error has no `data` member. */
export function failure(requestId: string, code: number, message?: string): JsonObject {
  return { code, message: refusal(code, message).message, request_id: requestId };
}
