/**
 * The first day of an operator: from an installation with nothing in it to a finished clip, by what the pages say and
 * without a document.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureConsole } from '@sluice/console/build/ensure.ts';
import { createSluice } from '@sluice/sdk';
import { createTestDatabase } from '@sluice/server/store/testing/test-database.ts';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { EMULATOR_KEY, type Emulator, startEmulator } from '../processes/emulator.ts';
import { type GatewayProcess, startGatewayProcess } from '../processes/gateway.ts';
import { openBrowser } from './browser.ts';
import { bringAxe, faults } from './look.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 180_000 });

let folder: string;
let database: Awaited<ReturnType<typeof createTestDatabase>>;
let emulator: Emulator;
let gateway: GatewayProcess;
let browser: Browser;

beforeAll(async () => {
  const built = await ensureConsole();
  if (!built.ok) throw new Error(built.reason);
  [database, folder] = await Promise.all([
    createTestDatabase(),
    mkdtemp(join(tmpdir(), 'sluice-first-day-')),
  ]);
  const logFile = join(folder, 'processes.log');
  [emulator, gateway, browser] = await Promise.all([
    startEmulator({ acceptLog: join(folder, 'accepts.jsonl'), logFile }),
    startGatewayProcess({
      dataDir: join(folder, 'data'),
      logFile,
      port: 0,
      settings: { DATABASE_URL: database.url, SLUICE_CONSOLE_DIR: built.folder },
    }),
    openBrowser(),
  ]);
});

afterAll(async () => {
  await browser?.close();
  gateway?.say({ do: 'stop' });
  await gateway?.exited;
  emulator?.signal('SIGTERM');
  await emulator?.exited;
  await database?.drop();
  await rm(folder, { recursive: true, force: true });
});

test('from nothing to a finished clip, step by step', async () => {
  const context = await browser.newContext({ locale: 'en-GB', reducedMotion: 'reduce' });
  await bringAxe(context);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`${message.text()} ${message.location().url}`);
  });
  const operator = createSluice({ baseUrl: gateway.url, apiKey: gateway.operatorKey ?? '' });
  await page.goto((await operator.session.createLink({ member: null })).url);
  await page.getByRole('heading', { level: 2, name: 'From here to the first clip' }).waitFor();
  expect(await faults(page)).toEqual([]);

  await page.getByRole('link', { name: 'Playground' }).click();
  await page.getByText('No path leads to a model yet').waitFor();
  expect(await faults(page)).toEqual([]);
  await page.getByRole('link', { name: 'Add a path' }).click();

  await page.getByRole('button', { name: 'Add a path' }).first().click();
  const adding = page.getByRole('dialog', { name: 'Add a path' });
  await adding.getByLabel('Provider').selectOption('kling');
  await adding.getByLabel('Name').fill('kling-direct');
  await adding.getByText('More settings').click();
  await adding.getByLabel('Address').fill(emulator.url);
  await adding.getByLabel('api key').fill(EMULATOR_KEY);
  await adding.getByRole('button', { name: 'Check and add' }).click();
  await page.getByRole('heading', { level: 1, name: 'kling-direct' }).waitFor();

  await goOn(page, 'New account');
  await page.getByRole('button', { name: 'New account' }).first().click();
  const opening = page.getByRole('dialog', { name: 'New account' });
  await opening.getByLabel('Name').fill('Studio North');
  await opening.getByRole('button', { name: 'Save' }).click();
  await opening.waitFor({ state: 'detached' });

  await goOn(page, 'Book money');
  await page.getByRole('button', { name: 'Book money' }).click();
  const booking = page.getByRole('dialog', { name: 'Book money' });
  await booking.getByLabel('Amount in USD').fill('25');
  await booking.getByRole('button', { name: 'Book', exact: true }).click();
  await booking.waitFor({ state: 'detached' });

  await goOn(page, 'Write a prompt');
  await page.getByLabel('Prompt', { exact: true }).fill('a heron lifts off a misty lake');
  await page.getByRole('button', { name: 'Generate', exact: true }).click();
  await page.getByRole('link', { name: 'Download' }).waitFor({ timeout: 60_000 });
  await page.getByRole('link', { name: 'Home' }).click();
  await page.getByRole('region', { name: 'Today' }).waitFor();
  expect((await operator.tasks.list()).data.map(({ status }) => status)).toEqual(['completed']);
  expect(complaints).toEqual([]);
  await context.close();
});

/** Home knows the next step, which is the one that its first button leads to. */
async function goOn(page: Page, step: string): Promise<void> {
  await page.getByRole('link', { name: 'Home' }).click();
  const next = page.locator('[aria-current=step]');
  await next.getByRole('link', { name: step }).click();
}
