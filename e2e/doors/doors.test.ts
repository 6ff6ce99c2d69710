/** Clients that nobody here wrote, unmodified, at every door, through everything that they can do. */
import { createTestDatabase } from '@sluice/server/store/testing/test-database.ts';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { tailOf } from '../processes/child.ts';
import { type OperationName, operations } from './judge.ts';
import { judges } from './judges.ts';
import { openArrivals } from './receiver.ts';
import { type Retried, retry } from './retries.ts';
import { type Outcome, retriesTable, tableOf } from './table.ts';
import { webhookStories } from './webhooks.ts';
import { type OpenWorld, openWorld } from './world.ts';

/** More of them by `npm run e2e -- doors --retries 200`. */
const CREATES = Number(process.env.E2E_RETRIES ?? 24);

vi.setConfig({ testTimeout: 60_000 + CREATES * 2_500, hookTimeout: 120_000 });

const outcomes = new Map<string, Partial<Record<OperationName, Outcome>>>();
const retried: Retried[] = [];

let world: OpenWorld;
let dropDatabase = async (): Promise<void> => {};

beforeAll(async () => {
  const database = await createTestDatabase();
  dropDatabase = database.drop;
  world = await openWorld(database.url);
});

afterEach(({ task }) => {
  if (task.result?.state === 'fail' && world) console.error(tailOf(world.installation.logFile));
});

afterAll(async () => {
  console.log(`\n${tableOf(judges, outcomes)}\n`);
  if (retried.length > 0) console.log(`First answers cut off:\n${retriesTable(retried)}\n`);
  await world?.close();
  await dropDatabase();
});

describe.each(judges)('$client', (judge) => {
  test.each(operations)('%s', async (operation) => {
    const run = judge.operations[operation];
    if (typeof run !== 'function') return expect(run.none).not.toBe('');
    const seen = outcomes.get(judge.client) ?? {};
    outcomes.set(judge.client, seen);
    seen[operation] = 'fail';
    await run(world);
    seen[operation] = 'pass';
  });
});

describe('webhooks', () => {
  test.each(Object.entries(webhookStories))('%s', async (_, story) => {
    const arrivals = await openArrivals();
    try {
      await story(world, arrivals);
    } finally {
      await arrivals.close();
    }
  });
});

describe('first answers that never arrive', () => {
  const clients = judges.filter(({ create }) => create !== null);
  test.each(clients)(`$client: ${CREATES} creates are ${CREATES} tasks`, async (judge) => {
    const result = await retry(world, judge, CREATES);
    retried.push(result);
    expect(result).toMatchObject({ tasks: CREATES, holds: CREATES, accepts: CREATES });
    expect(result.requests).toBeGreaterThanOrEqual(2 * CREATES);
  });
});
