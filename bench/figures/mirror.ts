/**
 * Figure 5: what saving a clip costs beside a bare download. The real stage 5 reads a clip from a server on the
 * loopback, hashes, probes, publishes and reads it back; undici alone writes the same bytes to the same disk and
 * syncs them. Without a line between them both run at the speed of the processor, which no upstream reaches, so the
 * same is done again at the pace of a gigabit line. What is missing there to the bare download is what comes after the
 * last byte: the whole clip is read back and hashed once more, and its poster is drawn; "succeeded" means just that.
 * Then the memory of one copy, by the size of its file, each in a process of its own.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { Child } from '../children/child.ts';
import { Memory } from '../children/memory.ts';
import { startFarEnd, startMirror } from '../children/start.ts';
import type { BenchDatabase } from '../database.ts';
import { type Bench, type Figure, type Line, quantity } from '../figure.ts';
import { interleave, medianOf } from '../measure.ts';
import { run, seedAccounts, seedCopies, seedPath } from '../rows.ts';

const MEGABYTE = 1_000_000;
const GIGABIT = 125 * MEGABYTE;
const Took = z.object({ seconds: z.number() });

type Desk = { child: Child; database: BenchDatabase; clipUrl: string };

export const mirror: Figure = {
  name: 'mirror',
  title: 'Mirror: saving a clip beside a bare download',
  run: async (bench) => {
    const farEnd = await startFarEnd();
    const database = await (await bench.server()).createDatabase();
    try {
      await seedAccounts(database.db, 1);
      await seedPath(database.db, 1);
      const clipUrl = `${farEnd.url}/clip`;
      return [...(await speed(bench, database, clipUrl)), ...(await memory(bench, database, clipUrl))];
    } finally {
      await database.drop();
      await farEnd.stop();
    }
  },
};

let copies = 0;

async function copy({ child, database, clipUrl }: Desk, bytes: number, rate: number): Promise<number> {
  copies += 1;
  await seedCopies(database.db, [{ id: `copy-${copies}`, url: `${clipUrl}?bytes=${bytes}&rate=${rate}` }]);
  const { seconds } = await child.ask({ kind: 'copy' }, Took);
  const { rows } = await database.db.query(
    { name: 'bench.stored', text: `SELECT state, last_error FROM assets WHERE id = $1` },
    [`asset_copy-${copies}`],
  );
  const [asset] = z.array(z.object({ state: z.string(), last_error: z.string().nullable() })).parse(rows);
  if (asset?.state !== 'stored') throw new Error(`a copy ended as ${asset?.state}: ${asset?.last_error}`);
  return seconds;
}

async function withDesk<Result>(
  database: BenchDatabase,
  clipUrl: string,
  work: (desk: Desk) => Promise<Result>,
): Promise<Result> {
  const dataDir = await mkdtemp(join(tmpdir(), 'sluice-bench-'));
  const child = startMirror();
  try {
    await child.ask({ kind: 'open', databaseUrl: database.url, dataDir }, z.object({ opened: z.boolean() }));
    return await work({ child, database, clipUrl });
  } finally {
    await child.stop();
    await rm(dataDir, { recursive: true, force: true });
    await run(database.db, `UPDATE assets SET state = 'lost', copy_at = NULL WHERE state = 'copying'`);
  }
}

async function speed({ quick, progress }: Bench, database: BenchDatabase, clipUrl: string): Promise<Line[]> {
  const bytes = (quick ? 50 : 200) * MEGABYTE;
  const lines: Line[] = [];
  for (const rate of [0, GIGABIT]) {
    const readings = await withDesk(database, clipUrl, async (desk) => {
      await copy(desk, MEGABYTE, 0);
      return interleave(
        quick ? 3 : 7,
        {
          ours: () => copy(desk, bytes, rate),
          bare: async () => {
            const job = { kind: 'download', url: `${clipUrl}?bytes=${bytes}&rate=${rate}` };
            return (await desk.child.ask(job, Took)).seconds;
          },
        },
        (done, all) => progress.step('copies', done, all),
      );
    });
    const pace = (seconds: number[]) => quantity(bytes / MEGABYTE / medianOf(seconds), 'MB/s');
    lines.push({
      figure: `one clip of ${bytes / MEGABYTE} MB, ${rate === 0 ? 'loopback' : 'at the pace of a gigabit line'}`,
      sluice: pace(readings.ours),
      baseline: pace(readings.bare),
      aim: { of: 'ratio', least: 0.9 },
    });
  }
  return lines;
}

async function memory({ quick, progress }: Bench, database: BenchDatabase, clipUrl: string): Promise<Line[]> {
  const sizes = [20, quick ? 100 : 400] as const;
  const repeats = quick ? 1 : 3;
  const grown: [number[], number[]] = [[], []];
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    for (const [index, size] of sizes.entries()) {
      const growth = await withDesk(database, clipUrl, async (desk) => {
        await copy(desk, MEGABYTE, 0);
        const before = await desk.child.ask({ kind: 'memory' }, Memory);
        await copy(desk, size * MEGABYTE, 0);
        const after = await desk.child.ask({ kind: 'memory' }, Memory);
        return (after.peakBytes - before.residentBytes) / MEGABYTE;
      });
      grown[index]?.push(growth);
      progress.step('memory', repeat * sizes.length + index + 1, repeats * sizes.length);
    }
  }
  return [
    {
      figure: `memory grown by a copy of ${sizes[1]} MB, against one of ${sizes[0]} MB`,
      sluice: quantity(medianOf(grown[1]), 'MB'),
      baseline: quantity(medianOf(grown[0]), 'MB'),
      aim: null,
    },
  ];
}
