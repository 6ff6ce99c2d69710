/** What to validate before launch: five questions by their names, each with an answer, a judgement and its evidence. */
import type { Estimate, PlanGrade, PlanResult, PlanValidation } from '@sluice/contract';
import { estimateOf } from './estimate.ts';
import { retryAnswer } from './retries.ts';
import { type Facts, TIGHT } from './verdict.ts';
import { hourOfWeek, percent, seconds, whole } from './words.ts';

type Figure = PlanValidation['figures'][number];

export function validationsOf(facts: Facts): PlanResult['validations'] {
  return {
    average_clip_length: clipLength(facts),
    peak_concurrent_jobs: peakJobs(facts),
    retry_behaviour: retries(facts),
    mirroring_speed: mirroring(facts),
    real_peak_supported: realPeak(facts),
  };
}

function figure(name: string, unit: string, { mean, low, high }: Estimate): Figure {
  return { name, unit, value: mean, low, high };
}

/** The weakest grade of what an answer rests on. */
function gradeOf({ job }: Facts, subjects: RegExp): PlanGrade {
  const order: PlanGrade[] = ['assumed', 'declared', 'given', 'measured'];
  const grades = job.assumptions.filter(({ subject }) => subjects.test(subject)).map(({ grade }) => grade);
  return order.find((grade) => grades.includes(grade)) ?? 'given';
}

function clipLength(facts: Facts): PlanValidation {
  const { outcome, job } = facts;
  const { clips } = job.base.world;
  const total = outcome.clips.reduce((sum, { tasks }) => sum + tasks.mean, 0);
  const length = outcome.clips.reduce(
    (sum, { tasks }, at) => sum + tasks.mean * (clips[at]?.seconds ?? 0),
    0,
  );
  const mean = total === 0 ? 0 : length / total;
  const longest = clips.reduce((most, { seconds: each }) => Math.max(most, each), 0);
  const price = outcome.cost_per_delivered_second;
  const cost = price === null ? '' : ` A delivered second costs ${price.mean} USD, failed renders included.`;
  return {
    question: 'Average clip length: how long are the clips, and what does a second of them cost?',
    answer: `${whole(mean)} s on average, ${whole(longest)} s at most.${cost}`,
    judgement: total === 0 ? 'unknown' : 'good',
    figures: [
      figure('average clip length', 's', estimateOf([mean])),
      figure('longest clip', 's', estimateOf([longest])),
    ],
    grade: gradeOf(facts, /traffic|mix|price/i),
  };
}

function peakJobs(facts: Facts): PlanValidation {
  const { peak, curve } = facts.outcome;
  const at =
    facts.job.base.workload.kind === 'described'
      ? hourOfWeek(peak.at_seconds)
      : `${seconds(peak.at_seconds)} in`;
  const busiest = Math.max(...curve.arriving);
  const enough = peak.running.mean >= peak.wanted.mean * 0.99;
  return {
    question: 'Peak concurrent jobs: how many would render at once if nothing waited, and how many may?',
    answer:
      `${whole(peak.wanted.mean)} at once at the most, in the hour of ${at}; ` +
      `the paths let ${whole(peak.running.mean)} run, and up to ${whole(peak.waiting.mean)} wait.`,
    judgement: enough ? 'good' : facts.outcome.meets_target ? 'tight' : 'bad',
    figures: [
      figure('wanted at once', 'tasks', peak.wanted),
      figure('running at once', 'tasks', peak.running),
      figure('longest backlog', 'tasks', peak.waiting),
      figure('tasks in the busiest step', 'tasks per hour', estimateOf([busiest])),
    ],
    grade: gradeOf(facts, /traffic|render/i),
  };
}

