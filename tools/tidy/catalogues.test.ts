import { describe, expect, test } from 'vitest';
import { checkCatalogues } from './catalogues.ts';
import { violationsOf } from './samples.ts';

const errors = 'packages/contract/src/errors.ts';
const catalogue = `export const errorCatalogue = {
  not_found: entry(404),
  queue_full: entry(429),
} as const satisfies Record<string, Entry>;
export const taskErrorCatalogue = { render_failed: 'The upstream could not render the clip.' } as const;`;

describe('error codes', () => {
  test('an answer and a comparison with a code that is not listed', () => {
    const texts = {
      [errors]: catalogue,
      'packages/sdk/src/errors.ts': "if (e.code === 'no_answer') throw new E({ code: 'no_answer' });",
      'packages/server/src/http/problem.ts': "send({ code: 'not_found' });\nsend({ code: 'no_such_thing' });",
      'packages/server/src/providers/kling/errors.ts': "const row = { code: 'vendor_word' };",
      'packages/cli/src/main.ts': "if (error.code === 'queue_ful' || error.code === 'ENOENT') stop();",
    };
    expect(
      violationsOf(checkCatalogues, { ...texts, 'packages/cli/src/x.ts': "error.code !== 'no_wait'" }),
    ).toEqual([
      "packages/cli/src/main.ts:1 the error code 'queue_ful' is not in the catalogue",
      "packages/cli/src/x.ts:1 the error code 'no_wait' is not in the catalogue",
      "packages/server/src/http/problem.ts:2 the error code 'no_such_thing' is not in the catalogue",
    ]);
  });

  test('once the server is wired, a code that nothing sends is reported', () => {
    const texts = {
      [errors]: catalogue,
      'packages/server/src/main.ts': "import { app } from './http/app.ts';",
      'packages/server/src/http/app.ts': "refuse('queue_full'); end('render_failed');",
    };
    expect(violationsOf(checkCatalogues, texts)).toEqual([`${errors}:2 nothing answers with 'not_found'`]);
  });
});

describe('metric names', () => {
  test('a document that mentions a metric that we do not have', () => {
    const texts = {
      'packages/server/src/effects/telemetry/catalogue.ts':
        "export const metrics = { wait: 'sluice_wait_seconds' };",
      'docs/operating/metrics.md': '`sluice_wait_seconds`\n`sluice_waiting_seconds`\n',
    };
    expect(violationsOf(checkCatalogues, texts)).toEqual([
      'docs/operating/metrics.md:2 the metric sluice_waiting_seconds is not in the catalogue',
    ]);
  });

  test('nothing is checked before there is a catalogue', () => {
    expect(violationsOf(checkCatalogues, { 'docs/a.md': 'sluice_wait_seconds' })).toEqual([]);
  });
});
