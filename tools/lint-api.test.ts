import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { lintApi } from './lint-api.ts';

/** Seconds on a quiet machine; on one that is busy the programs take their time to load. */
vi.setConfig({ testTimeout: 180_000 });

test('the API document passes Spectral with the OWASP rules, and Redocly, without an error', async () => {
  const verdicts = await lintApi();
  expect(verdicts.map(({ judge, errors }) => ({ judge, errors }))).toEqual([
    { judge: 'spectral', errors: [] },
    { judge: 'redocly', errors: [] },
  ]);
});

test('both judges see what is wrong', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-lint-'));
  const document = JSON.parse(await readFile('packages/contract/openapi.json', 'utf8'));
  document.servers = [{ url: 'http://sluice.example' }];
  delete document.info.license;
  document.paths = { '/v1/balance': document.paths['/v1/balance'] };
  document.paths['/v1/balance'].get.operationId = undefined;
  const file = join(folder, 'openapi.json');
  await writeFile(file, JSON.stringify(document));
  const [spectral, redocly] = await lintApi(file);
  await rm(folder, { recursive: true });
  expect(spectral?.errors.map(({ rule }) => rule)).toContain('owasp:api8:2023-no-server-http');
  expect(redocly?.errors.map(({ rule }) => rule)).toContain('info-license');
});
