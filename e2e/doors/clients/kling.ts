/**
 * A client of Kling's API written down from its documents (the npm packages of its name know retired models only), in
 * both generations: the present one with an API key, the older one with a token that it signs as the vendor's sample.
 */
import { createHmac } from 'node:crypto';
import { createSluice } from '@sluice/sdk';
import { type DoorJudge, type DoorWorld, expectStored, expectThat } from '../judge.ts';

type At = { url: string; key: string };
type Answer = { status: number; code: number; message: string; data: Record<string, unknown> };

async function call(at: At, method: string, path: string, token: string, body?: object): Promise<Answer> {
  const answer = await fetch(`${at.url}/kling${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, ...((await answer.json()) as Omit<Answer, 'status'>) };
}

/** As the vendor's sample does it. */
function tokenOf(accessKey: string, secretKey: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ iss: accessKey, exp: now + 1800, nbf: now - 5 })}`;
  return `${signed}.${createHmac('sha256', secretKey).update(signed).digest('base64url')}`;
}

type Generation = {
  client: string;
  token(at: At): Promise<string>;
  create(prompt: string, model?: string): [path: string, body: object];
  frame(prompt: string, base64: string): [path: string, body: object];
  query(id: string): string;
  list: [method: string, path: string];
  done: string;
  read(data: Record<string, unknown>): { id: string; status: string; message: string; url: string };
};

const current: Generation = {
  client: "Kling's present API, API key",
  token: async ({ key }) => key,
  create: (prompt, model = 'kling-3.0') => [
    `/text-to-video/${model}`,
    { prompt, settings: { resolution: '720p', duration: 5, multi_shot: false } },
  ],
  frame: (text, url) => [
    '/image-to-video/kling-3.0',
    {
      contents: [
        { type: 'prompt', text },
        { type: 'first_frame', url },
      ],
      settings: { resolution: '720p', duration: 5, multi_shot: false },
    },
  ],
  query: (id) => `/tasks?task_ids=${id}`,
  list: ['POST', '/tasks'],
  done: 'succeeded',
  read: (data) => {
    const [task] = Array.isArray(data) ? data : [data];
    return { id: task.id, status: task.status, message: task.message, url: task.outputs?.[0]?.url ?? '' };
  },
};

const older: Generation = {
  client: "Kling's older API, signed token",
  token: async ({ url, key }) => {
    const pair = await createSluice({ baseUrl: url, apiKey: key }).keys.signingSecret();
    return tokenOf(pair.access_key, pair.secret_key);
  },
  create: (prompt, model = 'kling-v3') => [
    '/v1/videos/text2video',
    { model_name: model, prompt, mode: 'std', duration: '5', aspect_ratio: '16:9' },
  ],
  frame: (prompt, image) => [
    '/v1/videos/image2video',
    { model_name: 'kling-v3', prompt, image, mode: 'std', duration: '5' },
  ],
  query: (id) => `/v1/videos/text2video/${id}`,
  list: ['GET', '/v1/videos/text2video?pageNum=1&pageSize=30'],
  done: 'succeed',
  read: (data) => {
    const result = data.task_result as { videos?: { url: string }[] } | undefined;
    const { task_id: id, task_status: status, task_status_msg: message } = data;
    return {
      id: String(id),
      status: String(status),
      message: String(message),
      url: result?.videos?.[0]?.url ?? '',
    };
  },
};

function judgeOf(generation: Generation): DoorJudge {
  const { client } = generation;
  const post = async (at: At, [path, body]: [string, object]) =>
    call(at, 'POST', path, await generation.token(at), body);
  const make = async (at: At, prompt: string): Promise<string> => {
    const made = await post(at, generation.create(prompt));
    expectThat(made.code === 0, JSON.stringify(made));
    return generation.read(made.data).id;
  };
  const look = async (at: At, id: string) =>
    generation.read((await call(at, 'GET', generation.query(id), await generation.token(at))).data);
  const finish = async (world: DoorWorld, id: string) => {
    for (;;) {
      const task = await look(world, id);
      if (!/submitted|processing/.test(task.status)) return task;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  return {
    client,
    operations: {
      'text-to-video': async (world) => {
        const task = await world.sluice.tasks.get(await make(world, `${client}, by words`));
        expectThat(task.duration === 5 && task.quality === '720p', 'as ordered');
      },
      'image-to-video': async (world) => {
        const made = await post(
          world,
          generation.frame(`${client}, by a picture`, Buffer.from(world.picture).toString('base64')),
        );
        expectThat(made.code === 0, JSON.stringify(made));
        const task = await world.sluice.tasks.get(generation.read(made.data).id);
        expectThat(task.mode === 'image-to-video', `ordered as ${task.mode}`);
      },
      wait: async (world) => {
        const done = await finish(world, await make(world, `${client}, waited for`));
        expectThat(done.status === generation.done, JSON.stringify(done));
      },
      download: async (world) => {
        const done = await finish(world, await make(world, `${client}, to be kept`));
        const clip = await fetch(done.url);
        await expectStored(world, done.id, new Uint8Array(await clip.arrayBuffer()));
      },
      list: async (world) => {
        const id = await make(world, `${client}, in a list`);
        const [method, path] = generation.list;
        const listed = await call(
          world,
          method,
          path,
          await generation.token(world),
          method === 'POST' ? {} : undefined,
        );
        expectThat(JSON.stringify(listed.data).includes(id), 'it is in the list');
      },
      cancel: { none: 'the vendor has no call for it' },
      'moderated failure': async (world) => {
        const failed = await finish(world, await make(world, `a boat [moderate] ${client}`));
        expectThat(failed.status === 'failed' && /risk control/.test(failed.message), JSON.stringify(failed));
      },
      'insufficient balance': async ({ url, poorKey }) => {
        const refused = await post({ url, key: poorKey }, generation.create('for nothing'));
        expectThat(refused.status === 429 && refused.code === 1102, JSON.stringify(refused));
      },
      'unknown model': async (world) => {
        const refused = await post(world, generation.create('x', 'kling-v1'));
        expectThat(refused.status === 404 && refused.code === 1203, JSON.stringify(refused));
      },
    },
    create: null,
  };
}

export const klingCurrent = judgeOf(current);
export const klingOlder = judgeOf(older);
