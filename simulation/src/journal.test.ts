/**
 * The book of a finished world, with every kind of purchase in it, before programs that know nothing of us. Where they
 * are not installed, that is said and our own addition judges.
 */
import { createJournal } from '@sluice/server/lifecycle/operate/journal.ts';
import {
  foreignJudges,
  type Judgement,
  judge,
} from '@sluice/server/lifecycle/operate/testing/journal-judges.ts';
import { createStore } from '@sluice/server/store/store.ts';
import { startTestServer } from '@sluice/server/store/testing/server.ts';
import { beforeAll, describe, expect, test } from 'vitest';
import { createCoverage } from './coverage.ts';
import { serverSettings } from './crew.ts';
import { openWorkerDatabase, type WorkerDatabase } from './database.ts';
import { runSeed } from './run.ts';

const PROGRAMS = ['sum', 'ledger', 'hledger'] as const;
const SEED = 4;
const MINUTES = 60_000;
const size = { nodes: null, intents: null, paths: { least: 5, most: 5 } };

let journal = '';
let judgements: Judgement[] = [];

beforeAll(async () => {
  const server = await startTestServer({ settings: serverSettings });
  const database = await openWorkerDatabase(server.adminUrl);
  const coverage = createCoverage();
  const verdict = await runSeed(database, { seed: SEED, size, coverage, plant: null, print: null });
  expect(verdict.failure).toBe(null);
  journal = await bookOf(database);
  await database.close();
  await server.stop();
  judgements = await judge(journal, await foreignJudges());
}, 3 * MINUTES);

describe.each(PROGRAMS)('%s', (program) => {
  test('accepts the book of a world with five paths', ({ skip }) => {
    const judgement = judgements.find((each) => each.program === program);
    if (!judgement) skip(`${program} is not installed here (apt-get install ${program})`);
    expect(judgement).toMatchObject({ ok: true });
  });
});

test('the book is of use: clips were paid for, and holds were given back', () => {
  expect([...journal.matchAll(/\) (hold|settle|release|cost)$/gm)].length).toBeGreaterThan(10);
  for (const kind of ['hold', 'settle', 'release', 'cost'])
    expect(journal).toMatch(new RegExp(`\\) ${kind}$`, 'm'));
});

async function bookOf({ db }: WorkerDatabase): Promise<string> {
  const book = createJournal({ assertEvery: 5 });
  const parts = [book.head()];
  await createStore(db).accounts.exportLedger(async (page) => {
    parts.push(...page.map((entry) => book.entry(entry)));
  });
  return [...parts, book.end()].join('');
}
