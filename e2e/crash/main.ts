/**
 * `npm run crash`: a real gateway is killed with SIGKILL at every named point of a task's life, with a real
 * PostgreSQL that outlives it and an emulated Kling that keeps its own log; then everything has to end as it must.
 *
 *   npm run crash                              every point, 20 repeats each
 *   npm run crash -- --point outbound.submit   points whose title contains this
 *   npm run crash -- --list                    the points
 *   npm run crash -- --waits real              leases and windows as in production (slow)
 */
import { parseArgs } from 'node:util';
import { foreignJudges } from '@sluice/server/lifecycle/operate/testing/journal-judges.ts';
import { jobsOf, type PointResult, runPoints } from './run.ts';
import { tableOf } from './table.ts';

const { values } = parseArgs({
  options: {
    point: { type: 'string', multiple: true },
    repeats: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    worlds: { type: 'string', default: '6' },
    waits: { type: 'string', default: 'short' },
    list: { type: 'boolean', default: false },
  },
});

const wanted = jobsOf(Number(values.repeats)).filter(
  (job) => values.point === undefined || values.point.some((text) => job.title.includes(text)),
);

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

if (values.list) {
  for (const { point, title } of wanted) console.log(`${point.stage.padEnd(10)} ${title}`);
} else {
  process.exitCode = await crash();
}

async function crash(): Promise<number> {
  const repeats = Number(values.repeats);
  const worlds = Number(values.worlds);
  if (wanted.length === 0 || !(repeats >= 1) || !(worlds >= 1)) {
    console.error(
      'Nothing to do: see --list for the points, and give --repeats and --worlds numbers from 1 on.',
    );
    return 2;
  }
  const judges = await foreignJudges();
  console.log(
    `${wanted.length} points × ${repeats} repeats, seed ${values.seed}, ${worlds} worlds side by side; ` +
      `the books are judged by ${['our own addition', ...judges].join(', ')}` +
      `${judges.length < 2 ? ' (apt-get install ledger hledger for the others)' : ''}`,
  );
  const startedMs = performance.now();
  const progress = progressOf(wanted.length * repeats);
  const results = await runPoints(wanted, {
    seed: values.seed,
    worlds,
    waits: values.waits === 'real' ? 'real' : 'short',
    onRound: progress,
  });
  console.log(`\n${tableOf(results)}\n`);
  const seconds = Math.round((performance.now() - startedMs) / 1000);
  const bad = results.filter((result) => result.problems.length > 0).length;
  console.log(bad === 0 ? `No violation, in ${seconds} s.` : `${bad} points were violated, in ${seconds} s.`);
  return bad === 0 ? 0 : 1;
}

/** The first problems of a round say what is wrong; the others follow from them. */
function report({ title, problems }: PointResult): void {
  if (problems.length === 0) return;
  console.log(`\nVIOLATION at ${title}`);
  for (const problem of problems.slice(0, 8)) console.log(`  ${problem}`);
  if (problems.length > 8) console.log(`  and ${problems.length - 8} more`);
  console.log(`  again: npm run crash -- --seed ${values.seed} --point '${title}'`);
}

function progressOf(total: number): (result: PointResult) => void {
  const startedMs = performance.now();
  let done = 0;
  return (result) => {
    done += 1;
    report(result);
    const minutes = (performance.now() - startedMs) / 60_000;
    const left = minutes * (total / done - 1);
    const line = `${done}/${total}  about ${left.toFixed(0)} min left  ${result.title}`;
    if (process.stdout.isTTY) process.stdout.write(`\r\x1b[K${line.slice(0, 110)}`);
    else if (done % 50 === 0) console.log(line);
  };
}
