/**
 * A path with a number of slots and a backlog behind it, in virtual time: whenever the end of a render is noticed, the
 * next order is sent. Who notices, and when, is the watcher's affair; this file only knows the truth and keeps count.
 */
import { seededRandom } from '@sluice/server/effects/random/seeded.ts';
import { quantileOf } from '../measure.ts';
import { KINDS, type Kind, renderMs } from './renders.ts';
import { createTimeline, type Timeline } from './timeline.ts';

export type Scene = {
  slots: number;
  /** Spread of the render times. */
  sigma: number;
  /** Time from a noticed end to the upstream's acceptance of the next order, and back. */
  submitMs: number;
  /** A status question, there and back. */
  questionMs: number;
  /** From the end of a render to its callback; null: the upstream never calls. */
  callbackMs: number | null;
  lostCallbacks: number;
  /** Not counted: here the watcher learns. */
  warmUpMs: number;
  countedMs: number;
  seed: number;
};

export type Attempt = {
  number: number;
  kind: Kind;
  /** As the gateway knows it: when the answer to its submit arrived. */
  acceptedAtMs: number;
  /** The truth. */
  startedAtMs: number;
  endsAtMs: number;
};

export type Watcher = {
  accepted(attempt: Attempt): void;
  /** The upstream calls: the render has ended. */
  called(attempt: Attempt): void;
};

export type Site = {
  timeline: Timeline;
  scene: Scene;
  /** For each question that is sent. */
  asked(): void;
  noticed(attempt: Attempt): void;
};

export type Outcome = {
  questionsPerSecond: number;
  lagMeanMs: number;
  lagP95Ms: number;
  /** Share of slot time in which the upstream rendered. */
  utilisation: number;
  renders: number;
};

export function play(scene: Scene, createWatcher: (site: Site) => Watcher): Outcome {
  const timeline = createTimeline();
  const random = seededRandom(scene.seed);
  const lags: number[] = [];
  let questions = 0;
  let numbers = 0;
  let renderedMs = 0;
  const running = new Set<Attempt>();
  const endMs = scene.warmUpMs + scene.countedMs;
  const counts = (ms: number): boolean => ms >= scene.warmUpMs && ms < endMs;

  const watcher = createWatcher({
    timeline,
    scene,
    asked: () => {
      if (counts(timeline.now())) questions += 1;
    },
    noticed: (attempt) => {
      const nowMs = timeline.now();
      if (counts(nowMs)) lags.push(nowMs - attempt.endsAtMs);
      leave(attempt);
      submit();
    },
  });

  function leave(attempt: Attempt): void {
    running.delete(attempt);
    renderedMs += overlap(attempt.startedAtMs, attempt.endsAtMs, scene.warmUpMs, endMs);
  }

  function submit(): void {
    const startedAtMs = timeline.now() + scene.submitMs / 2;
    const kind = KINDS[Math.floor(random.fraction() * KINDS.length)] ?? { shape: 'none', medianMs: 60_000 };
    numbers += 1;
    const endsAtMs = startedAtMs + renderMs(kind, scene.sigma, random);
    const acceptedAtMs = startedAtMs + scene.submitMs / 2;
    const attempt = { number: numbers, kind, acceptedAtMs, startedAtMs, endsAtMs };
    running.add(attempt);
    const called = random.fraction() >= scene.lostCallbacks;
    timeline.at(acceptedAtMs, () => watcher.accepted(attempt));
    if (scene.callbackMs !== null && called) {
      timeline.at(endsAtMs + scene.callbackMs, () => watcher.called(attempt));
    }
  }

  // Not all at once, or the first generation ends in step.
  for (let slot = 0; slot < scene.slots; slot += 1) timeline.at(random.fraction() * 60_000, submit);
  timeline.runUntil(endMs);
  for (const attempt of running) leave(attempt);
  return {
    questionsPerSecond: (1000 * questions) / scene.countedMs,
    lagMeanMs: lags.reduce((sum, lag) => sum + lag, 0) / lags.length,
    lagP95Ms: quantileOf(lags, 0.95),
    utilisation: renderedMs / (scene.slots * scene.countedMs),
    renders: lags.length,
  };
}

function overlap(from: number, to: number, least: number, most: number): number {
  return Math.max(0, Math.min(to, most) - Math.max(from, least));
}
