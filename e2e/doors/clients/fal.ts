/** fal's own client at `/fal`: everything to one address (`proxyUrl`), or its hosts replaced (`requestMiddleware`). */
import { createFalClient, type FalClient } from '@fal-ai/client';
import { type DoorJudge, type DoorWorld, expectStored, expectThat, failureOf } from '../judge.ts';

type At = { url: string; key: string };
type Way = (at: At) => FalClient;

const byProxy: Way = ({ url, key }) =>
  createFalClient({ credentials: key, proxyUrl: { url: `${url}/fal/proxy`, when: 'always' } });

const byMiddleware: Way = ({ url, key }) =>
  createFalClient({
    credentials: key,
    requestMiddleware: async (request) => ({
      ...request,
      url: request.url
        .replace('https://queue.fal.run', `${url}/fal`)
        .replace('https://rest.fal.ai', `${url}/fal/rest`),
    }),
  });

// The client types each model's input by itself; a name that it takes as text leaves that out.
const TEXT: string = 'fal-ai/kling-video/v3/standard/text-to-video';
const IMAGE: string = 'fal-ai/kling-video/v3/standard/image-to-video';
const input = (prompt: string) => ({ prompt, duration: '5', generate_audio: false });
const QUICKLY = { pollInterval: 100 };

type Video = { video: { url: string; content_type: string; file_size: number } };

async function finished(fal: FalClient, prompt: string): Promise<{ requestId: string; data: Video }> {
  const { requestId, data } = await fal.subscribe(TEXT, { input: input(prompt), ...QUICKLY });
  return { requestId, data: data as Video };
}

function judgeOf(client: string, way: Way, streams: boolean): DoorJudge {
  return {
    client,
    operations: {
      'text-to-video': async (world) => {
        const queued = await way(world).queue.submit(TEXT, { input: input('fal, by words') });
        expectThat(queued.status === 'IN_QUEUE' && queued.queue_position >= 0, `taken as ${queued.status}`);
        expectThat(queued.status_url.startsWith(`${world.url}/fal/fal-ai/kling-video/`), queued.status_url);
        const task = await world.sluice.tasks.get(queued.request_id);
        expectThat(task.duration === 5 && task.quality === '720p' && task.sound === 'off', 'as ordered');
      },
      'image-to-video': async (world) => {
        const picture = new Blob([world.picture], { type: 'image/png' });
        const wanted = { ...input('fal, by a file'), start_image_url: picture };
        const { requestId } = await way(world).subscribe(IMAGE, { input: wanted, ...QUICKLY });
        const task = await world.sluice.tasks.get(requestId);
        expectThat(
          task.mode === 'image-to-video' && task.status === 'completed',
          `${task.mode} ${task.status}`,
        );
      },
      wait: (world) => waits(way(world), streams),
      download: async (world) => {
        const { requestId, data } = await finished(way(world), 'fal, to be kept');
        const clip = await fetch(data.video.url);
        const bytes = new Uint8Array(await clip.arrayBuffer());
        expectThat(bytes.length === data.video.file_size, 'as many bytes as were announced');
        await expectStored(world, requestId, bytes);
      },
      list: { none: "fal's queue has no list" },
      cancel: (world) => cancels(world, way(world)),
      'moderated failure': async (world) => {
        const failure = await failureOf(finished(way(world), 'a boat [moderate]'));
        expectThat(failure.name === 'ValidationError', `${failure.name}: ${failure.message}`);
        const [item] = (failure.body as { detail: { type: string }[] }).detail;
        expectThat(item?.type === 'content_policy_violation', `for ${item?.type}`);
      },
      'insufficient balance': async ({ url, poorKey }) => {
        const failure = await failureOf(finished(way({ url, key: poorKey }), 'for nothing'));
        expectThat(failure.status === 403, `${failure.status}: ${failure.message}`);
        expectThat(JSON.stringify(failure.body).includes('Exhausted balance'), 'it says so');
      },
      'unknown model': async (world) => {
        const unknown: string = 'fal-ai/kling-video/v9/text-to-video';
        const failure = await failureOf(way(world).queue.submit(unknown, { input: input('a boat') }));
        expectThat(failure.status === 404, `${failure.status}: ${failure.message}`);
        const wrong = { ...input('a boat'), duration: '99' };
        const invalid = await failureOf(way(world).queue.submit(TEXT, { input: wrong }));
        expectThat(JSON.stringify(invalid.body).includes('"duration"'), 'a wrong field is named');
      },
    },
    create: (at, prompt) => way(at).queue.submit(TEXT, { input: input(prompt) }),
  };
}

async function waits(fal: FalClient, streams: boolean): Promise<void> {
  const { request_id: requestId } = await fal.queue.submit(TEXT, { input: input('fal, waited for') });
  const words: string[] = [];
  const onQueueUpdate = ({ status }: { status: string }) => words.push(status);
  if (streams)
    await fal.queue.subscribeToStatus(TEXT, { requestId, mode: 'streaming', logs: true, onQueueUpdate });
  else await fal.queue.subscribeToStatus(TEXT, { requestId, ...QUICKLY, onQueueUpdate });
  expectThat(words.at(-1) === 'COMPLETED', `its words were ${words}`);
  const status = await fal.queue.status(TEXT, { requestId, logs: true });
  expectThat('logs' in status && status.logs.length > 0, 'there are logs');
  const result = await fal.queue.result(TEXT, { requestId });
  expectThat(result.requestId === requestId, 'the result names its request');
}

async function cancels(world: DoorWorld, fal: FalClient): Promise<void> {
  const requestId = await world.whilePaused(async () => {
    const { request_id: id } = await fal.queue.submit(TEXT, { input: input('fal, not wanted') });
    await fal.queue.cancel(TEXT, { requestId: id });
    return id;
  });
  const failure = await failureOf(fal.queue.result(TEXT, { requestId }));
  expectThat(failure.status === 499, `${failure.status}: ${failure.message}`);
  const late = await failureOf(fal.queue.cancel(TEXT, { requestId }));
  expectThat((late.body as { status: string }).status === 'ALREADY_COMPLETED', 'a second time is too late');
}

export const falByProxy = judgeOf('@fal-ai/client 1.10 (proxyUrl)', byProxy, false);
export const falByMiddleware = judgeOf('@fal-ai/client 1.10 (middleware)', byMiddleware, true);
