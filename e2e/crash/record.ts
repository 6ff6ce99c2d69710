/**
 * What was found so far, kept between runs: twenty kills at each of ninety points take hours, so they may be collected
 * in several sittings. One line for each visit of a point, violations too; lines of code that has changed since are for
 * whoever changed it to take out.
 */
import { existsSync } from 'node:fs';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Job, PointResult } from './run.ts';
import { HEAD, rowsOf } from './table.ts';

const Visit = z.object({
  on: z.iso.date(),
  seed: z.string(),
  stage: z.string(),
  title: z.string(),
  repeats: z.int(),
  tasks: z.int(),
  lost: z.int(),
  accepts: z.int(),
  doubles: z.int(),
  balanced: z.boolean(),
  recoveredMs: z.array(z.number()),
  problems: z.array(z.string()),
  judges: z.array(z.string()),
});
type Visit = z.infer<typeof Visit>;

/** Kills at one point before the next point has its turn, so that an interrupted run has been everywhere. */
const AT_A_TIME = 2;

export async function readRecord(file: string): Promise<Visit[]> {
  if (!existsSync(file)) return [];
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
  return lines.map((line) => Visit.parse(JSON.parse(line)));
}

export async function addToRecord(
  file: string,
  result: PointResult,
  seed: string,
  judges: string[],
): Promise<void> {
  const recoveredMs = result.recoveredMs.map((ms) => Math.round(ms));
  const visit: Visit = { on: new Date().toISOString().slice(0, 10), seed, ...result, recoveredMs, judges };
  await appendFile(file, `${JSON.stringify(visit)}\n`);
}

/** What the next sitting has to do: the points that have been visited least come first. */
export function missingOf(jobs: readonly Job[], record: readonly Visit[]): Job[] {
  const done = (job: Job) =>
    record.filter((visit) => isOf(visit, job)).reduce((sum, visit) => sum + visit.repeats, 0);
  const open = jobs.map((job) => ({ job, done: done(job) })).filter(({ job, done }) => done < job.repeats);
  const least = Math.min(...open.map(({ done }) => done));
  return open
    .filter(({ done }) => done < least + AT_A_TIME)
    .map(({ job, done }) => ({ ...job, repeats: Math.min(job.repeats, least + AT_A_TIME) - done }));
}

function isOf(visit: { title: string; stage: string }, { title, point }: Job): boolean {
  return visit.title === title && visit.stage === point.stage;
}

/** All visits of a point as one result. */
export function resultsOf(jobs: readonly Job[], record: readonly Visit[]): PointResult[] {
  return jobs.flatMap((job) => {
    const visits = record.filter((visit) => isOf(visit, job));
    const sum = (of: (visit: Visit) => number) => visits.reduce((all, visit) => all + of(visit), 0);
    if (visits.length === 0) return [];
    return {
      stage: job.point.stage,
      title: job.title,
      repeats: sum((visit) => visit.repeats),
      tasks: sum((visit) => visit.tasks),
      lost: sum((visit) => visit.lost),
      accepts: sum((visit) => visit.accepts),
      doubles: sum((visit) => visit.doubles),
      balanced: visits.every((visit) => visit.balanced),
      recoveredMs: visits.flatMap((visit) => visit.recoveredMs),
      problems: visits.flatMap((visit) => visit.problems),
    };
  });
}

export async function writePage(page: string, jobs: readonly Job[], record: readonly Visit[]): Promise<void> {
  const results = resultsOf(jobs, record);
  const days = record.map(({ on }) => on).sort();
  const judges = [...new Set(record.flatMap((visit) => visit.judges))].sort();
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const bad = results.filter(({ problems }) => problems.length > 0);
  const lines = [
    '# Kills at every point of a task’s life',
    '',
    'Made by `npm run crash -- --record e2e/crash/record.jsonl --page docs/reference/crash-table.md`.',
    '',
    'A real gateway is ended with SIGKILL at the named point and started again in the same place; PostgreSQL and the',
    'emulated Kling live on, except where it says otherwise. *Accepts* are counted in the emulator’s own log,',
    '*doubles* are accepts beyond one for each order, *lost* are orders that were answered and did not come to the end',
    'that they must have. The time to recover runs from the kill until every order has ended and was announced; it',
    'says more about the machine than about the gateway. The books are judged by',
    `${['our own addition', ...judges].join(', ')}.`,
    '',
    `Collected from ${days[0] ?? 'never'} to ${days.at(-1) ?? 'never'}, on a machine of two cores that did other work`,
    'at the same time. The code went on changing meanwhile: kills of a point whose step was rewritten, and those in',
    'which something was found, were taken out and done again, and the last ones of each point are the newest.',
    '',
    row(HEAD),
    row(HEAD.map((_, column) => (column < 2 ? '---' : '---:'))),
    ...rowsOf(results).map(row),
    '',
    bad.length === 0 ? 'No violation.' : 'Violations:',
    '',
    ...bad.flatMap(({ title, problems }) => [`- ${title}: ${problems[0]?.split('\n')[0]}`]),
  ];
  await writeFile(page, `${lines.join('\n').trimEnd()}\n`);
}
