/**
 * The states of a task and the only legal moves between them. The table is the law: the store refuses any other
 * move (each UPDATE names the state that it leaves), the simulator checks it, and lifecycle/README.md draws it.
 */
import type { TaskStage, TaskStatus } from '@sluice/contract';

export const taskStates = [
  'queued',
  'running',
  'saving',
  'settling',
  'succeeded',
  'failed',
  'canceled',
] as const;
export type TaskState = (typeof taskStates)[number];

export const taskTransitions: Readonly<Record<TaskState, readonly TaskState[]>> = {
  /** Waits for a slot. Leaves by admission, by cancel or by running out of time. */
  queued: ['running', 'settling'],
  /** Has an attempt that may exist upstream. Back to queued when it provably does not, or the upstream failed it. */
  running: ['queued', 'saving', 'settling'],
  /** Rendered; the clip is being copied. The upstream slot is free. */
  saving: ['settling'],
  /** The outcome is decided and written on the row; money and the event follow in one transaction. */
  settling: ['succeeded', 'failed', 'canceled'],
  succeeded: [],
  failed: [],
  canceled: [],
};

export function isLegalMove(from: TaskState, to: TaskState): boolean {
  return taskTransitions[from].includes(to);
}

export function isTerminal(state: TaskState): boolean {
  return taskTransitions[state].length === 0;
}

export const attemptStates = [
  'sending',
  'unknown',
  'accepted',
  'refused',
  'succeeded',
  'failed',
  'canceled',
  'expired',
  'abandoned',
] as const;
export type AttemptState = (typeof attemptStates)[number];

/** The states in which the upstream slot is, or may be, taken. */
export const occupyingStates = ['sending', 'unknown', 'accepted'] as const satisfies readonly AttemptState[];

export const attemptTransitions: Readonly<Record<AttemptState, readonly AttemptState[]>> = {
  /** The request may be leaving right now. */
  sending: ['accepted', 'refused', 'unknown'],
  /** The answer was lost. `sending` again only after a lookup proved that the earlier send never arrived. */
  unknown: ['accepted', 'sending', 'abandoned'],
  /** The upstream has it. */
  accepted: ['succeeded', 'failed', 'canceled', 'expired', 'abandoned'],
  refused: [],
  succeeded: [],
  failed: [],
  canceled: [],
  expired: [],
  /** Never accepted, or given up on after the upstream lost it. Should the upstream say otherwise later, it is true. */
  abandoned: ['accepted', 'unknown'],
};

/** The fine stage that clients see. */
export function stageOf(state: TaskState, attempt: AttemptState | null): TaskStage {
  switch (state) {
    case 'queued':
      return 'queued';
    case 'running':
      if (attempt === 'sending') return 'sending';
      return attempt === 'unknown' ? 'unknown' : 'rendering';
    case 'saving':
      return 'saving';
    case 'settling':
      return 'settling';
    case 'succeeded':
    case 'failed':
    case 'canceled':
      return state;
  }
}

/** The coarse status of the unified routed API. */
export function statusOf(state: TaskState): TaskStatus {
  switch (state) {
    case 'queued':
      return 'pending';
    case 'running':
    case 'saving':
    case 'settling':
      return 'processing';
    case 'succeeded':
      return 'completed';
    case 'failed':
      return 'failed';
    case 'canceled':
      return 'cancelled';
  }
}
