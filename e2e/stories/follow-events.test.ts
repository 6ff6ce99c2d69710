/**
 * A client follows events over a line that breaks all the time, in the middle of an event as well. With the id of the
 * last event it saw it goes on where it was: each event once, in order, none missing.
 */
import type { Task } from '@sluice/sdk';
import { beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import type { Customer } from '../processes/installation.ts';
import { order, times, untilEnded, useInstallation } from './story.ts';

const story = useInstallation();

let customer: Customer;
let stranger: Customer;
beforeAll(async () => {
  customer = await story().openAccount({ name: 'Follower' });
  stranger = await story().openAccount({ name: 'Stranger' });
});

const LIFE = ['task.created', 'task.started', 'task.rendered', 'task.completed'];

test('one task, cut after every event', async () => {
  const task = await customer.sluice.tasks.create(order('followed'));
  const seen: Seen[] = [];
  while (seen.at(-1)?.type !== 'task.completed') {
    seen.push(...(await listen(`/v1/tasks/${task.id}/events`, seen.at(-1)?.id, (heard) => heard.length > 0)));
  }
  expect(seen.map(({ type }) => type)).toEqual(LIFE);
  expect(seen).toEqual(await uncut(`/v1/tasks/${task.id}/events`));
  // Resumed after its last event, there is nothing left to say, and the stream ends by itself.
  expect(await listen(`/v1/tasks/${task.id}/events`, seen.at(-1)?.id, () => false)).toEqual([]);
});

test('a whole account, cut in the middle of events', async () => {
  const before = await customer.sluice.tasks.createAndWait(order('before'));
  const start = (await uncut(`/v1/tasks/${before.id}/events`)).at(-1)?.id;
  const tasks = await Promise.all(
    times(6, (number) => customer.sluice.tasks.create(order(`clip ${number}`))),
  );
  await stranger.sluice.tasks.create(order('of somebody else'));
  const seen: Seen[] = [];
  for (let bytes = 200; !allCompleted(seen, tasks); bytes += 190) {
    seen.push(
      ...(await listen(
        '/v1/events',
        seen.at(-1)?.id ?? start,
        // When all has been said, no more bytes come to cut it at.
        (heard, length) => length > bytes % 1_500 || allCompleted([...seen, ...heard], tasks),
      )),
    );
  }
  expect(new Set(seen.map(({ id }) => id)).size).toBe(seen.length);
  expect(new Set(seen.map(({ event }) => event)).size).toBe(seen.length);
  for (const { id } of tasks) {
    expect(seen.filter(({ task }) => task === id).map(({ type }) => type)).toEqual(LIFE);
  }
  expect(seen.every(({ task }) => tasks.some(({ id }) => id === task))).toBe(true);
  // Whoever was never cut off saw the same.
  const last = seen.at(-1)?.event;
  expect(seen).toEqual(
    await listen('/v1/events', start, (heard) => heard.some(({ event }) => event === last)),
  );
  await untilEnded(customer.sluice, tasks);
});

test("another account's task has no stream", async () => {
  const { data } = await customer.sluice.tasks.list({ limit: 1 });
  const answer = await open(`/v1/tasks/${data[0]?.id}/events`, undefined, stranger.key);
  expect(answer.status).toBe(404);
});

/** `id` is the place in the stream, `event` the event's own name. */
type Seen = { id: string; event: string; type: string; task: string };

const Told = z.object({ id: z.string(), type: z.string(), data: z.object({ id: z.string() }) });

function open(path: string, lastEventId: string | undefined, key = customer.key): Promise<Response> {
  return fetch(`${story().gateway.url}${path}`, {
    headers: {
      authorization: `Bearer ${key}`,
      ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
    },
  });
}

/** Whole events until the line is cut, or the stream ends by itself; half an event is none. */
async function listen(
  path: string,
  lastEventId: string | undefined,
  cutWhen: (heard: readonly Seen[], bytes: number) => boolean,
): Promise<Seen[]> {
  const answer = await open(path, lastEventId);
  expect(answer.status).toBe(200);
  let text = '';
  let heard: Seen[] = [];
  for await (const chunk of answer.body ?? []) {
    text += Buffer.from(chunk).toString('utf8');
    heard = eventsIn(text);
    if (cutWhen(heard, text.length)) break;
  }
  return heard;
}

function eventsIn(text: string): Seen[] {
  return text
    .split('\n\n')
    .slice(0, -1)
    .flatMap((block) => {
      const id = /^id: (\d+)$/m.exec(block)?.[1];
      const data = /^data: (.*)$/m.exec(block)?.[1];
      if (id === undefined || data === undefined) return [];
      const told = Told.parse(JSON.parse(data));
      return [{ id, event: told.id, type: told.type, task: told.data.id }];
    });
}

function uncut(path: string): Promise<Seen[]> {
  return listen(path, undefined, () => false);
}

function allCompleted(seen: readonly Seen[], tasks: readonly Task[]): boolean {
  return tasks.every(({ id }) => seen.some(({ task, type }) => task === id && type === 'task.completed'));
}
