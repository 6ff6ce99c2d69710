/**
 * A clip out of a clip: remix names its source in the path, edit in the body or brings a file. The catalogue says which
 * model makes it (`edits`). The source is copied to an upload first, by its hash, so that it outlives the clip.
 */
import type { CreateGeneration, Refusal } from '@sluice/contract';
import { z } from 'zod';
import { receiveFile } from '../../../lifecycle/operate/files.ts';
import type { FileRow } from '../../../store/files.ts';
import { parseFields } from '../../fields.ts';
import { answered, type DoorAnswer, type DoorCall, missing, refused } from '../door.ts';
import { dropUploads } from '../form.ts';
import { findTask } from '../tasks.ts';
import { type Asked, readAsked } from './asked.ts';
import { clipOf, videoOf } from './reply.ts';

const Remix = z.strictObject({ prompt: z.string().min(1).max(10_000) });
const Edit = Remix.extend({ video: z.strictObject({ id: z.string().min(1).max(100) }).optional() });

/** `POST /v1/videos/{id}/remix`. */
export async function remixVideo(call: DoorCall): Promise<DoorAnswer> {
  const asked = await readAsked(call, null);
  if (!asked.ok) return refused(asked.refusal);
  const parsed = parseFields(Remix, asked.body);
  if (!parsed.ok) return refused(parsed.refusal);
  return editOf(call, parsed.value.prompt, call.params.id ?? '');
}

/** `POST /v1/videos/edits`. */
export async function editVideo(call: DoorCall): Promise<DoorAnswer> {
  const asked = await readAsked(call, 'video');
  if (!asked.ok) return refused(asked.refusal);
  const parsed = parseFields(Edit, asked.body);
  if (!parsed.ok) return droppedFile(call, asked, refused(parsed.refusal));
  const { prompt, video } = parsed.value;
  if (asked.file) return orderEdit(call, { prompt, upload: asked.file, source: null, quality: undefined });
  if (video) return editOf(call, prompt, video.id);
  const message = 'video: the id of a completed video, or a file, is wanted.';
  return refused({ code: 'invalid_input', field: 'video', message });
}

export async function extendVideo(): Promise<DoorAnswer> {
  const message = 'No model here makes a clip longer.';
  const fix = 'Order a longer one, or one whose first frame is the last of this.';
  return refused({ code: 'invalid_input', field: 'video', message, fix });
}

async function editOf(call: DoorCall, prompt: string, id: string): Promise<DoorAnswer> {
  const found = await findTask(call, id);
  if (!found) return missing;
  const clip = clipOf(found.task);
  if (!clip) {
    const message = `The video is ${videoOf(found).status}, so there is nothing to make another of.`;
    return refused({ code: 'conflict', field: 'video', message, fix: 'Wait until its status is completed.' });
  }
  const upload = await uploadOf(call, clip.id);
  if (!upload.ok) return refused(upload.refusal);
  return orderEdit(call, { prompt, upload: upload.file, source: id, quality: found.task.quality });
}

type Edits = { prompt: string; upload: FileRow; source: string | null; quality: CreateGeneration['quality'] };

async function orderEdit(call: DoorCall, { prompt, upload, source, quality }: Edits): Promise<DoorAnswer> {
  const { edits } = call.context.catalogue.door('openai');
  if (!edits) return extendVideo();
  const order: CreateGeneration = {
    ...edits,
    prompt,
    video_urls: [`file:${upload.id}`],
    ...(quality === undefined ? {} : { quality }),
  };
  const words = { model: edits.model, ...(source === null ? {} : { source }) };
  const asked = { prompt, source, sha256: upload.sha256 };
  const ordered = await call.order({ order, asked, words });
  const drop = ordered.kind === 'refused' || ordered.replayed;
  if (drop) await dropUploads(call, [upload]);
  return ordered.kind === 'refused'
    ? refused(ordered.refusal)
    : answered(videoOf({ task: ordered.task, words }));
}

type Uploaded = { ok: true; file: FileRow } | { ok: false; refusal: Refusal };

async function uploadOf({ context, accountId }: DoorCall, assetId: string): Promise<Uploaded> {
  const asset = await context.store.operator.findAsset(assetId, accountId);
  const bytes = asset?.state === 'stored' && asset.blob_key ? await context.blobs.read(asset.blob_key) : null;
  if (!bytes) return { ok: false, refusal: { code: 'gone', field: 'video' } };
  const answer = await receiveFile(context, accountId, bytes);
  return answer.kind === 'stored'
    ? { ok: true, file: answer.file }
    : { ok: false, refusal: { ...answer.refusal, field: 'video' } };
}

async function droppedFile(
  call: DoorCall,
  { file }: Extract<Asked, { ok: true }>,
  answer: DoorAnswer,
): Promise<DoorAnswer> {
  if (file) await dropUploads(call, [file]);
  return answer;
}
