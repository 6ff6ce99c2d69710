import type { Verification } from '@sluice/contract';
import { afterEach, describe, expect, test } from 'vitest';
import { type Rig, useRig } from '../http/testing/rig.ts';
import type { Store } from '../store/store.ts';
import { nextDueMs } from '../store/testing/next-due.ts';
import { drawn, type Played, play } from './testing/played.ts';
import { type Drawn, drawVendor, ownSheet, playedNames } from './testing/vendors.ts';
import { verifyPaths } from './verify.ts';

const rig = useRig();
const DAY_MS = 24 * 3_600_000;
const SEED = process.env.VERIFY_SEED ?? 'autumn';
const PRICED_BY_US = ['kie', 'replicate', 'openai-videos'];

afterEach(async () => {
  const { ask, operatorKey: key, context } = rig();
  for (const { name } of context.paths.all()) {
    await ask('PATCH', `/v1/paths/${name}`, { key, body: { state: 'paused' } });
  }
});

async function pathTo(name: string, vendor: Drawn, sheetOf = name): Promise<string> {
  const { ask, operatorKey: key } = rig();
  const own = PRICED_BY_US.includes(sheetOf);
  if (own) await ask('POST', '/v1/prices', { key, body: ownSheet(name) });
  const body = { name: `to-${name}`, ...vendor.path, ...(own ? { price_sheet: `ours-at-${name}` } : {}) };
  const made = await ask('POST', '/v1/paths', { key, body });
  if (made.status !== 201) throw new Error(made.text);
  return body.name;
}

async function started(path: string, more: object = {}): Promise<Verification> {
  const { ask, operatorKey: key } = rig();
  const plan = await ask('POST', `/v1/paths/${path}/verifications`, { key, body: { budget: '12', ...more } });
  if (plan.status !== 201) throw new Error(plan.text);
  const { id, worst_case } = plan.body;
  const agreed = { confirmed_by: 'Ana', worst_case };
  const answer = await ask('POST', `/v1/verifications/${id}/start`, { key, body: agreed });
  if (answer.status !== 202) throw new Error(answer.text);
  return answer.body;
}

async function read({ id }: Pick<Verification, 'id'>): Promise<Verification> {
  const { ask, operatorKey: key } = rig();
  return (await ask('GET', `/v1/verifications/${id}`, { key })).body;
}

const stepOf = ({ steps }: Verification, kind: string) => {
  const found = steps.find((step) => step.kind === kind);
  if (!found) throw new Error(`no step ${kind}`);
  return found;
};

/** To the end of everything paid, and then, in long strides, to the end of the link. */
async function live(played: Played, verification: Verification, linkMs: number): Promise<Verification> {
  await played.until(async () => (await read(verification)).state === 'done', 1_800_000);
  const watched = async () => stepOf(await read(verification), 'link_life').state !== 'running';
  await untilLink(rig(), played, watched, linkMs);
  return read(verification);
}

/** From look to look: in between nothing happens. */
async function untilLink(
  { clock, database }: Rig,
  played: Played,
  done: () => Promise<boolean>,
  mostMs: number,
) {
  const lastMs = clock.now() + mostMs;
  while (!(await done())) {
    if (clock.now() > lastMs) throw new Error('the link outlived everything');
    clock.advance(Math.max(1_000, (await nextDueMs(database)) - clock.now()));
    await verifyPaths(played.context);
  }
}

async function factsOf(path: string): Promise<Record<string, { value: unknown; unit: string | null }>> {
  const { ask, operatorKey: key } = rig();
  const { body } = await ask('GET', `/v1/paths/${path}/facts`, { key });
  return Object.fromEntries(body.data.reverse().map((each: { fact: string }) => [each.fact, each]));
}

