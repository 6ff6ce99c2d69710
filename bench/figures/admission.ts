/**
 * Figure 6: one admission with more and more waiting before it. The same transaction takes the same number of tasks out
 * of queues of growing length, shared by a hundred accounts, one of which has half of everything. What was taken is
 * ended and as much is queued again, so that each queue keeps its length.
 */

import { newId } from '@sluice/server/effects/random/id.ts';
import { realRandom } from '@sluice/server/effects/random/real.ts';
import { admissionStore } from '@sluice/server/store/admission.ts';
import type { Database } from '@sluice/server/store/database.ts';
import type { BenchDatabase } from '../database.ts';
import { type Bench, type Figure, type Line, type Quantity, quantity } from '../figure.ts';
import { interleave, medianOf, timedMs } from '../measure.ts';
import { FAMILY, queueBehind, run, seedAccounts, seedPath, seedQueue, settleStatistics } from '../rows.ts';

const ACCOUNTS = 100;
const SLOTS = 64;
/** A slot that became free, and a burst. */
const AT_ONCE = [1, 16];
const WARM_UP = 5;

type Queue = { waiting: number; database: BenchDatabase; next: number };
type Reading = number[];

export const admission: Figure = {
  name: 'admission',
  title: 'Admission: one transaction against the length of the queue',
  run: async (bench) => {
    const sizes = [1_000, 10_000, 100_000, ...(bench.quick ? [] : [1_000_000])];
    const queues: Queue[] = [];
    try {
      for (const waiting of sizes) queues.push(await fill(bench, waiting));
      const readings = await measure(bench, queues);
      return linesOf(sizes, readings);
    } finally {
      for (const queue of queues) await queue.database.drop();
    }
  },
};

async function fill(bench: Bench, waiting: number): Promise<Queue> {
  const database = await (await bench.server()).createDatabase();
  await seedAccounts(database.db, ACCOUNTS);
  await seedPath(database.db, SLOTS);
  await seedQueue(database.db, { from: 0, to: waiting, accounts: ACCOUNTS }, (done) =>
    bench.progress.step(`queue of ${waiting}`, done, waiting),
  );
  await settleStatistics(database.db);
  return { waiting, database, next: waiting };
}

async function measure(bench: Bench, queues: readonly Queue[]): Promise<Record<string, Reading[]>> {
  const contenders = Object.fromEntries(queues.map((queue) => [String(queue.waiting), () => round(queue)]));
  await interleave(WARM_UP, contenders);
  return interleave(bench.quick ? 15 : 60, contenders, (done, all) =>
    bench.progress.step('admissions', done, all),
  );
}

async function round(queue: Queue): Promise<Reading> {
  const { db } = queue.database;
  const admitMs: number[] = [];
  for (const most of AT_ONCE) {
    let accountIds: string[] = [];
    admitMs.push(
      await timedMs(async () => {
        accountIds = await admitOnce(db, most);
      }),
    );
    await replace(queue, accountIds);
  }
  return admitMs;
}

/** Answers whose tasks were admitted. */
async function admitOnce(db: Database, most: number): Promise<string[]> {
  const nowMs = Date.now();
  const admitted = await admissionStore(db).admit({
    family: FAMILY,
    nowMs,
    most,
    lease: 'lease',
    sendByMs: nowMs + 120_000,
    draw: () => ({
      attemptId: newId('att', nowMs, realRandom),
      callbackToken: newId('token', nowMs, realRandom),
      eventId: newId('evt', nowMs, realRandom),
    }),
  });
  if (admitted.length !== most) throw new Error(`${admitted.length} of ${most} were admitted`);
  return admitted.map(({ accountId }) => accountId);
}

/** The admitted are done, and as many of the same accounts come in behind. */
async function replace(queue: Queue, accountIds: readonly string[]): Promise<void> {
  const { db } = queue.database;
  await run(db, `UPDATE attempts SET state = 'succeeded', ended_at = now() WHERE state = 'sending'`);
  await run(
    db,
    `UPDATE tasks SET state = 'succeeded', outcome = 'succeeded', charge_micros = 0, finished_at = now()
     WHERE state = 'running'`,
  );
  await queueBehind(db, { from: queue.next, accountIds });
  queue.next += accountIds.length;
}

function linesOf(sizes: readonly number[], readings: Record<string, Reading[]>): Line[] {
  const admitOf = (waiting: number, index: number): Quantity =>
    quantity(
      medianOf((readings[String(waiting)] ?? []).map((reading) => reading[index] ?? Number.NaN)),
      'ms',
    );
  const [least = 0, ...others] = sizes;
  return AT_ONCE.flatMap((most, index) =>
    others.map((waiting) => ({
      figure: `admit ${most} of ${count(waiting)} waiting, against ${count(least)}`,
      sluice: admitOf(waiting, index),
      baseline: admitOf(least, index),
      aim: { of: 'ratio' as const, most: 1.2 },
    })),
  );
}

function count(number: number): string {
  return number >= 1_000_000 ? `${number / 1_000_000} M` : `${number / 1_000} k`;
}
