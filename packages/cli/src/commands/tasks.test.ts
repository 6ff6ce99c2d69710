/** The commands about tasks, as a person at a terminal sees them. */
import {
  completedTask,
  eventStream,
  eventText,
  pageOf,
  sampleBalance,
  sampleTask,
} from '@sluice/sdk/testing';
import { expect, test } from 'vitest';
import { useTerminals } from '../testing/use-terminals.ts';

const { gateway, lastRequest, open, shown } = useTerminals();

const tasks = [
  sampleTask(),
  completedTask({ id: 'task_2' }),
  completedTask({
    id: 'task_3',
    status: 'failed',
    stage: 'failed',
    charge: null,
    error: { code: 'render_failed', message: 'It did not work.', upstream_code: null },
    prompt: 'a long prompt that goes on and on and on, far beyond what a terminal of this width can show',
  }),
];

test('list', async () => {
  gateway.on('GET', '/v1/tasks', { json: pageOf(tasks, 'c2') });
  const { out, err } = await (await open()).run('tasks', 'list', '--status', 'failed', '-n', '3');
  expect(out).toMatchInlineSnapshot(`
    "task    model      stage    why               path        created       charge  prompt
    task_1  kling-3.0  waiting  no free slot (3)  –           1m 00s ago         –  a fox in the snow
    task_2  kling-3.0  done     –                 kling-main  1m 00s ago  0.56 USD  a fox in the snow
    task_3  kling-3.0  failed   render_failed     kling-main  1m 00s ago         –  a long prompt that goes o…
    "
  `);
  expect(err).toBe('More: --cursor c2\n');
  expect(lastRequest()?.query).toEqual({ status: 'failed', limit: '3' });
});

test('list on a narrow terminal stays in it', async () => {
  gateway.on('GET', '/v1/tasks', { json: pageOf(tasks) });
  const { out } = await (await open({ columns: 100 })).run('tasks', 'list');
  expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
});

test('list --all walks the pages', async () => {
  gateway.on('GET', '/v1/tasks', { json: pageOf([tasks[0]], 'c1') }, { json: pageOf([tasks[1]]) });
  const { out } = await (await open()).run('tasks', 'list', '--all', '--json', '--since', '2h');
  expect(JSON.parse(out)).toMatchObject({ data: [{ id: 'task_1' }, { id: 'task_2' }], next_cursor: null });
  expect(lastRequest()?.query).toMatchObject({ cursor: 'c1', created_after: '2026-10-01T10:01:00.000Z' });
});

test('get', async () => {
  gateway.on('GET', '/v1/tasks/task_1', { json: sampleTask({ metadata: { order: '17' } }) });
  expect(await shown('tasks', 'get', 'task_1')).toMatchInlineSnapshot(`
    "task_1  waiting
      model     kling-3.0, text-to-video
      clip      5s, 1080p, 16:9, sound off
      prompt    a fox in the snow
      wait      no free slot, 3rd in line, starts in 1m 00s
      created   2026-10-01 12:00:00 UTC, 1m 00s ago
      ends by   2026-10-01 14:00:00 UTC
      quote     0.56 USD, kling-official of 2026-09-20
      metadata  {"order":"17"}
    "
  `);
});

test('cancel', async () => {
  const answer = (outcome: string) => ({ json: { task: sampleTask(), outcome } });
  gateway.on('POST', '/v1/tasks/task_1/cancel', answer('canceled'), answer('requested'));
  expect(await shown('tasks', 'cancel', 'task_1')).toContain('is cancelled. Nothing is charged.');
  expect(await shown('tasks', 'cancel', 'task_1')).toContain('if that is still possible');
});

test('timeline', async () => {
  const entry = (at: string, lane: string, kind: string, summary: string) => ({
    at,
    lane,
    kind,
    summary,
    data: {},
  });
  gateway.on('GET', '/v1/tasks/task_1/timeline', {
    json: {
      object: 'timeline',
      task_id: 'task_1',
      data: [
        entry('2026-10-01T12:00:00.000Z', 'task', 'task.created', 'Accepted.'),
        entry('2026-10-01T12:00:00.020Z', 'money', 'hold.placed', 'Held 0.56 USD.'),
        entry('2026-10-01T12:02:00.000Z', 'upstream', 'attempt.accepted', 'kling-main took it as 8812.'),
        entry('2026-10-01T12:05:00.000Z', 'copy', 'asset.stored', 'Stored 11 bytes.'),
      ],
    },
  });
  expect(await shown('tasks', 'timeline', 'task_1')).toMatchInlineSnapshot(`
    "task_1 from 2026-10-01 12:00:00 UTC, 4 entries
     after  lane      what
        0s  task      task.created      Accepted.
        0s  money     hold.placed       Held 0.56 USD.
    2m 00s  upstream  attempt.accepted  kling-main took it as 8812.
    5m 00s  copy      asset.stored      Stored 11 bytes.
    "
  `);
});

test('watch prints the receipt, or in a pipe the events', async () => {
  gateway.on('GET', '/v1/tasks/task_1', { json: completedTask() });
  gateway.on('GET', '/v1/balance', { json: sampleBalance() });
  const events = [eventText('e1', 'task.started', { id: 'task_1' }), eventText('e2', 'task.failed')];
  gateway.on('GET', '/v1/tasks/task_1/events', eventStream(events));
  expect(await shown('tasks', 'watch', 'task_1')).toContain('✓ task_1  kling-3.0  done');
  const { code, out } = await (await open({ terminal: false })).run('tasks', 'watch', 'task_1');
  expect(
    out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).type),
  ).toEqual(['task.started', 'task.failed']);
  expect(code).toBe(1);
});

test('save without a clip ends with 1', async () => {
  gateway.on('GET', '/v1/tasks/task_1', { json: sampleTask() });
  const { code, out } = await (await open()).run('tasks', 'save', 'task_1');
  expect({ code, out }).toEqual({ code: 1, out: '! task_1 has no clip: it is waiting.\n' });
});
