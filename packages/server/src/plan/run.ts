/** A whole plan: every case over every seed, the searches, the verdict. The same job has the same answer. */
import type { PlanResult } from '@sluice/contract';
import type { Tally } from './engine/tally.ts';
import type { PlanCase, PlanJob } from './job.ts';
import { outcomeOf } from './outcome.ts';
import { carriesOf, meeting, needsOf } from './search.ts';
import { simulate } from './simulate.ts';
import { validationsOf } from './validations.ts';
import { adviceOf, bottleneckOf, verdictSentence } from './verdict.ts';

/** Simulations of a search, about: it ends when it has found. */
const SEARCH_RUNS = 24;

export function runPlan(job: PlanJob, onProgress: (share: number) => void): PlanResult {
  const cases = [job.base, ...job.variants];
  const total = cases.length * job.seeds + (job.search ? SEARCH_RUNS : 0);
  let runs = 0;
  let tasks = 0;
  const all = cases.map((each) => {
    const tallies = simulateAll(each, job, (share, ordered) => {
      if (ordered !== null) {
        runs += 1;
        tasks += ordered;
      }
      onProgress(Math.min(0.99, (runs + share) / total));
    });
    const outcome = outcomeOf(each.world, tallies, job.target, job.retentionDays);
    return { each, tallies, outcome };
  });
  const [base, ...variants] = all;
  if (!base) throw new Error('a plan has a case');
  const meets = meeting(job, () => {
    runs += 1;
    onProgress(Math.min(0.99, runs / total));
  });
  const needs = job.search ? needsOf(job.base, meets, takersOf(job.base, base.tallies)) : null;
  const scale = job.search ? carriesOf(job.base, meets) : null;
  const bottleneck = bottleneckOf(job, base.outcome);
  const facts = { job, outcome: base.outcome, bottleneck, needs, scale };
  return {
    verdict: { sentence: verdictSentence(facts), bottleneck, advice: adviceOf(facts) },
    validations: validationsOf(facts),
    base: base.outcome,
    variants: variants.map(({ each: { name, changes }, outcome }) => ({ name, changes, outcome })),
    needs,
    carries: scale === null ? null : { scale, sentence: carriesSentence(scale) },
    assumptions: [...job.assumptions],
    simulated: { tasks, runs, days: job.base.workload.totalMs / 86_400_000 },
  };
}

function carriesSentence(scale: number): string {
  if (scale === 0) return 'Not even a tenth of this traffic would meet the target.';
  return scale >= 16
    ? 'Sixteen times this traffic would still meet the target.'
    : `${scale} times this traffic still meets the target; more does not.`;
}

function simulateAll(
  { world, workload }: PlanCase,
  { seeds, seed }: PlanJob,
  onProgress: (share: number, ordered: number | null) => void,
): Tally[] {
  return Array.from({ length: seeds }, (_, nth) => {
    const { tally, tasks } = simulate(world, workload, seed + nth, (share) => onProgress(share, null));
    onProgress(0, tasks);
    return tally;
  });
}

/** By family: the path that takes most of its attempts. */
function takersOf({ world }: PlanCase, tallies: readonly Tally[]): number[] {
  return world.families.map((_, family) => {
    const uses = world.paths.map((_path, path) =>
      tallies.reduce((sum, { paths, totalMs }) => sum + (paths[path]?.taken[family]?.mean(totalMs) ?? 0), 0),
    );
    const most = Math.max(...uses);
    return most > 0 ? uses.indexOf(most) : -1;
  });
}
