/**
 * Who watches the upstream in the models. Ours asks when `decide/polling.ts` says so and claims as
 * `store/sql/track.ts` does: a token bucket for questions, oldest due first, a question filled up with what is
 * nearly due, several questions at once. The others ask about everything at a fixed pace.
 */
import { nextPollAtMs } from '@sluice/server/decide/polling.ts';
import { defaultLifecycleSettings } from '@sluice/server/lifecycle/context.ts';
import type { Attempt, Site, Watcher } from './upstream.ts';

export type SluiceWatch = { batch: number; callbacks: boolean };

/** The round's pauses and sizes, as in runtime/rounds.ts, lifecycle/4-track.ts and store/track.ts. */
const IDLE_MS = 250;
const BATCHES_MOST = 10;
const QUESTIONS_AT_ONCE = 8;
const NEARLY_DUE_MS = 2_000;
const SAMPLES_KEPT = 200;

type Watched = { attempt: Attempt; askAtMs: number; leased: boolean; poked: boolean };

export function sluiceWatcher({ timeline, scene, asked, noticed }: Site, watch: SluiceWatch): Watcher {
  const { queryRate, queryBurst, leaseMs } = defaultLifecycleSettings;
  const watched = new Map<number, Watched>();
  const samples = new Map<string, number[]>();
  let tokens = 0;
  let refilledAtMs = 0;
  let resting: { over: boolean } | null = null;
  let asking = 0;

  function nextAskMs({ attempt }: Watched): number {
    return nextPollAtMs({
      nowMs: timeline.now(),
      acceptedAtMs: attempt.acceptedAtMs,
      samplesMs: samples.get(attempt.kind.shape) ?? [],
      declaredMs: attempt.kind.medianMs,
      callbacks: watch.callbacks,
    });
  }

  function learn({ kind, endsAtMs, acceptedAtMs }: Attempt): void {
    const known = samples.get(kind.shape) ?? [];
    samples.set(kind.shape, [...known, endsAtMs - acceptedAtMs].slice(-SAMPLES_KEPT));
  }

  function claim(): Watched[] {
    const nowMs = timeline.now();
    const all = [...watched.values()];
    const most = watch.batch * Math.min(BATCHES_MOST, QUESTIONS_AT_ONCE - asking);
    const due = Math.min(all.filter((each) => each.askAtMs <= nowMs).length, most);
    if (due === 0) return [];
    tokens = Math.min(queryBurst, tokens + ((nowMs - refilledAtMs) / 1000) * queryRate);
    refilledAtMs = nowMs;
    const granted = Math.min(Math.floor(tokens), Math.ceil(due / watch.batch));
    tokens -= granted;
    const claimed = all
      .filter((each) => each.askAtMs <= nowMs + NEARLY_DUE_MS && (each.askAtMs <= nowMs || !each.leased))
      .sort((a, b) => a.askAtMs - b.askAtMs)
      .slice(0, granted * watch.batch);
    for (const each of claimed) {
      each.leased = true;
      each.askAtMs = nowMs + leaseMs;
      each.poked = false;
    }
    return claimed;
  }

  function round(): void {
    const claimed = claim();
    if (claimed.length === 0) {
      rest();
      return;
    }
    for (let start = 0; start < claimed.length; start += watch.batch) {
      ask(claimed.slice(start, start + watch.batch));
    }
    round();
  }

  function ask(these: readonly Watched[]): void {
    asked();
    asking += 1;
    const seenAtMs = timeline.now() + scene.questionMs / 2;
    timeline.at(timeline.now() + scene.questionMs, () => {
      for (const each of these) answer(each, seenAtMs);
      asking -= 1;
      // Where all were busy, more may be due.
      if (asking === QUESTIONS_AT_ONCE - 1) wake(resting);
    });
  }

  function answer(each: Watched, seenAtMs: number): void {
    each.leased = false;
    if (each.attempt.endsAtMs > seenAtMs) {
      each.askAtMs = each.poked ? timeline.now() : nextAskMs(each);
      return;
    }
    watched.delete(each.attempt.number);
    learn(each.attempt);
    noticed(each.attempt);
  }

  function rest(): void {
    const pause = { over: false };
    resting = pause;
    timeline.at(timeline.now() + IDLE_MS, () => wake(pause));
  }

  function wake(pause: { over: boolean } | null): void {
    if (pause === null || pause.over) return;
    pause.over = true;
    resting = null;
    round();
  }

  timeline.at(0, round);
  return {
    accepted: (attempt) => {
      const each = { attempt, askAtMs: 0, leased: false, poked: false };
      each.askAtMs = nextAskMs(each);
      watched.set(attempt.number, each);
    },
    called: (attempt) => {
      const each = watched.get(attempt.number);
      if (!each) return;
      each.poked = true;
      if (!each.leased) each.askAtMs = Math.min(each.askAtMs, timeline.now());
      wake(resting);
    },
  };
}

/** Each attempt every so often from its acceptance on, a question for each: what a client without a gateway does. */
export function fixedWatcher({ timeline, scene, asked, noticed }: Site, everyMs: number): Watcher {
  function ask(attempt: Attempt): void {
    asked();
    const seenAtMs = timeline.now() + scene.questionMs / 2;
    timeline.at(timeline.now() + scene.questionMs, () => {
      if (attempt.endsAtMs <= seenAtMs) noticed(attempt);
    });
    if (attempt.endsAtMs > seenAtMs) timeline.at(timeline.now() + everyMs, () => ask(attempt));
  }
  return {
    accepted: (attempt) => timeline.at(timeline.now() + everyMs, () => ask(attempt)),
    called: () => {},
  };
}

/** A loop that asks about everything every so often, `batch` to a question. */
export function loopWatcher(
  { timeline, scene, asked, noticed }: Site,
  everyMs: number,
  batch: number,
): Watcher {
  const watched = new Set<Attempt>();
  function round(): void {
    const all = [...watched];
    for (let start = 0; start < all.length; start += batch) asked();
    const seenAtMs = timeline.now() + scene.questionMs / 2;
    timeline.at(timeline.now() + scene.questionMs, () => {
      for (const attempt of all) {
        if (attempt.endsAtMs > seenAtMs) continue;
        watched.delete(attempt);
        noticed(attempt);
      }
    });
    timeline.at(timeline.now() + everyMs, round);
  }
  timeline.at(0, round);
  return { accepted: (attempt) => void watched.add(attempt), called: () => {} };
}
