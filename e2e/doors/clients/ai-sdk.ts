/** Vercel's AI SDK, twice: with our own provider, and with its gateway client at `/ai-gateway`. */
import { createSluice } from '@sluice/ai-sdk-provider';
import { createGateway, experimental_generateVideo as generateVideo } from 'ai';
import { type DoorJudge, type DoorWorld, expectStored, expectThat, failureOf } from '../judge.ts';

type VideoModel = Parameters<typeof generateVideo>[0]['model'];
type At = { url: string; key: string };
type Models = (at: At) => { model: (name: string) => VideoModel; names: { text: string; image: string } };

const byProvider: Models = ({ url, key }) => {
  const sluice = createSluice({ baseURL: url, apiKey: key });
  return { model: (name) => sluice.video(name), names: { text: 'kling-3.0', image: 'kling-3.0' } };
};

const byGateway: Models = ({ url, key }) => {
  const gateway = createGateway({ baseURL: `${url}/ai-gateway`, apiKey: key });
  const names = { text: 'klingai/kling-v3.0-t2v', image: 'klingai/kling-v3.0-i2v' };
  // Its type does not name the method yet; the AI SDK's documents do.
  return { model: (name) => (gateway as unknown as { video(name: string): VideoModel }).video(name), names };
};

/** Its own downloader refuses addresses of this machine. */
const download = async ({ url, abortSignal }: { url: URL; abortSignal?: AbortSignal }) => {
  const answer = await fetch(url, abortSignal === undefined ? {} : { signal: abortSignal });
  return { data: new Uint8Array(await answer.arrayBuffer()), mediaType: 'video/mp4' };
};

function judgeOf(client: string, models: Models, lists: DoorJudge['operations']['list']): DoorJudge {
  const make = (at: At, prompt: string, more: object = {}) => {
    const { model, names } = models(at);
    return generateVideo({
      model: model(names.text),
      prompt,
      duration: 5,
      resolution: '1280x720',
      download,
      ...more,
    });
  };
  const newest = async ({ sluice }: DoorWorld) => (await sluice.tasks.list({ limit: 1 })).data[0];
  return {
    client,
    operations: {
      'text-to-video': async (world) => {
        await make(world, `${client}, by words`);
        const task = await newest(world);
        expectThat(
          task?.quality === '720p' && task.duration === 5 && task.aspect_ratio === '16:9',
          'as ordered',
        );
      },
      'image-to-video': async (world) => {
        const { model, names } = models(world);
        const prompt = { text: `${client}, by a picture`, image: world.picture };
        await generateVideo({ model: model(names.image), prompt, duration: 5, download });
        const task = await newest(world);
        expectThat(task?.mode === 'image-to-video', `ordered as ${task?.mode}`);
      },
      wait: async (world) => {
        const { video, warnings } = await make(world, `${client}, waited for`, { seed: 7 });
        expectThat(video.mediaType === 'video/mp4' && video.uint8Array.length > 0, 'there is a clip');
        expectThat(
          warnings.some((each) => 'feature' in each && each.feature === 'seed'),
          'a seed is a warning',
        );
      },
      download: async (world) => {
        const { video } = await make(world, `${client}, to be kept`);
        await expectStored(world, (await newest(world))?.id ?? '', video.uint8Array);
      },
      list: lists,
      cancel:
        models === byProvider
          ? async (world) => {
              const stop = new AbortController();
              await world.whilePaused(async () => {
                const made = failureOf(make(world, `${client}, not wanted`, { abortSignal: stop.signal }));
                while (!(await newest(world))?.prompt.includes('not wanted')) await pause();
                stop.abort(new Error('not wanted'));
                await made;
                while ((await newest(world))?.status !== 'cancelled') await pause();
              });
            }
          : { none: 'its protocol has no word for it' },
      'moderated failure': async (world) => {
        const failure = await failureOf(make(world, 'a boat [moderate]'));
        expectThat(String(failure.message).includes('moderated'), String(failure.message));
      },
      'insufficient balance': async ({ url, poorKey }) => {
        const failure = await failureOf(make({ url, key: poorKey }, 'for nothing'));
        expectThat(failure.statusCode === 402, JSON.stringify(failure));
      },
      'unknown model': async (world) => {
        const { model } = models(world);
        const failure = await failureOf(generateVideo({ model: model('kling-9'), prompt: 'x', download }));
        expectThat(/model/i.test(String(failure.message)), String(failure.message));
      },
    },
    create: (at, prompt) => make(at, prompt),
  };
}

const pause = () => new Promise((resolve) => setTimeout(resolve, 50));

export const aiSdkByProvider = judgeOf('ai 6 + our provider', byProvider, {
  none: 'the AI SDK has no call for it',
});

export const aiSdkByGateway = judgeOf('ai 6 + its gateway client', byGateway, async (world) => {
  const gateway = createGateway({ baseURL: `${world.url}/ai-gateway`, apiKey: world.key });
  const { models } = await gateway.getAvailableModels();
  expectThat(
    models.some(({ id }) => id === 'kling-3.0'),
    'models, which is what it lists',
  );
  const { balance } = await gateway.getCredits();
  expectThat(Number(balance) > 0, 'and the balance');
});
