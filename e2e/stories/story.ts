/** What a story starts from: an installation over a database of its own, there before the first test and gone after. */

import type { CreateGeneration, Sluice, Task } from '@sluice/sdk';
import { foreignJudges, judge } from '@sluice/server/lifecycle/operate/testing/journal-judges.ts';
import { createTestDatabase } from '@sluice/server/store/testing/test-database.ts';
import { afterAll, afterEach, beforeAll, expect, vi } from 'vitest';
import { tailOf } from '../processes/child.ts';
import { type Installation, type InstallationOptions, openInstallation } from '../processes/installation.ts';

/** Seconds on a quiet machine; processes that share one with others take their time. */
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** Renders that are over in a moment: what happens around them is the story. */
const QUICK = { queueMs: 20, renderBaseMs: 150 };

/** At the top of a story; what it returns may be called inside hooks and tests only. */
export function useInstallation(options: InstallationOptions = {}): () => Installation {
  let installation: Installation | null = null;
  let dropDatabase = async (): Promise<void> => {};
  beforeAll(async () => {
    const database = await createTestDatabase();
    dropDatabase = database.drop;
    installation = await openInstallation({
      databaseUrl: database.url,
      ...options,
      emulator: { timing: QUICK, ...options.emulator },
      settings: { SLUICE_DATABASE_POOL: '10', E2E_MEDIA: 'light', ...options.settings },
    });
  });
  afterEach(({ task }) => {
    if (task.result?.state === 'fail' && installation) console.error(tailOf(installation.logFile));
  });
  afterAll(async () => {
    await installation?.close();
    await dropDatabase();
  });
  return () => {
    if (!installation) throw new Error('the installation exists only inside hooks and tests');
    return installation;
  };
}

/** The cheapest order there is; stories that need many differ in the prompt. */
export function order(prompt: string, particular: Partial<CreateGeneration> = {}): CreateGeneration {
  return { model: 'kling-3.0', prompt, duration: 5, quality: '720p', ...particular };
}

/** Until all of them have ended, whatever their ends are. */
export function untilEnded(
  sluice: Sluice,
  tasks: readonly Pick<Task, 'id'>[],
  patienceMs = 60_000,
): Promise<Task[]> {
  const wait = (id: string) => sluice.tasks.wait(id, { signal: AbortSignal.timeout(patienceMs) });
  return Promise.all(tasks.map(({ id }) => wait(id)));
}

/** As many as there are, numbered from 1. */
export function times<Value>(count: number, make: (number: number) => Value): Value[] {
  return Array.from({ length: count }, (_, index) => make(index + 1));
}

/** The whole book, added up by a stranger, and by Debian's programs where they are installed. */
export async function checkBooks(operator: Sluice): Promise<void> {
  const journal = await new Response(await operator.ledger.export()).text();
  for (const judgement of await judge(journal, await foreignJudges())) {
    expect(judgement).toMatchObject({ ok: true });
  }
}
