/** The emulated server of the OpenAI Videos shape, examined by the vendor's own npm client, unmodified. */
import { sampleImage, serveOpenAiVideos } from '@sluice/emulators';
import OpenAI, { toFile } from 'openai';
import { afterAll, expect, test } from 'vitest';

const key = 'sk-client-0123456789';
const timing = { queueMs: 10, renderBaseMs: 40, renderMsPerSecond: 0, jitter: 0, callbackMs: 0 };
const served = await serveOpenAiVideos({ keys: [key], models: ['kling-v3'], timing, still: true });
const client = new OpenAI({ apiKey: key, baseURL: `${served.url}/v1`, maxRetries: 0 });
afterAll(() => served.close());

const order = { prompt: 'A paper boat', model: 'kling-v3', seconds: '4', size: '1280x720' } as const;

async function ended(id: string): Promise<OpenAI.Videos.Video> {
  for (;;) {
    const video = await client.videos.retrieve(id);
    if (video.status === 'completed' || video.status === 'failed') return video;
  }
}

test('creates, waits and downloads', async () => {
  const created = await client.videos.create(order);
  expect(created).toMatchObject({ object: 'video', status: 'queued', seconds: '4', size: '1280x720' });
  const done = await ended(created.id);
  expect(done).toMatchObject({ status: 'completed', progress: 100 });
  expect(done.expires_at ?? 0).toBeGreaterThan(done.completed_at ?? 0);
  const content = await client.videos.downloadContent(created.id);
  expect(content.headers.get('content-type')).toBe('video/mp4');
  expect((await content.arrayBuffer()).byteLength).toBeGreaterThan(1_000);
});

test('sends a picture as a file, and as an address', async () => {
  const picture = sampleImage({ seed: 'street', width: 320, height: 320 });
  const file = await toFile(Buffer.from(picture.bytes), 'street.png', { type: 'image/png' });
  const byFile = await client.videos.create({ ...order, input_reference: file });
  const byAddress = await client.videos.create({
    ...order,
    input_reference: { image_url: 'https://media.example/street.png' },
  });
  expect((await ended(byFile.id)).status).toBe('completed');
  expect((await ended(byAddress.id)).status).toBe('completed');
});

test('stops by deleting', async () => {
  served.emulator.faults.next('job', { do: 'never-finish' });
  const created = await client.videos.create(order);
  expect(await client.videos.delete(created.id)).toMatchObject({ deleted: true });
  await expect(client.videos.retrieve(created.id)).rejects.toThrow(OpenAI.NotFoundError);
});

test('sees a failure with its reason', async () => {
  const created = await client.videos.create({ ...order, prompt: 'A paper boat [moderate]' });
  expect(await ended(created.id)).toMatchObject({ status: 'failed', error: { code: 'moderation_blocked' } });
});

test('sees refusals as its own errors', async () => {
  await expect(client.videos.create({ ...order, model: 'kling-v9' })).rejects.toThrow(OpenAI.BadRequestError);
  const stranger = new OpenAI({ apiKey: 'sk-nobody', baseURL: `${served.url}/v1`, maxRetries: 0 });
  await expect(stranger.videos.create(order)).rejects.toThrow(OpenAI.AuthenticationError);
});

test('makes one again, and pages through all', async () => {
  const source = await client.videos.create(order);
  const again = await client.videos.remix(source.id, { prompt: 'at night' });
  expect(again.remixed_from_video_id).toBe(source.id);
  const seen: string[] = [];
  for await (const video of client.videos.list({ limit: 2 })) seen.push(video.id);
  expect(seen.slice(0, 2)).toEqual([again.id, source.id]);
  expect(seen.length).toBeGreaterThan(4);
});
