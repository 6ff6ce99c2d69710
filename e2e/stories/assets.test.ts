/**
 * What a client can do with a stored clip: play it from the middle, keep it and ask whether it changed, hand its link
 * to somebody without a key, and delete it for good. A link that was tampered with opens nothing.
 */
import { createHash } from 'node:crypto';
import type { Asset } from '@sluice/sdk';
import { beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import type { Customer } from '../processes/installation.ts';
import { order, useInstallation } from './story.ts';

const story = useInstallation();

let customer: Customer;
let clip: Asset;
let whole: Buffer;

beforeAll(async () => {
  customer = await story().openAccount({ name: 'Studio' });
  clip = await newClip('kept');
  whole = await bytesOf(await byKey(clip));
});

test('the whole clip, by key', async () => {
  const answer = await byKey(clip);
  expect(answer.status).toBe(200);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'content-type': 'video/mp4',
    'content-length': String(clip.bytes),
    'accept-ranges': 'bytes',
    etag: `"${clip.sha256}"`,
  });
  expect(createHash('sha256').update(whole).digest('hex')).toBe(clip.sha256);
});

test.each([
  ['the first bytes', 'bytes=0-99', 0, 99],
  ['from the middle on', 'bytes=1000-', 1000, null],
  ['the last bytes', 'bytes=-500', -500, null],
  ['more than there is', 'bytes=100-99999999', 100, null],
] as const)('a part: %s', async (_, range, from, to) => {
  const start = from < 0 ? clip.bytes + from : from;
  const end = to ?? clip.bytes - 1;
  const answer = await byKey(clip, { range });
  expect(answer.status).toBe(206);
  expect(answer.headers.get('content-range')).toBe(`bytes ${start}-${end}/${clip.bytes}`);
  expect((await bytesOf(answer)).equals(whole.subarray(start, end + 1))).toBe(true);
});

test('a part that is not there is refused, and says how long the clip is', async () => {
  const answer = await byKey(clip, { range: `bytes=${clip.bytes}-` });
  expect(answer.status).toBe(416);
  expect(answer.headers.get('content-range')).toBe(`bytes */${clip.bytes}`);
});

test('a clip that did not change is not sent again', async () => {
  const etag = `"${clip.sha256}"`;
  const kept = await byKey(clip, { 'if-none-match': etag });
  expect({ status: kept.status, length: (await bytesOf(kept)).length }).toEqual({ status: 304, length: 0 });
  expect((await byKey(clip, { 'if-none-match': '"something-else"' })).status).toBe(200);
  // The rest of a download that broke off is the rest of this very clip, or all of another one.
  expect((await byKey(clip, { range: 'bytes=10-', 'if-range': etag })).status).toBe(206);
  expect((await byKey(clip, { range: 'bytes=10-', 'if-range': '"another"' })).status).toBe(200);
});

test('its link works without a key, and only as it was given', async () => {
  const link = linkOf(clip);
  expect((await bytesOf(await fetch(link))).equals(whole)).toBe(true);
  expect((await customer.sluice.tasks.list()).data[0]?.assets[0]?.url).toBe(clip.url);

  const other = await newClip('another');
  const spoiled = [
    spoil(link, (url) => url.searchParams.set('signature', `${url.searchParams.get('signature')}A`)),
    spoil(link, (url) => url.searchParams.set('signature', swapped(url.searchParams.get('signature') ?? ''))),
    spoil(link, (url) =>
      url.searchParams.set('expires', String(Number(url.searchParams.get('expires')) + 3600)),
    ),
    spoil(link, (url) => url.searchParams.delete('signature')),
    spoil(link, (url) => {
      url.pathname = url.pathname.replace(clip.id, other.id);
    }),
  ];
  for (const address of spoiled) {
    const answer = await fetch(address);
    expect({ address, status: answer.status }).toEqual({ address, status: 401 });
    expect(Refused.parse(await answer.json()).error.code).toBe('missing_key');
  }
});

test("another account's clip is not there", async () => {
  const stranger = await story().openAccount({ name: 'Stranger' });
  const answer = await byKey(clip, {}, stranger.key);
  const missing = await byKey({ id: 'asset_nothing' }, {}, stranger.key);
  expect([answer.status, missing.status]).toEqual([404, 404]);
  expect(Refused.parse(await answer.json()).error).toEqual(Refused.parse(await missing.json()).error);
});

test('deleted: gone for everybody, also by its link, and the task says so', async () => {
  const doomed = await newClip('doomed');
  expect((await fetch(linkOf(doomed))).status).toBe(200);
  expect(await customer.sluice.assets.delete(doomed.id)).toMatchObject({ deleted: true });
  for (const answer of [await byKey(doomed), await fetch(linkOf(doomed))]) {
    expect(answer.status).toBe(410);
    expect(Refused.parse(await answer.json()).error.code).toBe('gone');
  }
  const task = (await customer.sluice.tasks.list({ limit: 1 })).data[0];
  expect(task).toMatchObject({ status: 'completed', prompt: 'doomed' });
  const { data } = await customer.sluice.tasks.timeline(task?.id ?? '');
  expect(data.map(({ kind }) => kind)).toContain('asset.deleted');
  // The same bytes may stand behind somebody else's clip: that one stays.
  expect((await byKey(clip)).status).toBe(200);
});

const Refused = z.object({ error: z.object({ code: z.string(), message: z.string(), fix: z.string() }) });

async function newClip(prompt: string): Promise<Asset> {
  const { assets } = await customer.sluice.tasks.createAndWait(order(prompt));
  const video = assets.find(({ kind }) => kind === 'video');
  if (!video) throw new Error('a completed task has a clip');
  return video;
}

function byKey(
  { id }: Pick<Asset, 'id'>,
  headers: Record<string, string> = {},
  key = customer.key,
): Promise<Response> {
  const authorization = `Bearer ${key}`;
  return fetch(`${story().gateway.url}/v1/assets/${id}`, { headers: { authorization, ...headers } });
}

/** Without a public address of its own, the gateway gives links relative to itself. */
function linkOf({ url }: Asset): string {
  return new URL(url, story().gateway.url).href;
}

function spoil(link: string, change: (url: URL) => void): string {
  const url = new URL(link);
  change(url);
  return url.href;
}

function swapped(signature: string): string {
  return `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
}

async function bytesOf(answer: Response): Promise<Buffer> {
  return Buffer.from(await answer.arrayBuffer());
}
