/**
 * A gateway whose upstream is a gateway: one department's Sluice orders at another's, through the adapter for the
 * OpenAI shape and the door that speaks it. A job stays one job at each of the three: theirs, ours, and the vendor's;
 * also when the answer between the two gateways is lost.
 */
import { createTestDatabase } from '@sluice/server/store/testing/test-database.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { markOf, openCutter } from '../doors/cutter.ts';
import { type Customer, type Installation, openInstallation } from '../processes/installation.ts';
import { until } from '../processes/pause.ts';
import { checkBooks, order, untilEnded, useInstallation } from './story.ts';

const BEHIND = 'their-gateway';
const BAD_LINE = 'their-gateway-bad-line';

const front = useInstallation();
let behind: Installation;
let dropDatabase = async (): Promise<void> => {};
let line: Awaited<ReturnType<typeof openCutter>>;
/** What the front gateway is at the one behind it, and who orders at the front. */
let ours: Customer;
let customer: Customer;

beforeAll(async () => {
  const database = await createTestDatabase();
  dropDatabase = database.drop;
  behind = await openInstallation({
    databaseUrl: database.url,
    emulator: { timing: { queueMs: 20, renderBaseMs: 150 } },
    settings: { SLUICE_DATABASE_POOL: '10', E2E_MEDIA: 'light' },
  });
  ours = await behind.openAccount({ name: 'The gateway in front' });
  line = await openCutter(behind.gateway.url);
  const { operator, openAccount } = front();
  await operator.prices.create({
    id: 'theirs',
    source: { name: 'What the other department charges', reviewed_on: '2026-11-22' },
    entries: [{ model: 'kling-3.0', resolution: '720p', per: 'second', amount: '0.1' }],
  });
  for (const [name, url] of [[BEHIND, behind.gateway.url] as const, [BAD_LINE, line.url] as const]) {
    await operator.paths.create({
      name,
      provider: 'openai-videos',
      base_url: `${url}/v1`,
      credential: { api_key: ours.key },
      settings: { models: 'kling-3.0=kling-3.0', delete_cancels: 'yes' },
      price_sheet: 'theirs',
      sandbox: true,
      limits: { '*': 4 },
    });
  }
  customer = await openAccount({ name: 'Studio' });
});

afterAll(async () => {
  await line?.close();
  await behind?.close();
  await dropDatabase();
});

test('a job runs end to end, and is one job everywhere', async () => {
  const task = await customer.sluice.tasks.create(order('through two gateways', { path: BEHIND }));
  const [done] = await untilEnded(customer.sluice, [task]);
  expect(done).toMatchObject({ status: 'completed', path: BEHIND, error: null });
  const { data: theirs } = await ours.sluice.tasks.list();
  expect(theirs).toMatchObject([{ status: 'completed', prompt: 'through two gateways', duration: 5 }]);
  expect(await behind.emulator.accepts()).toHaveLength(1);
  expect(await front().emulator.accepts()).toHaveLength(0);
  // The same bytes in both stores.
  const hashOf = (assets: readonly { kind: string; sha256: string }[] = []) =>
    assets.find(({ kind }) => kind === 'video')?.sha256;
  expect(hashOf(done?.assets)).toBe(hashOf(theirs[0]?.assets));
});

test('a refusal of the vendor comes through as what it is', async () => {
  const task = await customer.sluice.tasks.create(order('a boat [moderate]', { path: BEHIND }));
  const [failed] = await untilEnded(customer.sluice, [task]);
  expect(failed).toMatchObject({ status: 'failed', error: { code: 'moderated' } });
  expect(Number(failed?.charge?.amount ?? 0)).toBe(0);
});

test('an answer lost between them buys nothing twice, whatever a person believes became of it', async () => {
  const accepted = (await behind.emulator.accepts()).length;
  const prompt = `over a bad line ${markOf(1)}`;
  const task = await customer.sluice.tasks.create(order(prompt, { path: BAD_LINE }));
  const { operator } = front();
  const unknown = await until('the attempt is unknown', async () => {
    const { data } = await operator.attempts.unknown();
    return data.find((attempt) => attempt.task_id === task.id) ?? null;
  });
  const theirs = async () => (await ours.sluice.tasks.list()).data.filter((each) => each.prompt === prompt);
  expect(await theirs()).toHaveLength(1);
  expect(line.requests()).toBe(1);
  // A verdict that is wrong, and soon: the gateway behind knows the repeat of an order whose answer nobody heard.
  const reason = 'believed to have been lost on the way there';
  await operator.attempts.resolve(unknown.id, { outcome: 'never_accepted', reason });
  const [done] = await untilEnded(customer.sluice, [task]);
  expect(done).toMatchObject({ status: 'completed', error: null });
  expect(line.requests()).toBe(2);
  expect(await theirs()).toHaveLength(1);
  expect(await behind.emulator.accepts()).toHaveLength(accepted + 1);
  await checkBooks(operator);
  await checkBooks(behind.operator);
});
