/** What a verification knows when it decides: its own tasks, what else ran on the path, and what a question showed. */
import type { VerificationStepKind } from '@sluice/contract';
import type { Abilities } from '../../providers/contract.ts';

/** One task that it ordered. Instants in Unix ms. */
export type SeenTask = {
  step: VerificationStepKind;
  number: number;
  id: string;
  mode: string;
  /** It waits in our queue. */
  queued: boolean;
  /** Ended, charged or released, and nothing of it runs upstream. */
  over: boolean;
  delivered: boolean;
  deliveredSeconds: number | null;
  error: string | null;
  /** What it may cost at most, and what the upstream took as far as it said so. */
  worstMicros: bigint;
  costMicros: bigint | null;
  attempt: SeenAttempt | null;
  refusals: { count: number; reason: string | null; firstAtMs: number | null; lastAtMs: number | null };
  callbacks: { count: number; verified: boolean; firstAtMs: number | null };
};

export type SeenAttempt = {
  id: string;
  state: string;
  sentAtMs: number;
  acceptedAtMs: number | null;
  /** By the upstream's own word where it says so, else when we knew. */
  endedAtMs: number | null;
};

/** Any attempt on the path and family, whoever ordered it. */
export type Running = { acceptedAtMs: number; endedAtMs: number | null };

/** One question about all that runs of the ramp, answered at one moment. */
export type Snapshot = { queued: number; running: number; ended: number };

export type Seen = {
  nowMs: number;
  tasks: readonly SeenTask[];
  running: readonly Running[];
  /** Refusals for want of a slot so far, by any traffic. */
  noSlots: number;
  configuredLimit: number | null;
  snapshot: Snapshot | null;
  abilities: Pick<Abilities, 'slotModel' | 'callbackAuth' | 'cancel'>;
};

/** Most of them that ran at one moment. */
export function mostAtOnce(running: readonly Running[]): number {
  const steps = running
    .flatMap(({ acceptedAtMs, endedAtMs }) => [
      { at: acceptedAtMs, by: 1 },
      ...(endedAtMs === null ? [] : [{ at: Math.max(acceptedAtMs, endedAtMs), by: -1 }]),
    ])
    .sort((a, b) => a.at - b.at || a.by - b.by);
  let now = 0;
  return steps.reduce((most, { by }) => {
    now += by;
    return Math.max(most, now);
  }, 0);
}

/** The most that may have been spent: bills that came, and the worst case of what is open or was not told. */
export function spentMicros(tasks: readonly SeenTask[]): bigint {
  return tasks.reduce((sum, task) => {
    if (task.costMicros !== null) return sum + task.costMicros;
    const nothing = task.over && (task.attempt === null || task.attempt.acceptedAtMs === null);
    return sum + (nothing ? 0n : task.worstMicros);
  }, 0n);
}
