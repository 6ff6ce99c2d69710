/** The house for the tests of one file, over a database of its own: opened before the first, gone after the last. */
import type { TestDatabase } from '@sluice/server/store/testing/server.ts';
import { createTestDatabase } from '@sluice/server/store/testing/test-database.ts';
import { afterAll, beforeAll, vi } from 'vitest';
import { type House, openHouse } from './house.ts';

export type Furnished = { house: House; databaseUrl: string };

/** `furnished` hears of it once everything is there. */
export function useHouse(furnished: (all: Furnished) => void): void {
  vi.setConfig({ testTimeout: 60_000, hookTimeout: 180_000 });
  let database: TestDatabase | undefined;
  let house: House | undefined;
  beforeAll(async () => {
    database = await createTestDatabase();
    house = await openHouse(database.url);
    furnished({ house, databaseUrl: database.url });
  });
  afterAll(async () => {
    await house?.close();
    await database?.drop();
  });
}