describe.each(playedNames)('%s, with terms that nobody told it', (name) => {
  test('its limit, its callbacks and the life of its links are found, within the budget', async () => {
    const dealt = drawVendor(name, `${SEED} ${name}`, rig().clock);
    const { terms } = dealt;
    const path = await pathTo(name, dealt);
    const played = play(rig(), dealt.vendor);
    const found = await live(played, await started(path), 60 * DAY_MS);
    const facts = await factsOf(path);
    const told = JSON.stringify({ terms, steps: found.steps }, null, 1);

    expect(Number(found.spent), told).toBeLessThanOrEqual(Number(found.budget));
    expect(stepOf(found, 'clips').state, told).toBe('passed');
    if (terms.limit !== null) expect(facts.concurrency_limit?.value, told).toBe(terms.limit);
    else expect(facts.concurrency_limit, told).toBeUndefined();
    if (terms.burst !== null) expect(facts.burst_limit?.value, told).toBe(terms.burst);
    if (terms.callsBack !== null) expect(facts.callbacks?.value, told).toBe(terms.callsBack);
    if (terms.linkLifeMs !== null) {
      const lifeSeconds = terms.linkLifeMs / 1000;
      const value = Number(facts.result_link_life?.value);
      expect(value, told).toBeLessThanOrEqual(lifeSeconds + 1);
      expect(value, told).toBeGreaterThan(lifeSeconds * 0.9);
    }
  }, 120_000);
});

class Killed extends Error {}

/** Kills at writes of a verification, before or after they took effect, and around orders. */
function mortal(dice: ReturnType<typeof drawn>) {
  const deadly = <Values extends unknown[], Answer>(call: (...values: Values) => Promise<Answer>) => {
    return async (...values: Values): Promise<Answer> => {
      if (dice.fraction() < 0.06) throw new Killed('before');
      const answer = await call(...values);
      if (dice.fraction() < 0.06) throw new Killed('after');
      return answer;
    };
  };
  return (store: Store): Store => ({
    ...store,
    verifications: { ...store.verifications, save: deadly(store.verifications.save) },
    accept: { ...store.accept, accept: deadly(store.accept.accept) },
  });
}

test('killed again and again, it orders nothing twice, keeps its budget and finds the limit', async () => {
  const dealt = drawVendor('kling', 'killed', rig().clock);
  const path = await pathTo('kling-killed', dealt, 'kling');
  const deaths: string[] = [];
  let played = play(rig(), dealt.vendor, mortal(drawn('deaths')));
  const verification = await started(path, {
    steps: ['credential', 'clips', 'concurrency', 'duplicate_key'],
  });
  const over = async () => (await read(verification)).state === 'done';
  for (;;) {
    try {
      await played.until(over, 3 * DAY_MS);
      break;
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      deaths.push(error.message);
      played = played.reborn();
    }
  }
  const found = await read(verification);
  const told = JSON.stringify({ deaths, found }, null, 1);
  expect(deaths.length, told).toBeGreaterThan(3);
  expect(Number(found.spent), told).toBeLessThanOrEqual(Number(found.budget));
  expect((await factsOf(path)).concurrency_limit?.value, told).toBe(dealt.terms.limit);
  const { rows } = await rig().database.query(
    {
      name: '',
      text: 'SELECT count(*)::int AS sent FROM attempts WHERE path_name = $1 AND accepted_at IS NOT NULL',
    },
    [path],
  );
  // The vendor knows of no clip that our books do not.
  expect(dealt.vendor.accepts.length, told).toBe(rows[0]?.sent);
}, 120_000);

