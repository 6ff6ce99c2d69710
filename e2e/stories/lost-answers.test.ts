/**
 * A client without Idempotency-Keys, on a bad line: its connection breaks before the answer and it sends the same order
 * again within milliseconds, several times over, as most HTTP clients do by themselves. It gets one clip for each
 * order; and whoever orders the same thing twice on purpose gets two.
 */
import { connect } from 'node:net';
import type { Task } from '@sluice/sdk';
import { beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import type { Customer } from '../processes/installation.ts';
import { order, times, untilEnded, useInstallation } from './story.ts';

const ORDERS = 50;
const BREAKS = 3;
const story = useInstallation();

let customer: Customer;
beforeAll(async () => {
  customer = await story().openAccount({ name: 'Bad line' });
});

test(`${ORDERS} orders, each sent ${BREAKS + 1} times: ${ORDERS} tasks, ${ORDERS} accepts`, async () => {
  const answered = await Promise.all(times(ORDERS, (number) => insistOn(`clip ${number}`)));
  const tasks = await allTasks();
  expect(tasks.map(({ prompt }) => prompt).sort()).toEqual(
    times(ORDERS, (number) => `clip ${number}`).sort(),
  );
  expect(answered.map(({ id }) => id).sort()).toEqual(tasks.map(({ id }) => id).sort());
  // Of some, an earlier try had made the task already; of the others, the gateway saw in time that nobody listened.
  expect(answered.some(({ replayed }) => replayed)).toBe(true);
  await untilEnded(customer.sluice, tasks);
  expect(await story().emulator.accepts()).toHaveLength(ORDERS);
});

test('two equal orders on purpose, each answered, are two', async () => {
  const [one, two] = [(await send('twins')).id, (await send('twins')).id];
  expect(one).not.toBe(two);
  const [three, four] = (await Promise.all([send('side by side'), send('side by side')])).map(({ id }) => id);
  expect(three).not.toBe(four);
  const twins = (await allTasks()).filter(({ prompt }) => !prompt.startsWith('clip'));
  expect(twins.map(({ id }) => id).sort()).toEqual([one, two, three, four].sort());
  await untilEnded(customer.sluice, twins);
  expect(await story().emulator.accepts()).toHaveLength(ORDERS + 4);
});

/** As a client that repeats by itself: the last try is the one whose answer it hears. */
async function insistOn(prompt: string): Promise<{ id: string; replayed: boolean }> {
  for (const _ of times(BREAKS, Number)) await breakOff(prompt);
  return send(prompt);
}

function requestText(prompt: string): string {
  const { host } = new URL(story().gateway.url);
  const body = JSON.stringify(order(prompt));
  const head = [
    'POST /v1/videos/generations HTTP/1.1',
    `Host: ${host}`,
    `Authorization: Bearer ${customer.key}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}

/** The whole request leaves; then the connection is gone, and whatever the answer was, nobody hears it. */
function breakOff(prompt: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(story().gateway.url).port), '127.0.0.1');
    socket.once('error', reject);
    socket.once('close', () => resolve());
    socket.write(requestText(prompt), () => socket.destroy());
  });
}

const Created = z.object({ id: z.string() });

async function send(prompt: string): Promise<{ id: string; replayed: boolean }> {
  const socket = connect(Number(new URL(story().gateway.url).port), '127.0.0.1');
  socket.write(requestText(prompt));
  let answer = '';
  for await (const chunk of socket) answer += String(chunk);
  const [head = '', body = ''] = answer.split(/\r\n\r\n(.*)/s);
  expect(head).toContain('HTTP/1.1 202');
  return { ...Created.parse(JSON.parse(body)), replayed: /^idempotent-replayed: true/im.test(head) };
}

async function allTasks(): Promise<Task[]> {
  const tasks: Task[] = [];
  for await (const task of customer.sluice.tasks.all()) tasks.push(task);
  return tasks;
}
