import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Verification } from '@sluice/sdk';
import { type ScriptedGateway, startScriptedGateway } from '@sluice/sdk/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTerminal, type Terminal, type TerminalOptions } from '../testing/terminal.ts';

let gateway: ScriptedGateway;
const terminals: Terminal[] = [];
const open = async (options: TerminalOptions = {}): Promise<Terminal> => {
  const terminal = await openTerminal({ url: gateway.url, terminal: true, columns: 120, ...options });
  terminals.push(terminal);
  return terminal;
};

beforeEach(async () => {
  gateway = await startScriptedGateway();
  gateway.on('POST', '/v1/paths/kling/verifications', { json: planned, status: 201 });
  gateway.on('POST', '/v1/verifications/ver_1/start', { json: { ...done, state: 'running' }, status: 202 });
  gateway.on('GET', '/v1/verifications/ver_1', { json: done });
});
afterEach(async () => {
  await gateway.close();
  await Promise.all(terminals.splice(0).map((terminal) => terminal.close()));
});

const step = (more: Partial<Verification['steps'][number]>): Verification['steps'][number] => ({
  kind: 'clips',
  state: 'waiting',
  what: 'Orders the shortest clip of each mode: text-to-video.',
  clips_most: 1,
  worst_case: '0.21',
  finding: null,
  figures: {},
  task_ids: [],
  started_at: null,
  ended_at: null,
  ...more,
});

const planned: Verification = {
  id: 'ver_1',
  object: 'verification',
  path: 'kling',
  state: 'planned',
  budget: '5.00',
  worst_case: '1.26',
  spent: '0.00',
  account: null,
  model: 'kling-3.0',
  modes: ['text-to-video'],
  confirmed_by: null,
  confirmed_at: null,
  steps: [
    step({}),
    step({ kind: 'cancel', state: 'skipped', what: 'The vendor’s API has no cancel.', clips_most: 0 }),
  ],
  facts: [],
  link_watch: null,
  created_at: '2026-11-29T12:00:00.000Z',
  ended_at: null,
};

const done: Verification = {
  ...planned,
  state: 'done',
  spent: '0.21',
  confirmed_by: 'Ana | Roth',
  confirmed_at: '2026-11-29T12:01:00.000Z',
  steps: [
    step({
      state: 'passed',
      finding: '3.04 s for 0.21 USD.',
      ended_at: '2026-11-29T12:02:00.000Z',
      task_ids: ['task_1'],
    }),
  ],
  facts: [{ fact: 'callbacks', text: 'Callbacks: yes' }],
  ended_at: '2026-11-29T12:02:00.000Z',
};

const starts = () => gateway.requests.filter(({ path }) => path.endsWith('/start'));

test('nothing starts before somebody agrees', async () => {
  expect((await (await open({ answers: [false] })).run('verify', 'kling', '--budget', '5')).code).toBe(2);
  const piped = await (await open({ terminal: false })).run('verify', 'kling', '--budget', '5');
  expect(piped.code).toBe(2);
  // A script is shown what it would agree to.
  expect(piped.out).toContain('"worst_case":"1.26"');
  expect((await (await open()).run('verify', 'kling')).code).toBe(2);
  expect(starts()).toHaveLength(0);
});

test('agreed to, it is followed to its end and signed off', async () => {
  const terminal = await open({ answers: [true] });
  const run = await terminal.run(
    'verify',
    'kling',
    '--budget',
    '5',
    '--by',
    'Ana | Roth',
    '--report',
    'report.md',
  );
  expect(run.code).toBe(0);
  expect(run.err).toContain('In the worst case it costs 1.26 USD, of a budget of 5.00 USD.');
  expect(starts().map(({ json }) => json)).toEqual([{ confirmed_by: 'Ana | Roth', worst_case: '1.26' }]);
  expect(run.out).toContain('✓ clips          3.04 s for 0.21 USD.');
  const report = await readFile(join(terminal.homeDir, 'report.md'), 'utf8');
  expect(report).toContain('Ana \\| Roth agreed to at most 1.26 USD');
  expect(report).toContain('- clips: `task_1`');
});

test('what failed ends the command badly', async () => {
  gateway.on('GET', '/v1/verifications/ver_1', {
    json: { ...done, steps: [step({ state: 'failed', finding: 'None.' })] },
  });
  expect((await (await open()).run('verify', 'kling', '--resume', 'ver_1')).code).toBe(1);
});
