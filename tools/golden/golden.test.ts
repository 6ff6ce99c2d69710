import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { compareGolden, type Golden, goldens, writeGolden } from '../golden.ts';
import { differenceOf } from './diff.ts';
import { errorsPage, metricsPage } from './reference.ts';

const root = resolve(import.meta.dirname, '../..');

describe('the goldens of this project', () => {
  test.each(goldens.filter(({ slow }) => !slow))('$path is what the code makes', async (golden) => {
    const state = await compareGolden(root, golden);
    expect(state.kind === 'differs' ? state.difference : [], 'run `npm run golden`').toEqual([]);
  });
});

describe('one golden', () => {
  const golden: Golden = {
    name: 'list',
    path: 'docs/list.md',
    source: 'list.mjs',
    slow: false,
    make: (module) => `${String(module.list)}\n`,
  };

  function project(): string {
    const folder = mkdtempSync(join(tmpdir(), 'golden-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    return folder;
  }

  test('is absent while its source is', async () => {
    expect(await compareGolden(project(), golden)).toEqual({ kind: 'absent' });
  });

  test('differs, is written, is the same', async () => {
    const folder = project();
    writeFileSync(join(folder, 'list.mjs'), "export const list = ['a', 'c'].join('\\n');");
    mkdirSync(join(folder, 'docs'));
    writeFileSync(join(folder, 'docs/list.md'), 'a\nb\n');
    const state = await compareGolden(folder, golden);
    expect(state).toEqual({ kind: 'differs', made: 'a\nc\n', difference: ['  a', '- b', '+ c', '  '] });
    if (state.kind === 'differs') writeGolden(folder, golden, state.made);
    expect(readFileSync(join(folder, 'docs/list.md'), 'utf8')).toBe('a\nc\n');
    expect(await compareGolden(folder, golden)).toEqual({ kind: 'same' });
  });
});

describe('differences', () => {
  const numbered = (count: number): string => Array.from({ length: count }, (_, n) => `line ${n}`).join('\n');

  test('show what changed, and a little around it', () => {
    const made = numbered(20).replace('line 9\n', 'new 9\n').replace('line 15\n', '');
    expect(differenceOf(numbered(20), made)).toEqual([
      '…',
      '  line 7',
      '  line 8',
      '- line 9',
      '+ new 9',
      '  line 10',
      '  line 11',
      '…',
      '  line 13',
      '  line 14',
      '- line 15',
      '  line 16',
      '  line 17',
    ]);
  });

  test('are cut when long', () => {
    const lines = differenceOf('', numbered(500));
    expect(lines).toHaveLength(81);
    expect(lines.at(-1)).toBe('… and 421 lines more');
  });

  test('of a very large block show it whole', () => {
    const other = numbered(3000).replaceAll('line', 'row');
    expect(differenceOf(numbered(3000), other)[0]).toBe('- line 0');
  });
});

describe('reference pages', () => {
  test('errors, by status, with the ends of a task', () => {
    const text = errorsPage({
      errorCatalogue: {
        queue_full: { status: 429, title: 'Too many.', fix: 'Wait.', retryable: true },
        not_found: { status: 404, title: 'None.', fix: 'Check | ask.', retryable: false },
      },
      taskErrorCatalogue: { moderated: 'Refused.' },
    });
    expect(text.split('\n').filter((line) => line.startsWith('| `'))).toEqual([
      '| `not_found`  | 404    | None.         | Check \\| ask. | no    |',
      '| `queue_full` | 429    | Too many.     | Wait.         | yes   |',
      '| `moderated` | Refused.      |',
    ]);
  });

  test('metrics', () => {
    const text = metricsPage({
      metricCatalogue: {
        sluice_wait_seconds: { kind: 'histogram', labels: ['model', 'path'], help: 'Time in the queue.' },
        sluice_ledger_drift: { kind: 'gauge', help: 'Zero, or an alarm.' },
      },
    });
    expect(text).toContain('| `sluice_wait_seconds` | histogram | `model` `path` | Time in the queue. |');
    expect(text).toContain('| `sluice_ledger_drift` | gauge     | –              | Zero, or an alarm. |');
  });

  test('an entry without its sentence is an error, not a hole in the page', () => {
    expect(() => metricsPage({ metricCatalogue: { sluice_x: { kind: 'gauge' } } })).toThrow(
      'sluice_x has no help',
    );
    expect(() => errorsPage({})).toThrow('no exported object called errorCatalogue');
  });
});
