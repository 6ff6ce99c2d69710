/**
 * Somebody with an account at a vendor records what it really answers, to hold the adapter against. Nothing is ordered
 * without a yes, one thing is ordered with it, and what is kept names neither the account nor the task.
 */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serveEvolink, serveFal } from '@sluice/emulators';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { startProgram } from '../processes/program.ts';

const PATIENCE_MS = 120_000;
const timing = { queueMs: 20, renderBaseMs: 300, renderMsPerSecond: 0, jitter: 0 };
const evolinkKey = 'sk-evo-recorded-0123456789';
const falKeys = { api_key: 'recorded-id:recorded-secret', admin_key: 'recorded-admin:recorded-secret' };
const evolink = await serveEvolink({
  accounts: [{ keys: [{ key: evolinkKey }], credits: '500' }],
  timing,
  outputs: { still: true },
});
const fal = await serveFal({
  accounts: [{ name: 'acme', apiKeys: [falKeys.api_key], adminKeys: [falKeys.admin_key], credits: 50 }],
  timing,
  still: true,
});

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'sluice-record-'));
});
afterAll(async () => {
  await Promise.all([evolink.close(), fal.close()]);
  await rm(cwd, { recursive: true, force: true });
});

type Ended = { code: number | null; said: string };

async function record(provider: string, credential: string, ...args: string[]): Promise<Ended> {
  const file = join(cwd, `${provider}.credential`);
  await writeFile(file, credential, { mode: 0o600 });
  const program = startProgram('tools/record.ts', {
    args: [provider, '--credential', file, '--every', '0.1', '--out', join(cwd, provider), ...args],
    cwd,
  });
  const { code } = await program.exited;
  return { code, said: program.errors() };
}

const Documents = z.array(
  z.object({
    operation: z.string(),
    source: z.string(),
    expect: z.object({ kind: z.string(), status: z.string().optional() }),
  }),
);

async function kept(provider: string): Promise<{ text: string; outcomes: string[] }> {
  const [file = ''] = await readdir(join(cwd, provider));
  expect(file).toMatch(new RegExp(`^recorded-${provider}-\\d{4}-\\d{2}-\\d{2}\\.json$`));
  const text = await readFile(join(cwd, provider, file), 'utf8');
  const documents = Documents.parse(JSON.parse(text));
  return {
    text,
    outcomes: documents.map((each) => `${each.operation} ${each.expect.status ?? each.expect.kind}`),
  };
}

test('without a yes only what is free is asked', { timeout: PATIENCE_MS }, async () => {
  const { code, said } = await record('evolink', evolinkKey, '--base-url', evolink.url);
  expect({ code, said }).toMatchObject({ code: 0, said: expect.stringContaining('not sent without --pay') });
  expect(evolink.emulator.accepts).toHaveLength(0);
  expect((await kept('evolink')).outcomes).toEqual(['balance wallet']);
});

test('with it one order is followed to its end', { timeout: PATIENCE_MS }, async () => {
  const { code, said } = await record('evolink', evolinkKey, '--base-url', evolink.url, '--pay');
  expect({ code, said }).toMatchObject({ code: 0 });
  expect(evolink.emulator.accepts).toHaveLength(1);
  const { text, outcomes } = await kept('evolink');
  expect(outcomes.slice(0, 2)).toEqual(['balance wallet', 'submit accepted']);
  expect(outcomes.at(-1)).toBe('observe succeeded');
  for (const hidden of [evolinkKey, evolink.emulator.accepts[0]?.id ?? 'no id'])
    expect(text).not.toContain(hidden);
  expect(text).not.toMatch(/sign=(?!redacted)/);
});

test('an end that takes two questions is one document', { timeout: PATIENCE_MS }, async () => {
  const settings = ['--setting', `platform_url=${fal.url}`, '--base-url', fal.url, '--pay'];
  const { code, said } = await record('fal', JSON.stringify(falKeys), ...settings);
  expect({ code, said }).toMatchObject({ code: 0 });
  const { text, outcomes } = await kept('fal');
  expect(outcomes).toEqual(
    expect.arrayContaining(['balance wallet', 'submit accepted', 'observe succeeded']),
  );
  expect(text).toContain('2 answers in one');
  const hidden = [...Object.values(falKeys), fal.emulator.accepts[0]?.id ?? 'no id', 'acme'];
  for (const secret of hidden) expect(text).not.toContain(secret);
});

test('a credential that the vendor refuses orders nothing', { timeout: PATIENCE_MS }, async () => {
  const accepted = evolink.emulator.accepts.length;
  const { code, said } = await record(
    'evolink',
    'sk-evo-wrong-9876543210',
    '--base-url',
    evolink.url,
    '--pay',
  );
  expect({ code, said }).toMatchObject({ code: 2, said: expect.stringContaining('refuses this credential') });
  expect(said).not.toContain('sk-evo-wrong-9876543210');
  expect(evolink.emulator.accepts).toHaveLength(accepted);
});
