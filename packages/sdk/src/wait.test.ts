import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Clock } from './clock.ts';
import { createSluice } from './sluice.ts';
import {
  completedTask,
  eventStream,
  eventText,
  problem,
  type ScriptedGateway,
  sampleTask,
  startScriptedGateway,
} from './testing/index.ts';
import type { SluiceEvent } from './types.ts';
import { pollDelayMs } from './wait.ts';

const TASK = '/v1/tasks/task_1';
const EVENTS = '/v1/tasks/task_1/events';
let gateway: ScriptedGateway;
let nowMs: number;
/** Time passes only while somebody sleeps. */
const clock: Clock = {
  now: () => nowMs,
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      // A turn of the loop, so that answers under way can arrive first.
      setImmediate(() => {
        if (!signal?.aborted) nowMs += ms;
        resolve();
      });
    }),
};
const client = () => createSluice({ baseUrl: gateway.url, apiKey: 'k', clock, random: () => 0 });

beforeEach(async () => {
  gateway = await startScriptedGateway();
  nowMs = 0;
});
afterEach(() => gateway.close());

async function eventsOf(stream: AsyncIterable<SluiceEvent>): Promise<string[]> {
  const seen: string[] = [];
  for await (const event of stream) seen.push(`${event.id} ${event.type}`);
  return seen;
}

describe('following a task', () => {
  test('ends after the terminal event', async () => {
    const texts = [eventText('e1', 'task.started'), ': beat\n\n', eventText('e2', 'task.completed')];
    gateway.on('GET', EVENTS, eventStream(texts, 'stay'));
    expect(await eventsOf(client().tasks.stream('task_1'))).toEqual(['e1 task.started', 'e2 task.completed']);
  });

  test('goes on after the last event when the connection breaks, without losing or repeating', async () => {
    gateway.on(
      'GET',
      EVENTS,
      eventStream([eventText('e1', 'task.created'), eventText('e2', 'task.started')], 'break'),
      'reset',
      problem(503, 'unavailable'),
      eventStream([eventText('e3', 'task.failed')], 'stay'),
    );
    expect(await eventsOf(client().tasks.stream('task_1'))).toEqual([
      'e1 task.created',
      'e2 task.started',
      'e3 task.failed',
    ]);
    const resumed = gateway.requestsTo('GET', EVENTS).map((seen) => seen.headers['last-event-id']);
    expect(resumed).toEqual([undefined, 'e2', 'e2', 'e2']);
  });

  test('resumes where the caller says, and asks only for the types wanted', async () => {
    gateway.on('GET', EVENTS, eventStream([eventText('e9', 'task.cancelled')]));
    const options = { lastEventId: 'e8', types: ['task.failed', 'task.cancelled'] } as const;
    const cursors: string[] = [];
    for await (const event of client().tasks.stream('task_1', options)) cursors.push(event.cursor);
    expect(cursors).toEqual(['e9']);
    expect(gateway.requests[0]).toMatchObject({
      headers: { 'last-event-id': 'e8', accept: 'text/event-stream' },
      query: { types: 'task.failed,task.cancelled' },
    });
  });

  test('of a task that had ended before ends too', async () => {
    gateway.on('GET', EVENTS, eventStream([]));
    gateway.on('GET', TASK, { json: completedTask() });
    expect(await eventsOf(client().tasks.stream('task_1', { lastEventId: 'e9' }))).toEqual([]);
  });

  test('a refusal is thrown at once', async () => {
    await expect(eventsOf(client().tasks.stream('task_9'))).rejects.toMatchObject({ code: 'not_found' });
    expect(gateway.requests).toHaveLength(1);
  });

  test('silence counts as a broken connection', async () => {
    gateway.on('GET', EVENTS, eventStream([], 'stay'), eventStream([eventText('e1', 'task.completed')]));
    const stream = client().tasks.stream('task_1', { idleTimeoutMs: 20 });
    expect(await eventsOf(stream)).toEqual(['e1 task.completed']);
  });

  test('leaving the loop closes the connection', async () => {
    let closed: () => void = () => {};
    const gone = new Promise<void>((resolve) => {
      closed = resolve;
    });
    gateway.on('GET', EVENTS, (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(eventText('e1', 'task.started'));
      response.on('close', closed);
    });
    for await (const _ of client().tasks.stream('task_1')) break;
    await gone;
  });

  test('the account’s stream connects again when the gateway restarts', async () => {
    gateway.on('GET', '/v1/events', eventStream([eventText('e1', 'task.created')]), (request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(eventText(`after-${request.headers['last-event-id']}`, 'path.alarm'));
    });
    const seen: string[] = [];
    for await (const event of client().events.stream()) {
      seen.push(event.id);
      if (seen.length === 2) break;
    }
    expect(seen).toEqual(['e1', 'after-e1']);
  });
});

