/**
 * A client of the unified routed API (EvoLink, GPTImage2) written down from its documents, read 2026-11-22: no npm
 * package lets its host be set. It knows nothing that those pages do not show.
 */
import { type DoorJudge, type DoorWorld, expectStored, expectThat } from '../judge.ts';

type At = { url: string; key: string };
type Answer = { status: number; body: Record<string, unknown> & { error?: Record<string, unknown> } };
type Task = {
  id: string;
  status: string;
  results?: string[];
  error?: { code: string; message: string };
  usage: { credits_used?: number | null };
};

const client = 'the unified routed API';

async function call({ url, key }: At, method: string, path: string, body?: object): Promise<Answer> {
  const answer = await fetch(url + path, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: (await answer.json()) as Answer['body'] };
}

const order = (prompt: string, more: object = {}) => ({
  model: 'kling-v3-text-to-video',
  prompt,
  duration: 5,
  aspect_ratio: '16:9',
  quality: '720p',
  sound: 'off',
  ...more,
});

const create = (at: At, body: object) => call(at, 'POST', '/v1/videos/generations', body);

async function make(at: At, prompt: string): Promise<string> {
  const { status, body } = await create(at, order(prompt));
  expectThat(status < 300 && body.object === 'video.generation.task', JSON.stringify(body));
  expectThat(/^(pending|processing)$/.test(String(body.status)), `created as ${body.status}`);
  expectThat(typeof body.id === 'string', 'with an id');
  return body.id;
}

async function finish(world: DoorWorld, prompt: string): Promise<Task> {
  const id = await make(world, prompt);
  for (;;) {
    const task = (await call(world, 'GET', `/v1/tasks/${id}`)).body as unknown as Task;
    if (!/pending|processing/.test(task.status)) return task;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

export const unifiedClient: DoorJudge = {
  client,
  operations: {
    'text-to-video': async (world) => {
      const task = await world.sluice.tasks.get(await make(world, `${client}, by words`));
      expectThat(task.duration === 5 && task.quality === '720p' && task.sound === 'off', 'as ordered');
    },
    'image-to-video': async (world) => {
      const { id } = await world.sluice.files.upload(world.picture, { contentType: 'image/png' });
      const framed = { model: 'kling-v3-image-to-video', image_start: `file:${id}`, aspect_ratio: undefined };
      const made = await create(world, order(`${client}, by a picture`, framed));
      expectThat(made.status < 300, JSON.stringify(made.body));
      const task = await world.sluice.tasks.get(String(made.body.id));
      expectThat(task.mode === 'image-to-video', `ordered as ${task.mode}`);
    },
    wait: async (world) => {
      const task = await finish(world, `${client}, waited for`);
      expectThat(task.status === 'completed' && Number(task.usage.credits_used) > 0, JSON.stringify(task));
    },
    download: async (world) => {
      const { id, results } = await finish(world, `${client}, to be kept`);
      const clip = await fetch(String(results?.[0]));
      await expectStored(world, id, new Uint8Array(await clip.arrayBuffer()));
    },
    list: async (world) => {
      const { body } = await call(world, 'GET', '/v1/models');
      const models = body.data as { id: string; object: string }[];
      expectThat(
        models.some(({ id, object }) => id === 'kling-3.0' && object === 'model'),
        'models, which is what it lists',
      );
      const credits = (await call(world, 'GET', '/v1/credits')).body.data as {
        user: { remaining_credits: number };
      };
      expectThat(credits.user.remaining_credits > 0, 'and the balance');
    },
    cancel: { none: 'its documents have no call for it' },
    'moderated failure': async (world) => {
      const task = await finish(world, `a boat [moderate] ${client}`);
      expectThat(
        task.status === 'failed' && /moderat|policy/.test(task.error?.code ?? ''),
        JSON.stringify(task),
      );
    },
    'insufficient balance': async ({ url, poorKey }) => {
      const { status, body } = await create({ url, key: poorKey }, order('for nothing'));
      expectThat(status === 402 && /^insufficient_/.test(String(body.error?.code)), JSON.stringify(body));
    },
    'unknown model': async (world) => {
      const { status, body } = await create(world, order('x', { model: 'kling-v9' }));
      expectThat(status >= 400 && status < 500 && body.error?.param === 'model', JSON.stringify(body));
    },
  },
  create: null,
};
