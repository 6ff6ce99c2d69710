/** Replicate's own client at `/replicate/v1`. */
import Replicate, { type Prediction } from 'replicate';
import { type DoorJudge, type DoorWorld, expectStored, expectThat, failureOf } from '../judge.ts';

const MODEL = 'kwaivgi/kling-v3-video';
const input = (prompt: string) => ({ prompt, duration: 5, mode: 'standard' });

function clientOf({ url, key }: { url: string; key: string }): Replicate {
  return new Replicate({ auth: key, baseUrl: `${url}/replicate/v1`, useFileOutput: false });
}

async function finished(world: DoorWorld, prompt: string): Promise<Prediction> {
  const client = clientOf(world);
  const created = await client.predictions.create({ model: MODEL, input: input(prompt) });
  return client.wait(created, { interval: 100 });
}

export const replicateSdk: DoorJudge = {
  client: 'replicate 1.4',
  operations: {
    'text-to-video': async (world) => {
      const made = await clientOf(world).predictions.create({
        model: MODEL,
        input: input('replicate, by words'),
      });
      expectThat(made.status === 'starting' && made.model === MODEL, `made as ${made.status}`);
      expectThat((made.input as { duration?: number }).duration === 5, 'its input is told back');
      const task = await world.sluice.tasks.get(made.id);
      expectThat(task.duration === 5 && task.quality === '720p' && task.sound === 'off', 'as ordered');
    },
    'image-to-video': async (world) => {
      const frame = new Blob([world.picture], { type: 'image/png' });
      const wanted = { ...input('replicate, by a file'), start_image: frame };
      const output = await clientOf(world).run(MODEL, {
        input: wanted,
        wait: { mode: 'block', timeout: 60 },
      });
      expectThat(typeof output === 'string', 'there is an output');
      const { data } = await world.sluice.tasks.list({ limit: 1 });
      expectThat(data[0]?.mode === 'image-to-video', `ordered as ${data[0]?.mode}`);
    },
    wait: async (world) => {
      const done = await finished(world, 'replicate, waited for');
      expectThat(done.status === 'succeeded' && Number(done.metrics?.total_time) > 0, `${done.status}`);
      const output = await clientOf(world).run(MODEL, { input: input('replicate, in one call') });
      expectThat(String(output).includes('/v1/assets/'), 'one call gives the clip');
    },
    download: async (world) => {
      const done = await finished(world, 'replicate, to be kept');
      const clip = await fetch(String(done.output));
      await expectStored(world, done.id, new Uint8Array(await clip.arrayBuffer()));
    },
    list: async (world) => {
      const client = clientOf(world);
      const made = await client.predictions.create({ model: MODEL, input: input('replicate, in a list') });
      const { results } = await client.predictions.list();
      expectThat(results[0]?.id === made.id, 'newest first');
    },
    cancel: async (world) => {
      const client = clientOf(world);
      const id = await world.whilePaused(async () => {
        const made = await client.predictions.create({ model: MODEL, input: input('replicate, not wanted') });
        const ended = await client.predictions.cancel(made.id);
        expectThat(ended.status === 'canceled', `it is ${ended.status}`);
        return made.id;
      });
      expectThat((await client.predictions.get(id)).status === 'canceled', 'and stays so');
    },
    'moderated failure': async (world) => {
      // Its `wait` throws where a prediction failed.
      const failure = await failureOf(finished(world, 'a boat [moderate]'));
      expectThat(String(failure.message).includes('E005'), String(failure.message));
      const { results } = await clientOf(world).predictions.list();
      expectThat(results[0]?.status === 'failed', `it is ${results[0]?.status}`);
    },
    'insufficient balance': async ({ url, poorKey }) => {
      const client = clientOf({ url, key: poorKey });
      const failure = await failureOf(
        client.predictions.create({ model: MODEL, input: input('for nothing') }),
      );
      expectThat(String(failure.message).includes('status 402'), String(failure.message));
    },
    'unknown model': async (world) => {
      const client = clientOf(world);
      const failure = await failureOf(
        client.predictions.create({ model: 'kwaivgi/kling-v9', input: input('x') }),
      );
      expectThat(String(failure.message).includes('status 404'), String(failure.message));
      const wrong = { ...input('a boat'), duration: 99 };
      const invalid = await failureOf(client.predictions.create({ model: MODEL, input: wrong }));
      expectThat(String(invalid.message).includes('input.duration'), 'a wrong field is named');
    },
  },
  create: (at, prompt) => clientOf(at).predictions.create({ model: MODEL, input: input(prompt) }),
};
