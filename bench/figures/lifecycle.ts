/**
 * Figure 2: what one task costs the database from the order to the end, through the real gateway against the Kling
 * emulator: rows written, commits that had something to write, tasks per second. Once with the upstream's callbacks and
 * once with polling alone. Rows are counted by the database itself (pg_stat_user_tables), commits by the transaction
 * numbers that it gave out.
 */
import { z } from 'zod';
import type { BenchDatabase } from '../database.ts';
import { type Bench, type Figure, type Line, quantity } from '../figure.ts';
import { raiseStand, type Stand } from '../stand.ts';

const SLOTS = 64;
const CLIENTS = 16;
const RENDER_MS = 300;
const PATIENCE_MS = 300_000;
const LOOK_EVERY_MS = 100;

type Cost = { rows: Map<string, number>; commits: number; tasks: number; seconds: number };

export const lifecycle: Figure = {
  name: 'lifecycle',
  title: 'Lifecycle: what a task costs from the order to its end',
  run: async (bench) => {
    const tasks = bench.quick ? 100 : 500;
    const lines: Line[] = [];
    for (const callbacks of [true, false]) {
      const how = callbacks ? 'callbacks' : 'polling only';
      const cost = await live(bench, tasks, callbacks);
      const total = [...cost.rows.values()].reduce((sum, rows) => sum + rows, 0);
      lines.push(
        {
          figure: `${how}: rows written per task (${breakdown(cost)})`,
          sluice: quantity(total / tasks, ''),
          baseline: null,
          aim: { of: 'sluice', most: 12 },
        },
        {
          figure: `${how}: commits per task`,
          sluice: quantity(cost.commits / tasks, ''),
          baseline: null,
          aim: { of: 'sluice', most: 6 },
        },
        {
          figure: `${how}: tasks per second, ${CLIENTS} clients, ${SLOTS} slots, renders of ${RENDER_MS} ms`,
          sluice: quantity(tasks / cost.seconds, '/s'),
          baseline: null,
          aim: null,
        },
      );
    }
    return lines;
  },
};

async function live(bench: Bench, tasks: number, callbacks: boolean): Promise<Cost> {
  const stand = await raiseStand(bench, {
    slots: SLOTS,
    timing: { queueMs: 0, renderBaseMs: RENDER_MS, renderMsPerSecond: 0 },
    callbacks,
    settings: { SLUICE_QUERY_RATE: '1000' },
  });
  try {
    await order(stand, 10);
    await allEnded(bench, stand, 10);
    const before = await readCounts(stand.database);
    const startedAt = performance.now();
    await order(stand, tasks);
    await allEnded(bench, stand, 10 + tasks);
    const seconds = (performance.now() - startedAt) / 1000;
    // Each process of the server hands in its counts when it ends, at the latest.
    await stand.stopGateway();
    const after = await readCounts(stand.database);
    return { ...difference(before, after), tasks, seconds };
  } finally {
    await stand.close();
  }
}

function order(stand: Stand, most: number): Promise<unknown> {
  const job = { kind: 'orders', url: stand.url, key: stand.key, clients: CLIENTS, most, forMs: PATIENCE_MS };
  return stand.load.ask(job, z.unknown());
}

async function allEnded({ progress }: Bench, { database }: Stand, tasks: number): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const { rows } = await database.db.query({
      name: 'bench.ended',
      text: `SELECT count(*) FILTER (WHERE state = 'succeeded')::int AS succeeded,
                    count(*) FILTER (WHERE state IN ('failed', 'canceled'))::int AS failed FROM tasks`,
    });
    const { succeeded, failed } = Ended.parse(rows[0]);
    progress.step('tasks ended', succeeded, tasks);
    if (failed > 0) throw new Error(`${failed} tasks failed`);
    if (succeeded >= tasks) return;
    if (performance.now() > deadline) throw new Error(`only ${succeeded} of ${tasks} tasks ended in time`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

const Ended = z.object({ succeeded: z.number(), failed: z.number() });

type Counts = { rows: Map<string, number>; transactions: number };

async function readCounts({ db }: BenchDatabase): Promise<Counts> {
  await db.query({ name: '', text: 'SELECT pg_stat_force_next_flush()' });
  const tables = await db.query({
    name: '',
    text: `SELECT relname, (n_tup_ins + n_tup_upd + n_tup_del)::float8 AS written FROM pg_stat_user_tables`,
  });
  const numbers = await db.query({
    name: '',
    text: `SELECT pg_snapshot_xmax(pg_current_snapshot())::text::float8 AS transactions`,
  });
  const rows = z.array(z.object({ relname: z.string(), written: z.number() })).parse(tables.rows);
  const [counted] = z.array(z.object({ transactions: z.number() })).parse(numbers.rows);
  return {
    rows: new Map(rows.map(({ relname, written }) => [relname, written])),
    transactions: counted?.transactions ?? 0,
  };
}

function difference(before: Counts, after: Counts): Pick<Cost, 'rows' | 'commits'> {
  const rows = new Map<string, number>();
  for (const [table, written] of after.rows) rows.set(table, written - (before.rows.get(table) ?? 0));
  return { rows, commits: after.transactions - before.transactions };
}

function breakdown({ rows, tasks }: Cost): string {
  return [...rows]
    .map(([table, written]) => ({ table, each: written / tasks }))
    .filter(({ each }) => each >= 0.05)
    .sort((a, b) => b.each - a.each)
    .map(({ table, each }) => `${table} ${each.toFixed(1)}`)
    .join(', ');
}
