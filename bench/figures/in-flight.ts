/**
 * Figure 8: what a hundred thousand renders under way cost one gateway. They lie with the emulated Kling, which takes
 * them on before the clock runs, and in the gateway's tables as the stages would have left them; then the gateway
 * follows them by polling alone. Counted is the memory of its process at its highest, beside that of the same process
 * before it had anything to do.
 */
import { z } from 'zod';
import type { BenchDatabase } from '../database.ts';
import { type Bench, type Figure, type Line, quantity } from '../figure.ts';
import { run, seedInFlight } from '../rows.ts';
import { raiseStand, type Stand } from '../stand.ts';

const HELD_MS = 3_600_000;
const PATIENCE_MS = 600_000;
const LOOK_EVERY_MS = 500;
const CHUNK = 1_000;
const MEBIBYTE = 1024 ** 2;

export const inFlight: Figure = {
  name: 'in-flight',
  title: 'In flight: the memory of one gateway',
  run: async (bench) => {
    const tasks = bench.quick ? 10_000 : 100_000;
    const stand = await raiseStand(bench, {
      slots: tasks,
      timing: { queueMs: 0, renderBaseMs: HELD_MS, renderMsPerSecond: 0 },
      callbacks: false,
      settings: { SLUICE_QUERY_RATE: '1000' },
    });
    try {
      const idle = await stand.memory();
      await fill(bench, stand, tasks);
      const seconds = await askedAbout(bench, stand.database, tasks);
      const busy = await stand.memory();
      return linesOf(tasks, idle.residentBytes, busy.peakBytes, seconds);
    } finally {
      await stand.close();
    }
  },
};

const Taken = z.object({ data: z.object({ id: z.string() }) });

/** Taken on upstream first, so that no question finds a stranger. */
async function fill(
  { progress }: Bench,
  { emulator, database, accountId }: Stand,
  tasks: number,
): Promise<void> {
  for (let from = 0; from < tasks; from += CHUNK) {
    const ids: string[] = [];
    for (let number = from; number < Math.min(tasks, from + CHUNK); number += 1) {
      const answer = await emulator.kling.handle({
        method: 'POST',
        url: '/text-to-video/kling-3.0',
        headers: { authorization: 'Bearer api-key-bench-0123456789abcdef' },
        body: new TextEncoder().encode(
          JSON.stringify({
            prompt: 'a paper boat',
            settings: { duration: 5, resolution: '720p' },
            options: { external_task_id: `att_${number}` },
          }),
        ),
      });
      if (!('body' in answer)) throw new Error('the emulator answered nothing');
      ids.push(Taken.parse(JSON.parse(new TextDecoder().decode(answer.body))).data.id);
    }
    await seedInFlight(database.db, { from, upstreamIds: ids, accountId });
    progress.step('taken on', from + ids.length, tasks);
  }
  await run(database.db, 'VACUUM (ANALYZE) attempts');
  await run(database.db, `UPDATE attempts SET ask_at = now() WHERE state = 'accepted'`);
}

async function askedAbout({ progress }: Bench, { db }: BenchDatabase, wanted: number): Promise<number> {
  const startedAt = performance.now();
  for (;;) {
    const { rows } = await db.query({
      name: 'bench.asked',
      text: `SELECT sum(asks)::float8 AS asked, count(*) FILTER (WHERE word = 'processing')::float8 AS rendering
             FROM attempts`,
    });
    const [counted] = z.array(z.object({ asked: z.number(), rendering: z.number() })).parse(rows);
    const asked = counted?.asked ?? 0;
    progress.step('asked about', Math.min(asked, wanted), wanted);
    const seconds = (performance.now() - startedAt) / 1000;
    if (asked >= wanted) {
      if (counted?.rendering === 0) throw new Error('the upstream knew none of them');
      return seconds;
    }
    if (seconds * 1000 > PATIENCE_MS) throw new Error(`only ${asked} of ${wanted} were asked about in time`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

function linesOf(tasks: number, idleBytes: number, peakBytes: number, seconds: number): Line[] {
  return [
    {
      figure: `${tasks / 1_000} k in flight: memory at its highest, against nothing to do`,
      sluice: quantity(peakBytes / MEBIBYTE, 'MiB'),
      baseline: quantity(idleBytes / MEBIBYTE, 'MiB'),
      aim: { of: 'sluice', most: 1_024 },
    },
    {
      figure: `${tasks / 1_000} k in flight: asked about, all being due at once`,
      sluice: quantity(tasks / seconds, '/s'),
      baseline: null,
      aim: null,
    },
  ];
}
