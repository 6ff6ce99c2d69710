/** What gives way first, in a sentence, and what to do about it. */
import type { PlanNeed, PlanOutcome, PlanResult } from '@sluice/contract';
import type { PlanJob } from './job.ts';
import { percent, seconds, whole } from './words.ts';

export type Bottleneck = PlanResult['verdict']['bottleneck'];

export type Facts = {
  job: PlanJob;
  outcome: PlanOutcome;
  bottleneck: Bottleneck;
  needs: readonly PlanNeed[] | null;
  scale: number | null;
};

/** Above it there is no room for an hour that is a little busier. */
export const TIGHT = 0.8;

/** Of everything that can be full, what the busiest hour fills most: it gives way first when traffic grows. */
export function bottleneckOf({ base: { world }, storageBytes }: PlanJob, outcome: PlanOutcome): Bottleneck {
  const candidates: Bottleneck[] = [];
  const add = (
    kind: Bottleneck['kind'],
    load: number,
    sentence: string,
    path: string | null = null,
    family: string | null = null,
  ) => candidates.push({ kind, path, family, load: Math.round(load * 1000) / 1000, sentence });
  for (const [index, path] of outcome.paths.entries()) {
    for (const { family, slots, wanted_at_peak: wanted } of path.slots) {
      const text =
        `the slots of ${path.path} for ${family}: the busiest hour wants ${whole(wanted.mean)} at once, ` +
        `and there are ${slots}`;
      add('slots', wanted.mean / slots, text, path.path, family);
    }
    const perSecond = world.paths[index]?.submitsPerSecond ?? null;
    if (perSecond !== null && path.refusals.throttled.mean > 0) {
      const share = path.refusals.throttled.mean / Math.max(1, path.attempts.mean);
      const text = `the ${perSecond} submits a second of ${path.path}: ${percent(share)} of sends were throttled`;
      add('submits', 1 + share, text, path.path);
    }
    const asked = path.questions_per_second.mean / world.gateway.queryRate;
    add('queries', asked, `the questions to ${path.path}, at ${percent(asked)} of their budget`, path.path);
    const lost = path.links_expired.mean + path.links_at_risk.mean;
    if (lost > 0) {
      const text = `the life of links of ${path.path}: ${whole(lost)} clips are saved late or lost`;
      add('links', 1 + lost / Math.max(1, path.stored.mean), text, path.path);
    }
  }
  const { mirror } = outcome;
  const line = `copying: the busiest hour keeps ${percent(mirror.use_at_peak.mean)} of the copies busy`;
  add('mirror', mirror.use_at_peak.mean, line);
  if (storageBytes !== null) {
    const load = (mirror.gb_kept.mean * 1e9) / storageBytes;
    add(
      'storage',
      load,
      `the storage: ${whole(mirror.gb_kept.mean)} GB are kept of ${whole(storageBytes / 1e9)} GB`,
    );
  }
  candidates.sort((a, b) => b.load - a.load);
  const [worst] = candidates;
  if (worst && (worst.load >= TIGHT || !outcome.meets_target)) return worst;
  const sentence = worst
    ? `nothing is near its limit; the first would be ${worst.sentence}`
    : 'nothing is used';
  return {
    kind: 'none',
    path: worst?.path ?? null,
    family: worst?.family ?? null,
    load: worst?.load ?? 0,
    sentence,
  };
}

export function verdictSentence({ job: { target }, outcome, bottleneck }: Facts): string {
  const { wait, finish, unfinished } = outcome.overall;
  const goals = [
    ...(target.startWithinMs === null ? [] : [`start within ${seconds(target.startWithinMs / 1000)}`]),
    ...(target.finishWithinMs === null ? [] : [`are stored within ${seconds(target.finishWithinMs / 1000)}`]),
  ].join(' and ');
  const [measured] = [target.startWithinMs === null ? finish : wait];
  const waits = `median wait ${seconds(measured.p50.mean)}, 95th percentile ${seconds(measured.p95.mean)}`;
  const backlog =
    unfinished.mean >= 1 ? ` ${whole(unfinished.mean)} tasks never ended: the backlog does not clear.` : '';
  const head = outcome.meets_target
    ? `Yes: ${percent(target.share)} of tasks ${goals} (${waits}).`
    : `No: fewer than ${percent(target.share)} of tasks ${goals} (${waits}).`;
  return `${head}${backlog} First bottleneck: ${bottleneck.sentence}.`;
}

export function adviceOf({ job, outcome, bottleneck, needs, scale }: Facts): string[] {
  const advice: string[] = [];
  for (const need of needs ?? []) {
    const { family, path, slots_now: now, slots_needed: needed } = need;
    if (needed !== null && needed > now)
      advice.push(`Ask for ${needed} slots of ${path} for ${family}; there are ${now}.`);
    if (needed === null)
      advice.push(`More slots of ${path} for ${family} do not help; look at the first bottleneck.`);
  }
  for (const path of outcome.paths) {
    if (path.runway_days !== null) {
      advice.push(
        `Top up ${path.path} before day ${path.runway_days.low.toFixed(1)}: its deposit is used up then.`,
      );
    }
    if (path.refusals.no_slot.mean > 0.01 * path.attempts.mean) {
      advice.push(
        `Tell the gateway the limit of ${path.path}: ${whole(path.refusals.no_slot.mean)} sends were refused.`,
      );
    }
  }
  if (bottleneck.kind === 'mirror') advice.push('Raise the copies at once or the line before anything else.');
  if (bottleneck.kind === 'links')
    advice.push('Saving is too slow for the life of the links: raise the copies at once.');
  if (scale !== null && scale < 1.25 && outcome.meets_target) {
    advice.push(`There is little room: ${scale} times this traffic is the most that meets the target.`);
  }
  const guessed = job.assumptions.filter(({ grade }) => grade === 'assumed');
  if (guessed.length > 0) {
    advice.push(`Find out before you rely on it: ${guessed.map(({ subject }) => subject).join('; ')}.`);
  }
  return advice;
}
