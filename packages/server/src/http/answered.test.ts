import { EventEmitter } from 'node:events';
import type { FastifyReply } from 'fastify';
import { expect, test } from 'vitest';
import { virtualClock } from '../effects/clock/virtual.ts';
import { silentTelemetry } from '../lifecycle/telemetry.ts';
import { createAnswered } from './answered.ts';
import { addPath, ORDER } from './testing/life.ts';
import { useRig } from './testing/rig.ts';

const use = useRig();

test('equal requests side by side, without a key, are wishes of their own', async () => {
  const rig = use();
  await addPath(rig);
  const { key } = await rig.account();
  const create = () => rig.ask('POST', '/v1/videos/generations', { key, body: ORDER });
  const answers = await Promise.all(Array.from({ length: 12 }, create));
  // And one right after another, before the delivery of the first was noted.
  for (let count = 0; count < 4; count += 1) answers.push(await create());
  expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(16);
});

/** A reply that ends as the test says. */
function reply(with_: { destroyed?: boolean; writable?: boolean; statusCode?: number } = {}) {
  const raw = Object.assign(new EventEmitter(), { statusCode: with_.statusCode ?? 202 });
  const { destroyed = false, writable = true } = with_;
  const socket = Object.assign(new EventEmitter(), { destroyed, writable });
  return { socket, given: { raw, request: { raw: { socket } } } as unknown as FastifyReply, raw };
}

function answers() {
  const clock = virtualClock(0);
  const marked: string[] = [];
  let written: () => void = () => {};
  const writing = new Promise<void>((resolve) => {
    written = resolve;
  });
  const markAnswered = async (ids: readonly string[]) => {
    marked.push(...ids);
    written();
  };
  const markUnanswered = async (ids: readonly string[]) => {
    for (const id of ids) marked.splice(marked.indexOf(id), 1);
  };
  const answered = createAnswered({ markAnswered, markUnanswered }, clock, silentTelemetry);
  answered.open.set('task_1', 'hash');
  return { answered, clock, marked, writing };
}

test('an answer is taken back when its connection is reset right behind it, and only then', async () => {
  const { answered, marked } = answers();
  const [read, unread] = [reply(), reply()];
  answered.open.set('task_2', 'hash');
  answered.whenDelivered(read.given, ['task_1'], 'hash');
  answered.whenDelivered(unread.given, ['task_2'], 'hash');
  for (const { raw } of [read, unread]) raw.emit('finish');
  read.socket.emit('close', false);
  unread.socket.emit('close', true);
  // At once, so that the repeat that follows is joined.
  expect([...answered.open.keys()]).toEqual(['task_1']);
  await answered.flush();
  expect(marked).toEqual(['task_1']);
});

test('an answer that was noted already is taken back before the next request is looked at', async () => {
  const { answered, marked, clock } = answers();
  const { given, raw, socket } = reply();
  answered.whenDelivered(given, ['task_1'], 'hash');
  raw.emit('finish');
  await answered.flush();
  expect(marked).toEqual(['task_1']);
  clock.advance(1_000);
  socket.emit('close', true);
  await answered.settled(['hash']);
  expect(marked).toEqual([]);
});

test('an equal request, and only that, waits for what came in before it', async () => {
  const { answered } = answers();
  const { given, raw, socket } = reply();
  let heard = false;
  const hear = () => {
    heard = true;
  };
  await answered.settled(['other']);
  // While the first is being answered, and for a while after its answer has left.
  const first = answered.settled(['hash']).then(hear);
  await answered.settled(['other']);
  expect(heard).toBe(false);
  await first;
  answered.whenDelivered(given, ['task_1'], 'hash');
  raw.emit('finish');
  heard = false;
  const second = answered.settled(['hash']).then(hear);
  socket.emit('close', true);
  await answered.settled(['other']);
  expect(heard).toBe(false);
  await second;
  expect([...answered.open.keys()]).toEqual([]);
  // Two that came together: one of them may be the repeat of the other.
  const twins = answered.settled(['twin', 'twin']).then(hear);
  heard = false;
  await answered.settled(['twin']);
  expect(heard).toBe(false);
  await twins;
});

test('a connection that is kept alive is watched once, and for a while only', async () => {
  const { answered, clock } = answers();
  const { socket, given, raw } = reply();
  for (const id of ['task_1', 'task_2', 'task_3']) {
    answered.whenDelivered(given, [id], 'hash');
    raw.emit('finish');
  }
  expect(socket.listenerCount('close')).toBe(1);
  await answered.flush();
  clock.advance(2_000);
  await clock.turn();
  await clock.turn();
  expect(socket.listenerCount('close')).toBe(0);
});

test('a delivered answer is noted a moment later, and open until then', async () => {
  const { answered, clock, marked, writing } = answers();
  const { given, raw } = reply();
  answered.whenDelivered(given, ['task_1'], 'hash');
  raw.emit('finish');
  raw.emit('close');
  expect([marked, [...answered.open.keys()]]).toEqual([[], ['task_1']]);
  clock.advance(100);
  await writing;
  await clock.turn();
  expect([marked, [...answered.open.keys()]]).toEqual([['task_1'], []]);
});

test('an answer is delivered although its connection is closed behind it', async () => {
  const { answered, marked } = answers();
  const { given, raw, socket } = reply();
  // As Node does with a connection that is not kept alive.
  raw.on('finish', () => Object.assign(socket, { writable: false, destroyed: true }));
  answered.whenDelivered(given, ['task_1'], 'hash');
  raw.emit('finish');
  socket.emit('end');
  raw.emit('close');
  await answered.flush();
  expect(marked).toEqual(['task_1']);
});

test('an answer is lost as soon as its client hangs up, before the connection is closed', () => {
  const { answered } = answers();
  const { given, raw, socket } = reply();
  answered.whenDelivered(given, ['task_1'], 'hash');
  socket.emit('end');
  expect([...answered.open.keys()]).toEqual([]);
  raw.emit('finish');
  expect([...answered.open.keys()]).toEqual([]);
});

test('an answer is lost when its connection had gone before there was one', () => {
  const { answered, marked } = answers();
  answered.whenDelivered(reply({ destroyed: true }).given, ['task_1'], 'hash');
  expect([marked, [...answered.open.keys()]]).toEqual([[], []]);
});

test.each([
  ['its connection broke first', {}, ['close']],
  ['its connection broke while it left', {}, ['break', 'finish', 'close']],
  ['its connection is closing', { writable: false }, ['finish', 'close']],
  ['it was a failure', { statusCode: 500 }, ['finish', 'close']],
])('an answer is lost when %s', async (_what, with_, events) => {
  const { answered, clock, marked } = answers();
  const { given, raw } = reply(with_);
  answered.whenDelivered(given, ['task_1'], 'hash');
  for (const event of events) {
    if (event === 'break') Object.assign(given.request.raw.socket, { destroyed: true });
    else raw.emit(event);
  }
  clock.advance(20);
  await answered.flush();
  expect([marked, [...answered.open.keys()]]).toEqual([[], []]);
});
