/** Clients that nobody here wrote, unmodified, at every door, through everything that they can do. */
import { createTestDatabase } from '@sluice/server/store/testing/test-database.ts';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { tailOf } from '../processes/child.ts';
import { operations } from './judge.ts';
import { judges } from './judges.ts';
import { openArrivals } from './receiver.ts';
import { retry } from './retries.ts';
import { webhookStories } from './webhooks.ts';
import { type OpenWorld, openWorld } from './world.ts';

/** More of them by `npm run e2e -- doors --retries 200`. */
const CREATES = 24;

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

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
  await world?.close();
  await dropDatabase();
});

describe.each(judges)('$client', (judge) => {
  test.each(operations)('%s', async (operation) => {
    const run = judge.operations[operation];
    if (typeof run === 'function') await run(world);
    else expect(run.none).not.toBe('');
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
    const retried = await retry(world, judge, CREATES);
    expect(retried).toMatchObject({ tasks: CREATES, holds: CREATES, accepts: CREATES });
    expect(retried.requests).toBeGreaterThanOrEqual(2 * CREATES);
  });
});