test('a picture and a video open the modes that need them, and each is ordered once', async () => {
  const { context, ask, operatorKey: key, clock } = rig();
  const dealt = drawVendor('kling', 'modes', clock);
  const path = await pathTo('kling-modes', dealt, 'kling');
  const played = play(rig(), dealt.vendor);
  const image = 'https://pictures.example.com/boat.jpg';
  const video = 'https://pictures.example.com/boat.mp4';
  for (const model of ['kling-o3']) {
    const steps = ['clips'];
    const begun = await started(path, { model, steps, image, video, budget: '60' });
    await played.until(async () => (await read(begun)).state === 'done', DAY_MS);
    const found = await read(begun);
    const told = JSON.stringify(found, null, 1);
    expect(stepOf(found, 'clips').state, told).toBe('passed');
    const able = Object.keys(context.catalogue.model(model)?.model.modes ?? {});
    expect(found.modes.toSorted(), told).toEqual(able.toSorted());
    const { body } = await ask('GET', `/v1/tasks?account=${found.account}&limit=100`, { key });
    const ordered = body.data.map((task: { mode: string }) => task.mode);
    expect(ordered.toSorted(), told).toEqual(able.toSorted());
  }
  const bare = { model: 'kling-o3', steps: ['clips'], budget: '60' };
  const plan = await ask('POST', `/v1/paths/${path}/verifications`, { key, body: bare });
  expect(plan.body.modes).toEqual(['text-to-video']);
}, 120_000);

test('stopped while a clip is rendered, it orders nothing more, waits for that one and says so', async () => {
  const { ask, operatorKey: key, clock } = rig();
  const dealt = drawVendor('kling', 'stopped', clock);
  const path = await pathTo('kling-stopped', dealt, 'kling');
  const played = play(rig(), dealt.vendor);
  const begun = await started(path, { steps: ['clips', 'concurrency', 'duplicate_key'] });
  const { accepts } = dealt.vendor;
  await played.until(async () => accepts.length === 1, 60_000);
  const stopping = await ask('POST', `/v1/verifications/${begun.id}/stop`, { key });
  expect(stopping.body.state).toBe('stopping');
  await played.until(async () => (await read(begun)).state === 'stopped', 600_000);
  const found = await read(begun);
  expect(accepts).toHaveLength(1);
  const ends = found.steps.filter(({ clips_most }) => clips_most > 0);
  expect(ends.map(({ state, finding }) => `${state} ${finding}`)).toEqual(Array(3).fill('skipped Stopped.'));
  expect(Number(found.spent)).toBeGreaterThan(0);
  const { body } = await ask('GET', `/v1/tasks?account=${found.account}`, { key });
  expect(body.data.map(({ status }: { status: string }) => status)).toEqual(['completed']);
  const again = await ask('POST', `/v1/verifications/${begun.id}/stop`, { key });
  expect(again.body.error.code).toBe('conflict');
}, 120_000);

test('a repeated create whose answer was not written down is not sent a second time', async () => {
  const dealt = drawVendor('kling', 'repeat', rig().clock);
  const path = await pathTo('kling-repeat', dealt, 'kling');
  let creates = 0;
  const counting: typeof dealt.vendor = {
    ...dealt.vendor,
    handle: (request) => {
      if (request.method === 'POST') creates += 1;
      return dealt.vendor.handle(request);
    },
  };
  let died = false;
  const dyingOnce = (store: Store): Store => ({
    ...store,
    verifications: {
      ...store.verifications,
      save: (given, nowMs) => {
        const step = given.record.steps.find(({ kind }) => kind === 'duplicate_key');
        if (died || typeof step?.figures.answer !== 'string') return store.verifications.save(given, nowMs);
        died = true;
        throw new Killed('between the answer and its note');
      },
    },
  });
  const played = play(rig(), counting, dyingOnce);
  const begun = await started(path, { steps: ['clips', 'duplicate_key'] });
  const over = async () => (await read(begun)).state === 'done';
  await expect(played.until(over, DAY_MS)).rejects.toThrow(Killed);
  const sent = creates;
  expect(sent).toBe(stepOf(await read(begun), 'clips').task_ids.length + 1);
  await played.reborn().until(over, DAY_MS);
  expect(creates).toBe(sent);
  expect(stepOf(await read(begun), 'duplicate_key')).toMatchObject({
    state: 'failed',
    finding: 'The answer to the repeated create was lost; it is not sent again.',
  });
}, 120_000);
