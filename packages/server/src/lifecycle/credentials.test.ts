/**
 * A credential that is replaced while attempts under way were sent with it: who asks with which, and what an absence
 * means.
 */
import { beforeEach, expect, test } from 'vitest';
import {
  acceptUpstream,
  addPath,
  admitOne,
  endUpstream,
  loseAnswer,
  orderOne,
} from '../http/testing/life.ts';
import { useRig } from '../http/testing/rig.ts';
import { submitAttempt } from './3-submit.ts';
import { askUpstream, claimQuestions } from './4-track.ts';
import { claimCopies, copyAsset } from './5-mirror.ts';
import { cancelTask } from './cancel.ts';
import { retainFiles } from './expire.ts';
import { reconcilePath } from './reconcile.ts';

const rig = useRig();
const OLD = 'old-key-of-the-vendor-0123456789';
const NEW = 'new-key-of-the-vendor-0123456789';
const MINUTE = 60_000;

/** The path of this test, and the keys that its vendor takes. */
let path = '';
let count = 0;
let taken: string[] = [];
let asked: string[] = [];
let says: (url: string) => unknown = () => ({ code: 0, data: [] });
let account: Awaited<ReturnType<ReturnType<typeof rig>['account']>>;

beforeEach(async () => {
  count += 1;
  path = `rotated-${count}`;
  taken = [OLD, NEW];
  asked = [];
  says = () => ({ code: 0, message: 'SUCCEED', data: [] });
  await rig().database.query({ name: 'test_pause_paths', text: `UPDATE paths SET state = 'paused'` });
  await addPath(rig(), path);
  await rotate(OLD);
  account = await rig().account();
  rig().upstream.answer = ({ headers, url }) => {
    const key = (headers.authorization ?? '').replace('Bearer ', '');
    asked.push(key);
    const good = taken.includes(key);
    const body = good ? says(url) : { code: 1002, message: 'Authorization is invalid' };
    return answered(good ? 200 : 401, body, url);
  };
});

function answered(status: number, body: unknown, url: string) {
  return {
    kind: 'answered' as const,
    status,
    headers: {},
    body: Buffer.from(JSON.stringify(body)),
    finalUrl: url,
  };
}

async function rotate(apiKey: string): Promise<void> {
  const body = { credential: { api_key: apiKey } };
  const answer = await rig().ask('PATCH', `/v1/paths/${path}`, { key: rig().operatorKey, body });
  expect(answer.status).toBe(200);
}

async function shown() {
  return (await rig().ask('GET', `/v1/paths/${path}`, { key: rig().operatorKey })).body.credential;
}

async function sent() {
  const taskId = await orderOne(rig(), account.key);
  return await admitOne(rig(), taskId);
}

/** Accepted under the old key, then the key is replaced. */
async function running() {
  const attempt = await sent();
  await acceptUpstream(rig(), attempt.attemptId);
  await rotate(NEW);
  return attempt;
}

async function track(): Promise<void> {
  asked = [];
  rig().clock.advance(10 * MINUTE);
  for (const question of await claimQuestions(rig().context, (name) => (name === path ? 8 : 0)))
    await askUpstream(rig().context, question);
}

async function reconcile() {
  asked = [];
  rig().clock.advance(10 * MINUTE);
  const { context } = rig();
  await context.paths.refresh(context.clock.now(), true);
  const known = context.paths.byName(path);
  return known ? await reconcilePath(context, known) : [];
}

async function stateOf(attemptId: string): Promise<unknown> {
  const text = 'SELECT state FROM attempts WHERE id = $1';
  const { rows } = await rig().database.query({ name: 'test_attempt_state', text }, [attemptId]);
  return (rows[0] as { state: unknown }).state;
}

const processing = (id: string) => ({
  code: 0,
  data: [{ id, status: 'processing', create_time: 1, update_time: 1 }],
});

test('an attempt is asked about with the credential that it was sent with, the next one with its own', async () => {
  const before = await running();
  const after = await sent();
  await acceptUpstream(rig(), after.attemptId);
  await track();
  expect([...asked].sort()).toEqual([NEW, OLD]);
  expect(await shown()).toMatchObject({
    version: 3,
    earlier: [{ version: 2, attempts: 1, refused_at: null }],
  });
  expect(before.attemptId).not.toBe(after.attemptId);
});

test('with the last attempt that was sent with it, it is deleted', async () => {
  const { attemptId } = await running();
  await retainFiles(rig().context);
  expect((await shown()).earlier).toHaveLength(1);
  await endUpstream(rig(), attemptId);
  await retainFiles(rig().context);
  // Its clip is still to be copied, for which the old key may be needed.
  expect((await shown()).earlier).toHaveLength(1);
  const { lease, copies } = await claimCopies(rig().context, 10);
  expect(copies).toHaveLength(1);
  for (const copy of copies) {
    await rig().context.store.mirror.recordLost(
      { id: copy.id, lease, error: 'gone', code: 'result_unavailable' },
      1,
    );
  }
  await retainFiles(rig().context);
  expect(await shown()).toMatchObject({ version: 3, earlier: [] });
});

test('one that nothing was sent with is not kept at all', async () => {
  await rotate(NEW);
  expect(await shown()).toMatchObject({ version: 3, earlier: [] });
});