function retries(facts: Facts): PlanValidation {
  const { overall, paths } = facts.outcome;
  const { retry } = facts.job;
  const attempts = paths.reduce((sum, { attempts: each }) => sum + each.mean, 0);
  const spoiled = paths.reduce((sum, { failed }) => sum + failed.mean, 0);
  const refused = paths.reduce(
    (sum, { refusals }) => sum + refusals.no_slot.mean + refusals.throttled.mean,
    0,
  );
  const lost = (overall.failed.mean + overall.given_up.mean) / Math.max(1, overall.tasks.mean);
  return {
    question:
      'Retry behaviour for failed or delayed tasks: what is tried again, and what is lost all the same?',
    answer: retryAnswer({
      renders: attempts,
      failed: spoiled,
      rerun: retry.rerun,
      paths: paths.length,
      orderAgain: retry.order_again,
      refused,
      lostShare: lost,
    }),
    judgement: lost < 0.01 ? 'good' : lost < 0.05 ? 'tight' : 'bad',
    figures: [
      figure('tasks that failed', 'tasks', overall.failed),
      figure('tasks given up before they started', 'tasks', overall.given_up),
      figure('renders that failed', 'renders', estimateOf([spoiled])),
      figure('sends refused', 'sends', estimateOf([refused])),
    ],
    grade: gradeOf(facts, /fail|retry/i),
  };
}

function mirroring(facts: Facts): PlanValidation {
  const { mirror, paths } = facts.outcome;
  const atRisk = paths.reduce((sum, { links_at_risk: each }) => sum + each.mean, 0);
  const expired = paths.reduce((sum, { links_expired: each }) => sum + each.mean, 0);
  const use = mirror.use_at_peak.mean;
  return {
    question:
      'How quickly the storage layer mirrors completed assets: are clips saved before their links die?',
    answer:
      `Half are saved ${seconds(mirror.copy.p50.mean)} after their render, 99 of 100 within ` +
      `${seconds(mirror.copy.p99.mean)}; ` +
      `${whole(atRisk)} late in the life of their link, ${whole(expired)} too late. The busiest hour moves ` +
      `${whole(mirror.busiest_mbit_per_second.mean)} Mbit/s and ${percent(use)} of the copies; ` +
      `${whole(mirror.gb_per_day.mean)} GB a day, ${whole(mirror.gb_kept.mean)} GB kept.`,
    judgement: expired >= 0.5 || use >= 1 ? 'bad' : atRisk >= 0.5 || use >= TIGHT ? 'tight' : 'good',
    figures: [
      figure('saved after the render, median', 's', mirror.copy.p50),
      figure('saved after the render, 99th percentile', 's', mirror.copy.p99),
      figure('busiest hour', 'Mbit/s', mirror.busiest_mbit_per_second),
      figure('stored a day', 'GB', mirror.gb_per_day),
      figure('kept', 'GB', mirror.gb_kept),
    ],
    grade: gradeOf(facts, /clip size|line|link/i),
  };
}

function realPeak(facts: Facts): PlanValidation {
  const { outcome, scale, bottleneck } = facts;
  const { wait } = outcome.overall;
  const room =
    scale === null ? '' : ` It carries ${scale === 0 ? 'not a tenth' : `${scale} times`} of this traffic.`;
  return {
    question: 'Whether the chosen access path supports the real peak, not just the average day: does it?',
    answer:
      `${outcome.meets_target ? 'Yes' : 'No'}: waits of ${seconds(wait.p50.mean)} in the middle, ` +
      `${seconds(wait.p95.mean)} for the slowest twentieth, ` +
      `${seconds(wait.p99.mean)} for the slowest hundredth.${room} ` +
      `First to give way: ${bottleneck.sentence}.`,
    judgement: !outcome.meets_target ? 'bad' : scale !== null && scale < 1.25 ? 'tight' : 'good',
    figures: [
      figure('wait, median', 's', wait.p50),
      figure('wait, 95th percentile', 's', wait.p95),
      figure('wait, 99th percentile', 's', wait.p99),
      ...(scale === null ? [] : [figure('carries', 'times this traffic', estimateOf([scale]))]),
    ],
    grade: gradeOf(facts, /slots|render|traffic/i),
  };
}
