/**
 * What both generations of Kling's API come to: an order without its pictures and videos, these beside it, and the
 * names that only the client knows. Pictures may come as raw base64; they take the way of every upload.
 */
import type { CreateGeneration, Refusal } from '@sluice/contract';
import type { DoorModel } from '../../../catalogue/doors.ts';
import type { FileRow } from '../../../store/files.ts';
import type { DoorCall } from '../door.ts';
import { uploadDataAddress } from '../inputs.ts';

export type Media = {
  /** As the client calls it: `contents[1].url`, `image_tail`. */
  field: string;
  at: 'image_start' | 'image_end' | 'image_urls' | 'video_urls';
  /** Address, or for pictures raw base64. */
  given: string;
};

export type Asked = {
  fields: Partial<CreateGeneration>;
  media: readonly Media[];
  callbackUrl: string | undefined;
  externalId: string | undefined;
  watermark: boolean;
};

export type AskedRead = { ok: true; asked: Asked } | { ok: false; refusal: Refusal };

export function refuseField(field: string, message: string): { ok: false; refusal: Refusal } {
  return { ok: false, refusal: { code: 'invalid_input', field, message } };
}

/** `''` is how Kling's own samples leave something out. */
export function given(value: string | undefined): string | undefined {
  return value === undefined || value.trim() === '' ? undefined : value;
}

export type Placed =
  | { ok: true; order: CreateGeneration; uploads: FileRow[]; digest: Record<string, string> }
  | { ok: false; refusal: Refusal; uploads: FileRow[] };

/** The whole order, its pictures uploaded. `digest`: what the media are, so that a repeat is known as one. */
export async function place(call: DoorCall, named: DoorModel, asked: Asked): Promise<Placed> {
  const uploads: FileRow[] = [];
  const digest: Record<string, string> = {};
  const addresses = new Map<Media['at'], string[]>();
  for (const { field, at, given: text } of asked.media) {
    const address = await addressOf(call, field, text, uploads);
    if (!address.ok) return { ...address, uploads };
    digest[field] = address.digest;
    addresses.set(at, [...(addresses.get(at) ?? []), address.value]);
  }
  const [start] = addresses.get('image_start') ?? [];
  const [end] = addresses.get('image_end') ?? [];
  const order: CreateGeneration = {
    ...named.defaults,
    ...named.order,
    ...asked.fields,
    ...(start === undefined ? {} : { image_start: start }),
    ...(end === undefined ? {} : { image_end: end }),
    ...lists(addresses),
    ...(asked.callbackUrl === undefined ? {} : { callback_url: asked.callbackUrl }),
  };
  return { ok: true, order, uploads, digest };
}

function lists(addresses: ReadonlyMap<Media['at'], string[]>): Partial<CreateGeneration> {
  const pictures = addresses.get('image_urls');
  const videos = addresses.get('video_urls');
  return {
    ...(pictures === undefined ? {} : { image_urls: pictures }),
    ...(videos === undefined ? {} : { video_urls: videos }),
  };
}

type Address = { ok: true; value: string; digest: string } | { ok: false; refusal: Refusal };

async function addressOf(call: DoorCall, field: string, text: string, uploads: FileRow[]): Promise<Address> {
  if (/^(?:https?:\/\/|file:)/i.test(text)) return { ok: true, value: text, digest: text };
  const base64 = text.replace(/^data:[^,]*,/i, '').replaceAll(/\s/g, '');
  const inline = await uploadDataAddress(call, field, `data:;base64,${base64}`);
  if (!inline.ok) return inline;
  uploads.push(inline.file);
  return { ok: true, value: `file:${inline.file.id}`, digest: inline.file.sha256 };
}
