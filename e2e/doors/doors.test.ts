/** Clients that nobody here wrote, unmodified, at every door, through everything that they can do. */
import { createTestDatabase } from '@sluice/server/store/testing/test-database.ts';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { tailOf } from '../processes/child.ts';
import { operations } from './judge.ts';
import { judges } from './judges.ts';
import { type OpenWorld, openWorld } from './world.ts';

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
