/**
 * Figure 1: from the order to the durable 202. One client and then many, over HTTP to the gateway with all its loops
 * running and its slots taken, against single-row committed inserts into the same database by as many connections.
 *
 * The aim is missed where a disk syncs in a fifth of a millisecond: beside its commit an order costs HTTP, the checks
 * of every field, its price, its route and what it is told about its end, all in one thread. The slower the disk syncs,
 * the less of that counts.
 */
import { z } from 'zod';
import { type Bench, type Figure, type Line, quantity } from '../figure.ts';
import { interleave, medianOf, quantileOf } from '../measure.ts';
import { run, seedAccounts, seedQueue, settleStatistics } from '../rows.ts';
import { raiseStand, type Stand } from '../stand.ts';

const Readings = z.object({ took: z.array(z.number()), seconds: z.number() });
type Readings = z.infer<typeof Readings>;

const GROUP_CONNECTIONS = 32;
const BACKLOG_ACCOUNTS = 100;
const CLIENTS = [32, 64];
/** One task holds the only slot for as long as the run lasts: everything else waits, as it does at a busy hour. */
const HELD_MS = 3_600_000;

export const accept: Figure = {
  name: 'accept',
  title: 'Accept: from the order to the durable 202',
  run: async (bench) => {
    const stand = await raiseStand(bench, {
      slots: 1,
      timing: { queueMs: 0, renderBaseMs: HELD_MS, renderMsPerSecond: 0 },
      callbacks: true,
    });
    try {
      await run(
        stand.database.db,
        'CREATE TABLE bench_rows (number bigint GENERATED ALWAYS AS IDENTITY, body text)',
      );
      await order(stand, 8, 2_000);
      return [
        ...(await single(bench, stand)),
        ...(await group(bench, stand)),
        ...(await behindBacklog(bench, stand)),
      ];
    } finally {
      await stand.close();
    }
  },
};

function order(stand: Stand, clients: number, forMs: number): Promise<Readings> {
  const job = { kind: 'orders', url: stand.url, key: stand.key, clients, most: 1e9, forMs };
  return stand.load.ask(job, Readings);
}

function insert(stand: Stand, clients: number, forMs: number): Promise<Readings> {
  return stand.load.ask({ kind: 'inserts', url: stand.database.url, clients, forMs }, Readings);
}

/** The queue does not grow from repeat to repeat: what came in is taken out again. */
async function emptyQueue({ database: { db } }: Stand): Promise<void> {
  await run(
    db,
    `UPDATE tasks SET state = 'canceled', outcome = 'canceled', charge_micros = 0, finished_at = now()
     WHERE state = 'queued'`,
  );
  await run(db, 'TRUNCATE bench_rows');
}

async function single({ quick, progress }: Bench, stand: Stand): Promise<Line[]> {
  const forMs = quick ? 500 : 1_500;
  const readings = await interleave(
    quick ? 3 : 9,
    {
      inserts: () => insert(stand, 1, forMs),
      orders: async () => {
        await emptyQueue(stand);
        return order(stand, 1, forMs);
      },
    },
    (done, all) => progress.step('one client', done, all),
  );
  const at = (runs: Readings[], share: number) => medianOf(runs.map(({ took }) => quantileOf(took, share)));
  const line = (name: string, share: number, aim: Line['aim']): Line => ({
    figure: `one client: ${name}, against one committed INSERT`,
    sluice: quantity(at(readings.orders, share), 'ms'),
    baseline: quantity(at(readings.inserts, share), 'ms'),
    aim,
  });
  return [line('p50', 0.5, { of: 'ratio', most: 2 }), line('p95', 0.95, null)];
}

/** The same order with nobody waiting and behind a long queue of others. */
async function behindBacklog({ quick, progress }: Bench, stand: Stand): Promise<Line[]> {
  const { db } = stand.database;
  const waiting = quick ? 20_000 : 100_000;
  const repeats = quick ? 3 : 7;
  const forMs = quick ? 500 : 1_500;
  const p50: Record<'none' | 'many', number[]> = { none: [], many: [] };
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    await emptyQueue(stand);
    p50.none.push(medianOf((await order(stand, 1, forMs)).took));
  }
  await emptyQueue(stand);
  await seedAccounts(db, BACKLOG_ACCOUNTS);
  await seedQueue(db, { from: 0, to: waiting, accounts: BACKLOG_ACCOUNTS }, (done) =>
    progress.step('backlog', done, waiting),
  );
  await settleStatistics(db);
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    p50.many.push(medianOf((await order(stand, 1, forMs)).took));
  }
  return [
    {
      figure: `one client: p50 behind ${waiting / 1_000} k waiting, against none waiting`,
      sluice: quantity(medianOf(p50.many), 'ms'),
      baseline: quantity(medianOf(p50.none), 'ms'),
      aim: null,
    },
  ];
}

async function group({ quick, progress }: Bench, stand: Stand): Promise<Line[]> {
  const forMs = quick ? 1_000 : 3_000;
  const rate = ({ took, seconds }: Readings): number => took.length / seconds;
  const lines: Line[] = [];
  for (const clients of CLIENTS) {
    const readings = await interleave(
      quick ? 3 : 7,
      {
        inserts: () => insert(stand, GROUP_CONNECTIONS, forMs),
        orders: async () => {
          await emptyQueue(stand);
          return order(stand, clients, forMs);
        },
      },
      (done, all) => progress.step(`${clients} clients`, done, all),
    );
    lines.push({
      figure: `${clients} clients: orders, against inserts by ${GROUP_CONNECTIONS} connections`,
      sluice: quantity(medianOf(readings.orders.map(rate)), '/s'),
      baseline: quantity(medianOf(readings.inserts.map(rate)), '/s'),
      aim: { of: 'ratio', least: 0.5 },
    });
  }
  return lines;
}
