/**
 * What the sending process knows and a database that is away would make it forget: that nothing was sent, and what the
 * vendor answered.
 */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { addPath, admitOne, orderOne, PATH } from '../http/testing/life.ts';
import { useRig } from '../http/testing/rig.ts';
import type { SubmitStore } from '../store/submit.ts';
import { type Sendable, submitAttempt } from './3-submit.ts';
import { reconcilePath } from './reconcile.ts';
import { WRITE_GAPS_MS } from './until-written.ts';

const rig = useRig();
const AWAY = new Error('connect ECONNREFUSED');

let submit: SubmitStore;
let refresh: (nowMs: number, force?: boolean) => Promise<void>;
let key: string;
let sent: number;

beforeEach(async () => {
  const { context, upstream } = rig();
  submit = { ...context.store.submit };
  refresh = context.paths.refresh;
  await addPath(rig());
  ({ key } = await rig().account());
  sent = 0;
  upstream.answer = ({ url }) => {
    sent += 1;
    const data = { id: `up_${url.length}_${Math.random()}`, status: 'submitted' };
    const body = Buffer.from(JSON.stringify({ code: 0, message: 'SUCCEED', data }));
    return { kind: 'answered', status: 200, headers: {}, body, finalUrl: url };
  };
});
afterEach(() => {
  Object.assign(rig().context.store.submit, submit);
  Object.assign(rig().context.paths, { refresh });
});

async function sending(): Promise<Sendable> {
  const taskId = await orderOne(rig(), key);
  const admitted = await admitOne(rig(), taskId);
  return { ...admitted, leasedAtMonotonicMs: rig().clock.monotonic() };
}

async function shown({ attemptId, taskId }: Sendable): Promise<string[]> {
  const text =
    'SELECT a.state AS attempt, t.state AS task FROM attempts a, tasks t WHERE a.id = $1 AND t.id = $2';
  const { rows } = await rig().database.query({ name: '', text }, [attemptId, taskId]);
  return [String(rows[0]?.attempt), String(rows[0]?.task)];
}

/** The method fails so often; each time the clock goes on to the next try. */
function failing(times: number, method: 'recordAccepted' | 'recordRequeued' | 'recordRefused'): void {
  const { context, clock } = rig();
  let left = times;
  const original = context.store.submit[method];
  const tried: typeof original = async (...values: Parameters<typeof original>) => {
    if (left === 0) return Reflect.apply(original, undefined, values);
    left -= 1;
    void clock.turn().then(() => clock.advance(WRITE_GAPS_MS[times - left - 1] ?? 0));
    throw AWAY;
  };
  Object.assign(context.store.submit, { [method]: tried });
}

test('an answer that the database would not take is written when it is back, and nothing is sent again', async () => {
  const send = await sending();
  failing(5, 'recordAccepted');
  await submitAttempt(rig().context, send);
  expect([...(await shown(send)), sent]).toEqual(['accepted', 'running', 1]);
});

test('so is a refusal', async () => {
  const send = await sending();
  rig().upstream.answer = ({ url }) => {
    const body = Buffer.from(JSON.stringify({ code: 1301, message: 'risk control' }));
    return { kind: 'answered', status: 400, headers: {}, body, finalUrl: url };
  };
  failing(2, 'recordRefused');
  await submitAttempt(rig().context, send);
  expect(await shown(send)).toEqual(['refused', 'settling']);
});

test('a database that stays away leaves it to whoever reconciles', async () => {
  const send = await sending();
  failing(WRITE_GAPS_MS.length + 1, 'recordAccepted');
  await expect(submitAttempt(rig().context, send)).rejects.toThrow('ECONNREFUSED');
  expect([...(await shown(send)), sent]).toEqual(['sending', 'running', 1]);
});

test('what fails before the request leaves puts the task back, and says nothing about the path', async () => {
  const send = await sending();
  Object.assign(rig().context.paths, { refresh: () => Promise.reject(AWAY) });
  failing(1, 'recordRequeued');
  await submitAttempt(rig().context, send);
  Object.assign(rig().context.paths, { refresh });
  expect([...(await shown(send)), sent]).toEqual(['refused', 'queued', 0]);
  const path = await rig().ask('GET', `/v1/paths/${PATH}`, { key: rig().operatorKey });
  expect(path.body.health).toBe('ok');
});

test('a process that was stopped for long does not send, and puts the task back', async () => {
  const send = await sending();
  rig().clock.advance(31_000);
  await submitAttempt(rig().context, send);
  expect([...(await shown(send)), sent]).toEqual(['refused', 'queued', 0]);
});

test('unless another process looks for it by now: then it is left alone', async () => {
  const send = await sending();
  rig().clock.advance(121_000);
  const { context } = rig();
  await context.paths.refresh(context.clock.now(), true);
  const path = context.paths.byName(PATH);
  if (!path) throw new Error('the path is there');
  rig().upstream.answer = () => ({ kind: 'lost', reason: 'timeout', detail: 'no answer' });
  await reconcilePath(context, path);
  await submitAttempt(context, send);
  expect(await shown(send)).toEqual(['unknown', 'running']);
});

test('a lesson that cannot be learned does not lose the answer', async () => {
  const send = await sending();
  const { limits } = rig().context.store;
  const { change } = limits;
  limits.change = () => Promise.reject(AWAY);
  await submitAttempt(rig().context, send);
  limits.change = change;
  expect(await shown(send)).toEqual(['accepted', 'running']);
});
