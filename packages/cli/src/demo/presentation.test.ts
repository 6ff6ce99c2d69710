import { completedTask, sampleTask } from '@sluice/sdk/testing';
import { describe, expect, test } from 'vitest';
import { paintFor } from '../output/output.ts';
import { NOW_MS, openTerminal } from '../testing/terminal.ts';
import { startLiveTable } from './live-table.ts';
import { type DemoResult, demoSucceeded, summaryText } from './summary.ts';

async function screenOf(isTerminal: boolean) {
  let written = '';
  const { surroundings, close } = await openTerminal({ terminal: isTerminal, columns: 110 });
  await close();
  const screen = {
    ...surroundings.stderr,
    write: (text: string | Uint8Array) => {
      written += String(text);
    },
  };
  return { screen, paint: paintFor(screen, { ...surroundings, now: () => NOW_MS }), written: () => written };
}

const rendering = sampleTask({
  id: 'task_0199abcdef',
  stage: 'rendering',
  status: 'processing',
  path: 'kling-sandbox',
  progress: 40,
  started_at: '2026-10-01T12:00:02.000Z',
  wait: null,
});

describe('the live table', () => {
  test('repaints itself in place on a terminal', async () => {
    const { screen, paint, written } = await screenOf(true);
    const live = startLiveTable(['text to video', 'motion control'], screen, paint);
    live.update(0, { task: rendering });
    live.update(1, { task: completedTask(), savedAs: 'motion.mp4' });
    live.end();
    const frames = written().split('\u001b[3A\r\u001b[J');
    expect(frames).toHaveLength(4);
    expect(frames.at(-1)).toMatchInlineSnapshot(`
      "task     what            stage                 path             wait  render    charge  saved as
      …abcdef  text to video   ████░░░░░░ rendering  kling-sandbox      2s       –         –  –
      …task_1  motion control  done                  kling-main     2m 00s  3m 00s  0.56 USD  motion.mp4
      "
    `);
    expect(frames[3]).toBe(frames[2]);
  });

  test('prints a line for each change elsewhere', async () => {
    const { screen, paint, written } = await screenOf(false);
    const live = startLiveTable(['text to video'], screen, paint);
    live.update(0, { task: sampleTask() });
    live.update(0, { task: rendering });
    live.update(0, { task: { ...rendering, progress: 60 } });
    live.update(0, { task: completedTask(), savedAs: 'text.mp4' });
    live.end();
    expect(written()).toMatchInlineSnapshot(`
      "…task_1  text to video  waiting
      …abcdef  text to video  rendering
      …task_1  text to video  done  0.56 USD  text.mp4
      "
    `);
  });
});

describe('the summary', () => {
  const good: DemoResult = {
    url: 'http://127.0.0.1:8080',
    jobs: [{ title: 'text to video', task: completedTask(), savedAs: 'demo-output/text.mp4' }],
    ledger: { balanced: true, drift: '0.00', checked_at: '2026-10-01T12:00:00.000Z' },
    webhooks: { verified: 1, expected: 1 },
    seconds: 21,
  };
  const failed = completedTask({
    status: 'failed',
    stage: 'failed',
    error: { code: 'render_failed', message: 'No.', upstream_code: null },
  });

  test.each<[string, Partial<DemoResult>, boolean]>([
    ['all is well', {}, true],
    ['a clip failed', { jobs: [{ title: 't', task: failed, savedAs: null }] }, false],
    ['a clip was not saved', { jobs: [{ title: 't', task: completedTask(), savedAs: null }] }, false],
    [
      'the books are off',
      { ledger: { balanced: false, drift: '0.01', checked_at: '2026-10-01T12:00:00.000Z' } },
      false,
    ],
    ['a webhook is missing', { webhooks: { verified: 0, expected: 1 } }, false],
    ['nothing was done', { jobs: [] }, false],
  ])('%s', (_, over, expected) => {
    expect(demoSucceeded({ ...good, ...over })).toBe(expected);
  });

  test('reads well', async () => {
    const { paint } = await screenOf(true);
    expect(summaryText(good, paint())).toMatchInlineSnapshot(`
      "task    model      path          wait  render  saved as                charge
      task_1  kling-3.0  kling-main  2m 00s  3m 00s  demo-output/text.mp4  0.56 USD

      ✓ 1 of 1 clip made and saved in 21s
      ✓ the ledger balances
      ✓ 1 of 1 webhook arrived and verified

      All of this was sandbox: an emulator rendered the clips, nobody was paid.
      Next: npm start opens the console, with the API page under /docs. With a Kling key: sluice paths add kling"
    `);
    expect(
      summaryText({ ...good, jobs: [{ title: 'text', task: failed, savedAs: null }] }, paint()),
    ).toContain('text: render_failed, No.');
  });
});
