/**
 * Uploads: bytes stream into the spool, are looked at, and become a row and a content-addressed blob. The row is
 * written before the blob is published, so that a deletion of the same content elsewhere sees that it is still
 * needed; a crash between the two leaves a row whose id nobody was told and which expires.
 */
import type { Refusal } from '@sluice/contract';
import type { Incoming } from '../../effects/blobs/blobs.ts';
import { EndlessMediaError } from '../../effects/media/media.ts';
import { newId } from '../../effects/random/id.ts';
import type { FileRow } from '../../store/files.ts';
import type { Context } from '../context.ts';

export type UploadAnswer = { kind: 'stored'; file: FileRow } | { kind: 'refused'; refusal: Refusal };

type Form = { contentType: string; extension: string };

const FORMS: Readonly<Record<string, Form>> = {
  jpeg: { contentType: 'image/jpeg', extension: 'jpg' },
  png: { contentType: 'image/png', extension: 'png' },
  webp: { contentType: 'image/webp', extension: 'webp' },
  mp4: { contentType: 'video/mp4', extension: 'mp4' },
  mov: { contentType: 'video/quicktime', extension: 'mov' },
  webm: { contentType: 'video/webm', extension: 'webm' },
};

type Looked = {
  format: string;
  width: number | null;
  height: number | null;
  durationSeconds: number | null;
  framesPerSecond: number | null;
};

/** For an upload whose id has to be known before its bytes come. */
export function newFileId(context: Context): string {
  return newId('file', context.clock.now(), context.random);
}

/** `givenId`: one that was given out before; the first upload under it stands. */
export async function receiveFile(
  context: Context,
  accountId: string,
  body: AsyncIterable<Uint8Array>,
  givenId?: string,
): Promise<UploadAnswer> {
  const id = givenId ?? newFileId(context);
  if (givenId !== undefined && (await context.store.files.find(id, accountId, context.clock.now())))
    return refuse({ code: 'conflict', message: 'There is a file at this place already.' });
  if (await context.gate.storageFull()) return refuse({ code: 'storage_full' });
  const incoming = await context.blobs.receive(newId('upload', context.clock.now(), context.random));
  try {
    const refusal = await spool(context, incoming, body);
    if (refusal) return refuse(refusal);
    const looked = await look(context, incoming);
    const unfit = refusalOf(context, looked, incoming.bytes());
    return unfit || !looked
      ? refuse(unfit ?? { code: 'unsupported_media_type' })
      : await keep(context, accountId, incoming, looked, id);
  } catch (error) {
    if (isFull(error)) return refuse({ code: 'storage_full' });
    if (error instanceof EndlessMediaError) {
      const message = 'The file cannot be read to an end: it is damaged, or made to be so.';
      return refuse({ code: 'invalid_input', field: 'file', message });
    }
    throw error;
  } finally {
    await incoming.discard();
  }
}

/** Null when all of it is in the spool. */
async function spool(
  context: Context,
  incoming: Incoming,
  body: AsyncIterable<Uint8Array>,
): Promise<Refusal | null> {
  const mostBytes = mostBytesOf(context, null);
  for await (const chunk of body) {
    if (incoming.bytes() + chunk.length > mostBytes) return tooLarge(mostBytes);
    await incoming.append(chunk);
  }
  if (incoming.bytes() > 0) return null;
  return { code: 'invalid_input', field: 'file', message: 'The file is empty.' };
}

/** What the bytes are, whatever the request calls them. */
async function look({ media }: Context, incoming: Incoming): Promise<Looked | null> {
  const reader = { size: incoming.bytes(), read: incoming.read };
  const image = await media.probeImage(reader);
  if (image) {
    const { format, width, height } = image;
    return { format, width, height, durationSeconds: null, framesPerSecond: null };
  }
  const video = await media.probeVideo(reader);
  if (!video) return null;
  const { container: format, width, height, durationSeconds, framesPerSecond } = video;
  return { format, width, height, durationSeconds, framesPerSecond };
}

/** Only what some model takes as an input; each model's own limits are judged when it is ordered. */
function refusalOf(context: Context, looked: Looked | null, bytes: number): Refusal | null {
  const formats = [...new Set(inputLimits(context).flatMap((limit) => limit.formats))].sort();
  if (!looked || !formats.includes(looked.format)) {
    const message = looked
      ? `No model takes ${looked.format} files.`
      : 'The bytes are no picture or video that can be read.';
    return { code: 'unsupported_media_type', field: 'file', message, allowed: formats };
  }
  const mostBytes = mostBytesOf(context, looked.format);
  return bytes > mostBytes ? tooLarge(mostBytes) : null;
}

async function keep(
  context: Context,
  accountId: string,
  incoming: Incoming,
  looked: Looked,
  id: string,
): Promise<UploadAnswer> {
  const form = FORMS[looked.format];
  if (!form) throw new Error(`no content type is known for ${looked.format}`);
  const nowMs = context.clock.now();
  const sha256 = await incoming.sha256();
  const blobKey = `files/${sha256.slice(0, 2)}/${sha256}.${form.extension}`;
  const bytes = incoming.bytes();
  const { format: _, ...facts } = looked;
  const file = await context.store.files.insert(
    {
      id,
      accountId,
      blobKey,
      bytes,
      sha256,
      contentType: form.contentType,
      ...facts,
      expiresAtMs: nowMs + context.settings.fileLifeMs,
    },
    nowMs,
  );
  await context.blobs.publish(incoming, blobKey, { contentType: form.contentType });
  if ((await context.blobs.size(blobKey)) === bytes) return { kind: 'stored', file };
  await context.store.files.remove([id], accountId, nowMs);
  return refuse({ code: 'unavailable', message: 'The file could not be kept; send it again.' });
}

export async function deleteFile(context: Context, id: string, accountId: string | null): Promise<boolean> {
  return (await removeFiles(context, [id], accountId)) > 0;
}

/** Uploads whose time is over; answers how many went. Called again and again by the retention loop. */
export async function sweepFiles(context: Context, most: number): Promise<number> {
  const ids = await context.store.files.expired(context.clock.now(), most);
  return ids.length === 0 ? 0 : removeFiles(context, ids, null);
}

async function removeFiles(
  context: Context,
  ids: readonly string[],
  accountId: string | null,
): Promise<number> {
  const { removed, unusedBlobs } = await context.store.files.remove(ids, accountId, context.clock.now());
  for (const key of unusedBlobs) await context.blobs.remove(key);
  return removed.length;
}

function inputLimits(context: Context) {
  return context.catalogue.models.flatMap((model) => Object.values(model.input_limits));
}

/** `format` null: of any. */
export function mostBytesOf(context: Context, format: string | null): number {
  const fitting = inputLimits(context).filter((limit) => format === null || limit.formats.includes(format));
  return Math.max(0, ...fitting.map((limit) => limit.max_bytes));
}

function tooLarge(mostBytes: number): Refusal {
  return {
    code: 'payload_too_large',
    field: 'file',
    message: `No model takes a file of this kind above ${mostBytes} bytes.`,
    allowed: { max_bytes: mostBytes },
  };
}

function isFull(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false;
  return error.code === 'ENOSPC' || error.code === 'EDQUOT';
}

function refuse(refusal: Refusal): UploadAnswer {
  return { kind: 'refused', refusal };
}