test('where the vendor refuses the old one, the present one asks, and an alert says so', async () => {
  const { attemptId } = await running();
  taken = [NEW];
  says = () => processing(`up_${attemptId}`);
  await track();
  expect(asked).toEqual([OLD, NEW]);
  expect((await shown()).earlier[0]).toMatchObject({
    version: 2,
    attempts: 1,
    refused_at: expect.any(String),
  });
  const { body } = await rig().ask('GET', '/v1/alerts', { key: rig().operatorKey });
  const named = body.data.filter((alert: { subject: string }) => alert.subject === path);
  expect(named).toEqual([expect.objectContaining({ code: 'credentials_refused', severity: 'warning' })]);
  const health = await rig().ask('GET', `/v1/paths/${path}`, { key: rig().operatorKey });
  expect(health.body.health).toBe('ok');
});

test('that the present one does not see a task never makes it lost, and the old one is tried again', async () => {
  const { attemptId } = await running();
  taken = [NEW];
  for (let turn = 0; turn < 8; turn += 1) await track();
  expect(asked).toEqual([OLD, NEW]);
  expect(await stateOf(attemptId)).toBe('accepted');
  taken = [OLD, NEW];
  await track();
  expect(asked).toEqual([OLD]);
  // Its own key does not see it either: that is believed.
  for (let turn = 0; turn < 3; turn += 1) await track();
  expect(await stateOf(attemptId)).toBe('abandoned');
});

test('neither works: it waits, and is not lost', async () => {
  const { attemptId } = await running();
  taken = [];
  for (let turn = 0; turn < 8; turn += 1) await track();
  expect(await stateOf(attemptId)).toBe('accepted');
});

test('a lost answer is looked up with its own, and is not sent again because another does not see it', async () => {
  const attempt = await sent();
  await loseAnswer(rig(), attempt);
  await rotate(NEW);
  expect(await reconcile()).toEqual([]);
  expect(asked).toEqual([OLD]);
  taken = [NEW];
  for (let turn = 0; turn < 8; turn += 1) expect(await reconcile()).toEqual([]);
  expect(asked).toEqual([OLD, NEW]);
  expect(await stateOf(attempt.attemptId)).toBe('unknown');
  taken = [OLD, NEW];
  const again: Awaited<ReturnType<typeof reconcile>> = [];
  while (again.length === 0) again.push(...(await reconcile()));
  expect(again.map(({ attemptId }) => attemptId)).toEqual([attempt.attemptId]);
  expect(again[0]).toMatchObject({ credentialVersion: 2 });
});

test('replaced between admission and sending: the old one goes out, and its refusal rests nothing', async () => {
  const attempt = await sent();
  await rotate(NEW);
  taken = [NEW];
  await submitAttempt(rig().context, { ...attempt, leasedAtMonotonicMs: rig().clock.monotonic() });
  expect(asked).toEqual([OLD]);
  expect(await stateOf(attempt.attemptId)).toBe('refused');
  const { body } = await rig().ask('GET', `/v1/paths/${path}`, { key: rig().operatorKey });
  expect(body.health).toBe('ok');
  const next = await admitOne(rig(), attempt.taskId);
  expect(next.credentialVersion).toBe(3);
});

test('a cancel goes out with the credential of the attempt', async () => {
  const { taskId } = await running();
  asked = [];
  // Kling cannot cancel; a vendor that can is asked.
  const { context } = rig();
  await context.paths.refresh(0, true);
  const known = context.paths.byName(path);
  if (!known) throw new Error('the path is there');
  const provider = {
    ...known.provider,
    abilities: { ...known.provider.abilities, cancel: 'any' as const },
    cancel: known.provider.balance as never,
  };
  const paths = { ...context.paths, byName: () => ({ ...known, provider }) };
  expect(await cancelTask({ ...context, paths }, account.id, taskId)).toBe('requested');
  expect(asked).toEqual([OLD]);
});

test('a download from the vendor itself carries it; refused there, the next try carries the present one', async () => {
  const { attemptId } = await running();
  await endUpstream(rig(), attemptId);
  const carried: (string | undefined)[] = [];
  const { context } = rig();
  const known = context.paths.byName(path);
  if (!known) throw new Error('the path is there');
  const downloadHeaders = (at: { credential: Record<string, string | undefined> }) => {
    carried.push(at.credential.api_key);
    return {};
  };
  const row = { ...known.row, base_url: 'https://cdn.klingai.com' };
  const byName = (name: string) => {
    const now = context.paths.byName(name);
    return (
      now && {
        ...now,
        row: { ...now.row, base_url: row.base_url },
        provider: { ...now.provider, downloadHeaders },
      }
    );
  };
  const stream: typeof context.outbound.stream = async (request) => ({
    kind: 'streaming',
    status: 401,
    headers: {},
    finalUrl: request.url,
    body: (async function* () {})(),
    cancel: () => {},
  });
  const given = {
    ...context,
    paths: { ...context.paths, byName },
    outbound: { ...context.outbound, stream },
  };
  for (let turn = 0; turn < 2; turn += 1) {
    rig().clock.advance(MINUTE);
    const { lease, copies } = await claimCopies(given, 10);
    for (const copy of copies) await copyAsset(given, lease, copy);
  }
  expect(carried).toEqual([OLD, NEW]);
});
