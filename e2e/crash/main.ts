/**
 * `npm run crash`: a real gateway is killed with SIGKILL at every named point of a task's life, with a real
 * PostgreSQL that outlives it and an emulated Kling that keeps its own log; then everything has to end as it must.
 */
import { foreignJudges } from '@sluice/server/lifecycle/operate/testing/journal-judges.ts';
import { readOptions } from './options.ts';
import { addToRecord, missingOf, readRecord, resultsOf, writePage } from './record.ts';
import { type Job, jobsOf, type PointResult, type RunOptions, runPoints } from './run.ts';
import { tableOf } from './table.ts';

/** Where no terminal shows the moving line. */
const TELL_EVERY_MS = 60_000;

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // The reader (`| head`) has seen enough.
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

const values = readOptions(process.argv);

const wanted = jobsOf(values.repeats).filter(
  (job) => values.point === undefined || values.point.some((text) => job.title.includes(text)),
);

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

if (values.list) {
  for (const { point, title } of wanted) console.log(`${point.stage.padEnd(10)} ${title}`);
} else {
  process.exitCode = await crash();
}

async function crash(): Promise<number> {
  const { repeats, worlds, record, page } = values;
  if (wanted.length === 0) {
    console.error('error: no point has such a title; npm run crash -- --list shows all of them');
    return 2;
  }
  const judges = await foreignJudges();
  console.log(
    `${wanted.length} points × ${repeats} repeats, seed ${values.seed}, ${worlds} worlds side by side; ` +
      `the books are judged by ${['our own addition', ...judges].join(', ')}` +
      `${judges.length < 2 ? ' (apt-get install ledger hledger for the others)' : ''}`,
  );
  const startedMs = performance.now();
  const results = record === undefined ? await once(wanted) : await collect(record, judges);
  if (record !== undefined && page !== undefined) await writePage(page, wanted, await readRecord(record));
  console.log(`\n${tableOf(results)}\n`);
  const seconds = Math.round((performance.now() - startedMs) / 1000);
  const bad = results.filter((result) => result.problems.length > 0).length;
  console.log(bad === 0 ? `No violation, in ${seconds} s.` : `${bad} points were violated, in ${seconds} s.`);
  return bad === 0 ? 0 : 1;
}

function once(
  jobs: readonly Job[],
  seed = values.seed,
  onPoint: RunOptions['onPoint'] = undefined,
): Promise<PointResult[]> {
  const onRound = progressOf(
    jobs.reduce((sum, job) => sum + job.repeats, 0),
    seed,
  );
  return runPoints(jobs, {
    seed,
    worlds: values.worlds,
    waits: values.waits,
    onRound,
    ...(onPoint === undefined ? {} : { onPoint }),
  });
}

/** Round by round over the points, until the record has everything or shows a violation. */
async function collect(file: string, judges: string[]): Promise<PointResult[]> {
  for (let sitting = (await readRecord(file)).length; ; sitting = (await readRecord(file)).length) {
    const jobs = missingOf(wanted, await readRecord(file));
    if (jobs.length === 0) break;
    const seed = `${values.seed}/${sitting}`;
    const found = await once(jobs, seed, (result) => addToRecord(file, result, seed, judges));
    if (found.some(({ problems }) => problems.length > 0)) break;
  }
  return resultsOf(wanted, await readRecord(file));
}

/** The first problems of a round say what is wrong; the others follow from them. */
function report({ title, problems }: PointResult, seed: string): void {
  if (problems.length === 0) return;
  console.log(`\nVIOLATION at ${title}`);
  for (const problem of problems.slice(0, 8)) console.log(`  ${problem}`);
  if (problems.length > 8) console.log(`  and ${problems.length - 8} more`);
  console.log(`  again: npm run crash -- --seed ${seed} --point '${title}'`);
}

function progressOf(total: number, seed: string): (result: PointResult) => void {
  const startedMs = performance.now();
  let toldMs = startedMs;
  let done = 0;
  return (result) => {
    done += 1;
    report(result, seed);
    const minutes = (performance.now() - startedMs) / 60_000;
    const left = minutes * (total / done - 1);
    const line = `${done}/${total}  about ${left.toFixed(0)} min left  ${result.title}`;
    if (process.stdout.isTTY) process.stdout.write(`\r\x1b[K${line.slice(0, 110)}`);
    else if (performance.now() - toldMs > TELL_EVERY_MS) {
      toldMs = performance.now();
      console.log(line);
    }
  };
}