describe('waiting for a task', () => {
  test('an event makes it look at once', async () => {
    // The clock stands still: only the stream can bring the end.
    const still: Clock = { now: () => 0, sleep: () => new Promise(() => {}) };
    let finish: () => void = () => {};
    gateway.on('GET', EVENTS, (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.flushHeaders();
      finish = () => {
        gateway.on('GET', TASK, { json: completedTask() });
        response.write(eventText('e1', 'task.completed'));
      };
    });
    gateway.on('GET', TASK, { json: sampleTask() });
    const sluice = createSluice({ baseUrl: gateway.url, clock: still });
    const stages: string[] = [];
    const task = await sluice.tasks.wait('task_1', {
      onProgress: ({ stage }) => {
        stages.push(stage);
        if (stages.length === 2) finish();
      },
    });
    expect(task.status).toBe('completed');
    // Once at the start, once when the stream was up, once at the event.
    expect(stages).toEqual(['queued', 'queued', 'succeeded']);
  });

  test('works without any stream, at a growing interval', async () => {
    gateway.on('GET', EVENTS, problem(404, 'not_found'));
    const waiting = Array.from({ length: 20 }, () => ({ json: sampleTask() }));
    gateway.on('GET', TASK, ...waiting, { json: completedTask() });
    const readAt: number[] = [];
    await client().tasks.wait('task_1', { onProgress: () => readAt.push(nowMs) });
    const gaps = readAt.slice(1).map((at, index) => at - (readAt[index] ?? 0));
    expect(gaps.filter((gap) => gap > 0).length).toBeGreaterThan(15);
    expect(Math.max(...gaps)).toBe(15_000);
    expect(gaps.at(-1)).toBe(15_000);
  });

  test.each(['failed', 'cancelled'] as const)('a %s task is an answer, not an exception', async (status) => {
    gateway.on('GET', TASK, { json: completedTask({ status }) });
    expect((await client().tasks.wait('task_1')).status).toBe(status);
  });

  test('an outage of the gateway is waited out', async () => {
    gateway.on('GET', EVENTS, 'reset');
    const outage = Array.from({ length: 12 }, () => problem(503, 'unavailable'));
    gateway.on('GET', TASK, { json: sampleTask() }, ...outage, { json: completedTask() });
    expect((await client().tasks.wait('task_1')).status).toBe('completed');
  });

  test('but not for ever', async () => {
    gateway.on('GET', EVENTS, 'reset');
    gateway.on('GET', TASK, problem(503, 'unavailable'));
    await expect(client().tasks.wait('task_1')).rejects.toMatchObject({ code: 'unavailable' });
    expect(nowMs).toBeGreaterThan(5 * 60_000);
  });

  test('a task that is not there is an error at once', async () => {
    await expect(client().tasks.wait('task_1')).rejects.toMatchObject({ code: 'not_found' });
  });

  test('stops when told to', async () => {
    gateway.on('GET', EVENTS, eventStream([], 'stay'));
    gateway.on('GET', TASK, { json: sampleTask() });
    const stop = new AbortController();
    const reason = new Error('enough');
    const work = client().tasks.wait('task_1', {
      signal: stop.signal,
      onProgress: () => stop.abort(reason),
    });
    await expect(work).rejects.toBe(reason);
  });

  test('createAndWait orders once and follows that task', async () => {
    gateway.on('POST', '/v1/videos/generations', { status: 202, json: sampleTask() });
    gateway.on('GET', EVENTS, eventStream([eventText('e1', 'task.completed')]));
    gateway.on('GET', TASK, { json: completedTask() });
    const task = await client().tasks.createAndWait({ model: 'kling-3.0' }, { idempotencyKey: 'order-1' });
    expect(task.status).toBe('completed');
    expect(gateway.requestsTo('POST', '/v1/videos/generations')).toHaveLength(1);
  });
});

describe('the time between two readings', () => {
  test.each([
    [0, false, true, 1_000],
    [8_000, false, true, 2_000],
    [60_000, false, true, 15_000],
    [3_600_000, false, true, 15_000],
    [8_000, true, true, 2_000],
    [0, true, false, 30_000],
    [8_000, false, false, 2_000],
  ])('after %i ms of quiet, streaming %s, watched %s: %i ms', (quietMs, streaming, watched, expected) => {
    expect(pollDelayMs({ quietMs, pollMs: 1_000, streaming, watched })).toBe(expected);
  });

  test('is never shorter than asked for', () => {
    expect(pollDelayMs({ quietMs: 0, pollMs: 60_000, streaming: true, watched: false })).toBe(60_000);
  });
});
