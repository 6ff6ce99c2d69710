/**
 * The simulator's command line: one seed, replayed to the byte; many seeds and what they covered; how soon a planted
 * bug is found. `npm run sim -- --help` says how.
 */
import { startTestServer } from '@sluice/server/store/testing/server.ts';
import { createCoverage } from './coverage.ts';
import { type Crew, type CrewReport, gatherCrew, serverSettings } from './crew.ts';
import { openWorkerDatabase } from './database.ts';
import { readOptions } from './options.ts';
import { plantByName, plants } from './plants/plants.ts';
import { coverageLines, purchaseLines } from './report.ts';
import { runSeed } from './run.ts';
import { seedsFrom, tellRange } from './seeds.ts';
import { describeFailure, type Verdict } from './verdict.ts';

const PLANT_SEEDS = 200;

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // The reader (`| head`) has seen enough.
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

const values = readOptions(process.argv);
const { size, from } = values;

function commandOf(seed: number): string {
  const more = [
    size.intents === null ? '' : ` --tasks ${size.intents}`,
    size.nodes === null ? '' : ` --nodes ${size.nodes}`,
    tellRange(size.paths),
    values.plant === undefined ? '' : ` --plant ${values.plant}`,
  ].join('');
  return `npm run sim -- --seed ${seed}${more}`;
}

function lineOf(verdict: Verdict): string {
  const { seed, hash, steps, tasks, virtualMs, realMs } = verdict;
  const what = verdict.ok ? 'fine' : `BROKE ${verdict.failure?.invariant}`;
  const minutes = (virtualMs / 60_000).toFixed(1);
  return `seed ${seed}: ${what}, trace ${hash}, ${tasks} tasks, ${steps} steps, ${minutes} virtual min in ${realMs} ms`;
}

async function runOne(seed: number): Promise<boolean> {
  const server = await startTestServer({ settings: serverSettings });
  const database = await openWorkerDatabase(server.adminUrl);
  const print = values.trace ? (line: string) => console.log(line) : null;
  const plant = values.plant === undefined ? null : plantByName(values.plant);
  const verdict = await runSeed(database, { seed, size, coverage: createCoverage(), plant, print });
  await database.close();
  await server.stop();
  console.log(lineOf(verdict));
  if (!verdict.ok) console.log(describeFailure(verdict, commandOf(seed)));
  return verdict.ok;
}

async function runMany(crew: Crew, count: number): Promise<boolean> {
  const startedMs = performance.now();
  const seeds = seedsFrom(from, count, size.paths);
  const report = await crew.run({ seeds, size, plant: null, stopAtFailure: false, onVerdict: tell });
  const seconds = (performance.now() - startedMs) / 1000;
  console.log(`${report.verdicts.length} seeds in ${seconds.toFixed(1)} s, ${sumOf(report)}`);
  for (const line of coverageLines(report.coverage, size.paths !== null)) console.log(line);
  for (const line of purchaseLines(report.coverage)) console.log(line);
  return report.verdicts.every(({ ok }) => ok);
}

const PROGRESS_EVERY = 100;
let judged = 0;

function tell(verdict: Verdict): void {
  judged += 1;
  if (judged % PROGRESS_EVERY === 0) console.log(`${judged} seeds so far`);
  if (verdict.ok) return;
  console.log(describeFailure(verdict, commandOf(verdict.seed)));
}

function sumOf({ verdicts }: CrewReport): string {
  const sum = (pick: (verdict: Verdict) => number) => verdicts.reduce((total, one) => total + pick(one), 0);
  const failed = verdicts.filter(({ ok }) => !ok).length;
  const hours = (sum(({ virtualMs }) => virtualMs) / 3_600_000).toFixed(0);
  const done = `${sum(({ tasks }) => tasks)} tasks, ${sum(({ steps }) => steps)} steps`;
  return `${done}, ${hours} virtual hours, ${failed} failed`;
}

/** True when it was found. */
async function runPlant(crew: Crew, name: string): Promise<boolean> {
  const seeds = Array.from({ length: PLANT_SEEDS }, (_, index) => from + index);
  const worlds = { ...size, paths: size.paths ?? plantByName(name).paths ?? null };
  const { verdicts } = await crew.run({ seeds, size: worlds, plant: name, stopAtFailure: true });
  const found = verdicts.find(({ ok }) => !ok);
  const how = found
    ? `found by seed ${found.seed}: ${found.failure?.invariant}, ${found.failure?.message}`
    : 'NOT FOUND';
  console.log(`${name} (${plantByName(name).mistake}): ${how.slice(0, 200)}`);
  return found !== undefined;
}

async function withCrew(work: (crew: Crew) => Promise<boolean>): Promise<boolean> {
  const crew = await gatherCrew(values.workers);
  try {
    return await work(crew);
  } finally {
    await crew.close();
  }
}

async function runPlants(crew: Crew, names: readonly string[]): Promise<boolean> {
  let all = true;
  for (const name of names) all = (await runPlant(crew, name)) && all;
  return all;
}

async function main(): Promise<boolean> {
  if (values.seed !== undefined) return runOne(values.seed);
  if (values.plants)
    return withCrew((crew) =>
      runPlants(
        crew,
        plants.map(({ name }) => name),
      ),
    );
  const { plant } = values;
  if (plant !== undefined) return withCrew((crew) => runPlants(crew, [plant]));
  return withCrew((crew) => runMany(crew, values.seeds));
}

process.exitCode = (await main()) ? 0 : 1;
