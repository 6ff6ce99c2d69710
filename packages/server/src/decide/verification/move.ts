/** What a verification does next, as a value; the stage carries it out and writes down what came of it. */
import type { FactName, FactScope, FactValue } from '@sluice/contract';
import type { Figures, StepRecord } from './record.ts';
import type { Seen, SeenTask } from './seen.ts';

export type MeasuredFact = {
  fact: FactName;
  value: FactValue;
  unit?: string;
  scope?: FactScope;
  note: string;
};

export type Move =
  /** The free question about credential and wallet. */
  | { kind: 'check' }
  | { kind: 'order'; wishes: readonly { number: number; probe: number }[]; figures: Figures }
  | { kind: 'cancel'; taskIds: readonly string[]; figures: Figures }
  /** The create of this attempt once more, under its own id. Written down before it is sent. */
  | { kind: 'repeat'; attemptId: string }
  | { kind: 'find_link'; attemptId: string; madeAtMs: number }
  | { kind: 'look' }
  | {
      kind: 'conclude';
      state: 'passed' | 'failed' | 'skipped';
      finding: string;
      figures: Figures;
      facts: readonly MeasuredFact[];
    }
  | { kind: 'wait'; ms: number; figures: Figures };

const SHORTEST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 5_000;

export function wait(figures: Figures = {}, ms = SHORTEST_WAIT_MS): Move {
  return { kind: 'wait', ms, figures };
}

/** Ever more patiently: what has lasted a minute is not looked at every second. */
export function waitLonger(step: StepRecord, nowMs: number, figures: Figures = {}): Move {
  const elapsedMs = nowMs - (step.startedAtMs ?? nowMs);
  return wait(figures, Math.min(LONGEST_WAIT_MS, Math.max(SHORTEST_WAIT_MS, Math.round(elapsedMs / 10))));
}

export function conclude(
  state: 'passed' | 'failed' | 'skipped',
  finding: string,
  figures: Figures = {},
  facts: readonly MeasuredFact[] = [],
): Move {
  return { kind: 'conclude', state, finding, figures, facts };
}

export function ownTasks(seen: Seen, step: StepRecord): SeenTask[] {
  return seen.tasks.filter((task) => task.step === step.kind).sort((a, b) => a.number - b.number);
}

export function figure(step: StepRecord, name: string): number | null {
  const value = step.figures[name];
  return typeof value === 'number' ? value : null;
}

export function secondsOf(ms: number): number {
  return Math.round(ms / 100) / 10;
}
