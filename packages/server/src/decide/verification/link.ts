/** The step that lasts: looks at a sample link that come ever more rarely, until it is dead. */
import { conclude, type Move, wait } from './move.ts';
import type { LinkWatch, StepRecord, VerificationRecord } from './record.ts';
import type { Seen } from './seen.ts';

const LEAST_MS = 60_000;
const MOST_MS = 6 * 3_600_000;
/** Looks a twentieth of its age apart tell its life within a twentieth. */
const SHARE_OF_AGE = 0.05;
const AROUND_STATED_MS = 30_000;
const GIVEN_UP_AFTER_MS = 90 * 24 * 3_600_000;
/** A link that answers as dead is asked once more: an upstream may have a bad minute. */
export const STRIKES = 2;

export type LookAnswer = 'alive' | 'dead' | 'unclear';

export function linkMove(record: VerificationRecord, _step: StepRecord, seen: Seen): Move {
  const { watch } = record;
  if (watch === null) {
    const sample = seen.tasks.find(({ delivered }) => delivered);
    if (!sample?.attempt)
      return conclude('skipped', 'There is no delivered clip whose link could be watched.');
    const { id, endedAtMs } = sample.attempt;
    return { kind: 'find_link', attemptId: id, madeAtMs: endedAtMs ?? seen.nowMs };
  }
  if (watch.state === 'alive') {
    const dueMs = watch.nextLookAtMs ?? seen.nowMs;
    return dueMs <= seen.nowMs ? { kind: 'look' } : wait({}, dueMs - seen.nowMs);
  }
  const aliveSeconds = Math.floor((watch.lastAliveAtMs - watch.madeAtMs) / 1000);
  if (watch.state === 'given_up' || watch.deadAtMs === null) {
    const finding = `The link was alive ${aliveSeconds} s after the render; nobody looks any more.`;
    return conclude('passed', finding, { alive_seconds: aliveSeconds });
  }
  const deadSeconds = Math.ceil((watch.deadAtMs - watch.madeAtMs) / 1000);
  const note = `Alive ${aliveSeconds} s after the render, dead at ${deadSeconds} s; ${watch.looks} looks.`;
  return conclude('passed', note, { alive_seconds: aliveSeconds, dead_seconds: deadSeconds }, [
    { fact: 'result_link_life', value: aliveSeconds, unit: 's', note },
  ]);
}

/** The watch after one look. What is unclear (no answer, a failure of the server) says nothing about the link. */
export function afterLook(watch: LinkWatch, answer: LookAnswer, nowMs: number): LinkWatch {
  const looked = { ...watch, looks: watch.looks + 1 };
  switch (answer) {
    case 'alive': {
      if (nowMs - watch.madeAtMs > GIVEN_UP_AFTER_MS) {
        return { ...looked, state: 'given_up', lastAliveAtMs: nowMs, nextLookAtMs: null };
      }
      const next = nextLookAtMs(watch, nowMs);
      return { ...looked, strikes: 0, deadAtMs: null, lastAliveAtMs: nowMs, nextLookAtMs: next };
    }
    case 'dead': {
      const strikes = watch.strikes + 1;
      const dead = { ...looked, strikes, deadAtMs: watch.deadAtMs ?? nowMs };
      if (strikes >= STRIKES) return { ...dead, state: 'dead', nextLookAtMs: null };
      return { ...dead, nextLookAtMs: nowMs + LEAST_MS };
    }
    case 'unclear':
      return { ...looked, nextLookAtMs: nowMs + LEAST_MS };
  }
}

/** Just before and just after the end that the vendor states, where it states one. */
function nextLookAtMs({ madeAtMs, statedEndMs }: LinkWatch, nowMs: number): number {
  const spacing = Math.min(MOST_MS, Math.max(LEAST_MS, (nowMs - madeAtMs) * SHARE_OF_AGE));
  const stated = statedEndMs === null ? [] : [statedEndMs - AROUND_STATED_MS, statedEndMs + AROUND_STATED_MS];
  return Math.round(Math.min(nowMs + spacing, ...stated.filter((ms) => ms > nowMs + 1_000)));
}
