/** The routes of `/v1/videos`. */
import { z } from 'zod';
import { parseFields } from '../../fields.ts';
import { sendBlob } from '../../send-blob.ts';
import { answered, type DoorAnswer, type DoorCall, type DoorRoute, missing, refused } from '../door.ts';
import { findTask, listTasks } from '../tasks.ts';
import { createVideo } from './create.ts';
import { deleteVideo } from './delete.ts';
import { editVideo, extendVideo, remixVideo } from './edit.ts';
import { videoOf } from './reply.ts';

const edits = { method: 'POST', access: 'tasks:write', body: 'form', creates: true } as const;

export const openaiRoutes: readonly DoorRoute[] = [
  {
    name: 'create',
    method: 'POST',
    path: '/v1/videos',
    access: 'tasks:write',
    body: 'form',
    creates: true,
    handle: createVideo,
  },
  { ...edits, name: 'remix', path: '/v1/videos/{id}/remix', handle: remixVideo },
  { ...edits, name: 'edit', path: '/v1/videos/edits', handle: editVideo },
  { ...edits, name: 'extend', path: '/v1/videos/extensions', handle: extendVideo },
  { name: 'list', method: 'GET', path: '/v1/videos', access: 'tasks:read', handle: listVideos },
  { name: 'delete', method: 'DELETE', path: '/v1/videos/{id}', access: 'tasks:write', handle: deleteVideo },
  { name: 'retrieve', method: 'GET', path: '/v1/videos/{id}', access: 'tasks:read', handle: retrieveVideo },
  {
    name: 'content',
    method: 'GET',
    path: '/v1/videos/{id}/content',
    access: 'tasks:read',
    handle: sendContent,
  },
];

async function retrieveVideo(call: DoorCall): Promise<DoorAnswer> {
  const found = await findTask(call, call.params.id ?? '');
  return found ? answered(videoOf(found)) : missing;
}

const List = z.strictObject({
  after: z.string().max(100).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
  order: z.enum(['asc', 'desc']).default('desc'),
});

async function listVideos(call: DoorCall): Promise<DoorAnswer> {
  const asked = parseFields(List, call.query);
  if (!asked.ok) return refused(asked.refusal);
  const { after, limit, order } = asked.value;
  const found = await listTasks(call, {
    direction: order === 'desc' ? 'newest_first' : 'oldest_first',
    behind: after ?? null,
    most: limit + 1,
    createdFromMs: null,
    createdUntilMs: null,
  });
  const data = found.slice(0, limit).map(videoOf);
  return answered({
    object: 'list',
    data,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
    has_more: found.length > limit,
  });
}

const Variant = z.object({ variant: z.enum(['video', 'thumbnail', 'spritesheet']).default('video') });
const KINDS = { video: 'video', thumbnail: 'poster' } as const;

async function sendContent(call: DoorCall): Promise<DoorAnswer> {
  const asked = parseFields(Variant, call.query);
  if (!asked.ok) return refused(asked.refusal);
  const { variant } = asked.value;
  if (variant === 'spritesheet') {
    const message = 'There are no sprite sheets here.';
    return refused({ code: 'invalid_input', field: 'variant', message, fix: 'Ask for video or thumbnail.' });
  }
  const found = await findTask(call, call.params.id ?? '');
  if (!found) return missing;
  if (found.task.status !== 'completed') {
    const message = `The video is ${videoOf(found).status}, so there is nothing to download.`;
    return refused({ code: 'conflict', message, fix: 'Retrieve it until its status is completed.' });
  }
  const asset = found.task.assets.find(({ kind }) => kind === KINDS[variant]);
  const row = asset ? await call.context.store.operator.findAsset(asset.id, call.accountId) : null;
  const { blob_key: key, bytes, sha256, content_type: contentType } = row ?? {};
  if (!asset || row?.state !== 'stored' || !key || !bytes || !sha256 || !contentType) return missing;
  const fileName = `${found.task.id}.${/\.([a-z0-9]{1,5})$/.exec(key)?.[1] ?? 'bin'}`;
  const object = { key, bytes: Number(bytes), sha256, contentType, fileName, download: true };
  const sent = await sendBlob(call.context, call.request, call.reply, object);
  return sent.kind === 'refused' ? refused(sent.refusal) : { kind: 'sent' };
}
