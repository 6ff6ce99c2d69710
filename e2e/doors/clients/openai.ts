/** OpenAI's own SDK at `/v1/videos`. */
import OpenAI, { toFile } from 'openai';
import { type DoorJudge, type DoorWorld, expectStored, expectThat, failureOf } from '../judge.ts';

const ORDER = { model: 'kling-3.0', seconds: '5', size: '1280x720' } as unknown as OpenAI.VideoCreateParams;

function clientOf({ url, key }: { url: string; key: string }): OpenAI {
  return new OpenAI({ apiKey: key, baseURL: `${url}/v1` });
}

function order(prompt: string): OpenAI.VideoCreateParams {
  return { ...ORDER, prompt };
}

async function ended(client: OpenAI, id: string): Promise<OpenAI.Video> {
  for (;;) {
    const video = await client.videos.retrieve(id);
    if (video.status === 'completed' || video.status === 'failed') return video;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function completed(world: DoorWorld, prompt: string): Promise<OpenAI.Video> {
  const client = clientOf(world);
  const video = await ended(client, (await client.videos.create(order(prompt))).id);
  expectThat(video.status === 'completed', `it ended as ${video.status}: ${video.error?.message}`);
  return video;
}

export const openaiSdk: DoorJudge = {
  client: 'openai 6.49',
  operations: {
    'text-to-video': async (world) => {
      const video = await clientOf(world).videos.create(order('openai, by words'));
      expectThat(video.object === 'video', 'a video');
      expectThat(/^(queued|in_progress)$/.test(video.status), `created as ${video.status}`);
      expectThat(video.seconds === '5' && video.size === '1280x720', 'length and size are told back');
      const task = await world.sluice.tasks.get(video.id);
      expectThat(
        task.duration === 5 && task.quality === '720p' && task.aspect_ratio === '16:9',
        'as ordered',
      );
    },
    'image-to-video': async (world) => {
      const picture = await toFile(world.picture, 'frame.png', { type: 'image/png' });
      const client = clientOf(world);
      const video = await client.videos.create({ ...order('openai, by a file'), input_reference: picture });
      const done = await ended(client, video.id);
      expectThat(done.status === 'completed', `it ended as ${done.status}: ${done.error?.message}`);
      const task = await world.sluice.tasks.get(video.id);
      expectThat(task.mode === 'image-to-video', `ordered as ${task.mode}`);
    },
    wait: async (world) => {
      const video = await completed(world, 'openai, waited for');
      expectThat(video.progress === 100 && video.completed_at !== null, 'done, with its time');
    },
    download: async (world) => {
      const { id } = await completed(world, 'openai, to be kept');
      const client = clientOf(world);
      const content = await client.videos.downloadContent(id);
      await expectStored(world, id, new Uint8Array(await content.arrayBuffer()));
      const part = await client.videos.downloadContent(id, {}, { headers: { range: 'bytes=4-7' } });
      expectThat(part.status === 206 && (await part.text()) === 'ftyp', 'a range is a part');
    },
    list: async (world) => {
      const client = clientOf(world);
      const made = [await client.videos.create(order('one')), await client.videos.create(order('two'))];
      const seen: string[] = [];
      for await (const video of client.videos.list({ limit: 1 })) {
        seen.push(video.id);
        if (seen.length === 2) break;
      }
      expectThat(seen.join() === `${made[1]?.id},${made[0]?.id}`, `newest first, page by page: ${seen}`);
    },
    cancel: async (world) => {
      const client = clientOf(world);
      const id = await world.whilePaused(async () => {
        const video = await client.videos.create(order('openai, not wanted'));
        const gone = await client.videos.delete(video.id);
        expectThat(gone.deleted && gone.id === video.id, 'deleted');
        return video.id;
      });
      const failure = await failureOf(client.videos.retrieve(id));
      expectThat(failure.status === 404, `it is gone here: ${failure.message}`);
      expectThat((await world.sluice.tasks.get(id)).status === 'cancelled', 'and cancelled');
    },
    'moderated failure': async (world) => {
      const client = clientOf(world);
      const video = await ended(client, (await client.videos.create(order('a boat [moderate]'))).id);
      expectThat(video.status === 'failed', `it ended as ${video.status}`);
      expectThat(/^moderation_/.test(video.error?.code ?? ''), `for ${video.error?.code}`);
    },
    'insufficient balance': async ({ url, poorKey }) => {
      const client = clientOf({ url, key: poorKey });
      const failure = await failureOf(client.videos.create(order('for nothing')));
      expectThat(failure.status === 429 && /_quota$/.test(String(failure.code)), String(failure.message));
    },
    'unknown model': async (world) => {
      const wrong = { ...order('a boat'), model: 'sora-2' };
      const failure = await failureOf(clientOf(world).videos.create(wrong));
      expectThat(failure.status === 400 && failure.param === 'model', String(failure.message));
      expectThat(String(failure.message).includes("'kling-3.0'"), 'the models are named');
    },
  },
  create: (at, prompt) => clientOf(at).videos.create(order(prompt)),
};
