/**
 * Starting: the embedded database for the first time, again, and adopted from a killed gateway, beside PostgreSQL's own
 * programs with the same settings; then `sluice serve` from the start of its process to the first 200 of `/readyz`, and
 * `sluice --help`, beside what they cannot do without (the database by its programs alone; an empty node).
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareBinaries } from '@sluice/server/effects/database/binaries.ts';
import { startEmbedded } from '@sluice/server/effects/database/embedded.ts';
import { databaseIdentity } from '@sluice/server/effects/database/identity.ts';
import { z } from 'zod';
import { printHelp, runToEnd, startServing } from '../children/serve.ts';
import { startDatabaseHolder } from '../children/start.ts';
import { type Aim, type Figure, type Line, quantity } from '../figure.ts';
import { interleave, medianOf, timedMs } from '../measure.ts';
import { type BarePostgres, barePostgres } from '../models/bare-postgres.ts';

const SYSTEM_DIR = '/var/lib/sluice';
const FIRST_MOST_MS = 5_000;
const WARM_MOST_MS = 1_000;

type Readings = Record<'first' | 'warm' | 'adopted', number>;

export const start: Figure = {
  name: 'start',
  title: 'Start: the embedded database and sluice serve, until they answer',
  run: async ({ quick, progress }) => {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-bench-start-'));
    // As root the database runs as somebody else, who must get through.
    await chmod(folder, 0o711);
    const identity = await databaseIdentity(folder);
    const places = { dataDir: folder, systemDir: SYSTEM_DIR };
    const postgres = barePostgres(await prepareBinaries(identity, places, progress.say), identity);
    let round = 0;
    const next = (name: string): string => join(folder, `${name}-${++round}`);
    try {
      const repeats = quick ? 2 : 7;
      const { bare, ours, serve } = await interleave(
        repeats,
        {
          ours: () => embedded(next('ours')),
          bare: () => alone(postgres, next('bare')),
          serve: () => serving(next('serve')),
        },
        (done, all) => progress.step('starts', done, all),
      );
      const { help, node } = await interleave(repeats, {
        help: () => timedMs(printHelp),
        node: () => timedMs(() => runToEnd(process.execPath, ['-e', '0'])),
      });
      const of = (all: Readings[], name: keyof Readings) => medianOf(all.map((each) => each[name]));
      const against = (all: Readings[], what: string, name: keyof Readings, aim: Aim | null): Line => ({
        figure: what,
        sluice: quantity(of(all, name), 'ms'),
        baseline: quantity(of(bare, name), 'ms'),
        aim,
      });
      const most = (ms: number): Aim => ({ of: 'sluice', most: ms });
      return [
        against(ours, 'database, first start; initdb and postgres beside it', 'first', most(FIRST_MOST_MS)),
        against(ours, 'database, started again; postgres beside it', 'warm', most(WARM_MOST_MS)),
        against(ours, 'database, adopted; a connection beside it', 'adopted', most(WARM_MOST_MS)),
        against(serve, 'sluice serve, first start; initdb and postgres beside it', 'first', null),
        against(serve, 'sluice serve, started again; postgres beside it', 'warm', null),
        against(serve, 'sluice serve, adopting; a connection beside it', 'adopted', null),
        {
          figure: 'sluice --help; an empty node beside it',
          sluice: quantity(medianOf(help), 'ms'),
          baseline: quantity(medianOf(node), 'ms'),
          aim: null,
        },
      ];
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function embedded(dataDir: string): Promise<Readings> {
  const startOnce = async (adopted: boolean): Promise<number> => {
    const startedAt = performance.now();
    const database = await startEmbedded({ dataDir, log: () => {} });
    const tookMs = performance.now() - startedAt;
    await database.stop();
    if (database.adopted !== adopted) throw new Error('the database was started where it was to be adopted');
    return tookMs;
  };
  const first = await startOnce(false);
  const warm = await startOnce(false);
  const holder = startDatabaseHolder();
  await holder.ask({ dataDir }, z.object({ adopted: z.literal(false) }));
  await holder.stop();
  const adopted = await startOnce(true);
  await rm(dataDir, { recursive: true, force: true });
  return { first, warm, adopted };
}

async function alone(postgres: BarePostgres, folder: string): Promise<Readings> {
  const first = await timedMs(async () => {
    await postgres.initialise(folder);
    await postgres.start(folder);
  });
  await postgres.stop();
  const warm = await timedMs(() => postgres.start(folder));
  const adopted = await timedMs(() => postgres.ask(folder));
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
  return { first, warm, adopted };
}

async function serving(dataDir: string): Promise<Readings> {
  const first = await startServing(dataDir);
  await first.stop();
  const warm = await startServing(dataDir);
  await warm.kill();
  const adopting = await startServing(dataDir);
  await adopting.stop();
  await rm(dataDir, { recursive: true, force: true });
  return { first: first.readyMs, warm: warm.readyMs, adopted: adopting.readyMs };
}
