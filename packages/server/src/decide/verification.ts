/**
 * Verification of a path, step by step: what is known goes in, the next move comes out. Every move may be carried out
 * twice: orders have keys of their own, a cancel is a wish, a question changes nothing; only the repeated create is
 * written down before it is sent, and never sent again.
 */
import { callbacksMove, cancelMove, clipsMove } from './verification/clips.ts';
import { linkMove } from './verification/link.ts';
import { conclude, type Move } from './verification/move.ts';
import { rampMove } from './verification/ramp.ts';
import type { StepRecord, VerificationRecord } from './verification/record.ts';
import type { Seen, SeenTask } from './verification/seen.ts';

export type { MeasuredFact, Move } from './verification/move.ts';

/** The first step that has not ended; null: all have. */
export function currentStep(record: VerificationRecord): StepRecord | null {
  return record.steps.find(({ state }) => state === 'waiting' || state === 'running') ?? null;
}

/** Nothing is ordered any more, and nobody has to wait: at most a link is still watched. */
export function isOver(record: VerificationRecord): boolean {
  const step = currentStep(record);
  return step === null || (step.kind === 'link_life' && record.watch !== null);
}

export function nextMove(record: VerificationRecord, step: StepRecord, seen: Seen): Move {
  switch (step.kind) {
    case 'credential':
      return { kind: 'check' };
    case 'wallet':
      return walletMove(record);
    case 'clips':
      return clipsMove(record, step, seen);
    case 'callbacks':
      return callbacksMove(record, step, seen);
    case 'cancel':
      return cancelMove(record, step, seen);
    case 'concurrency':
      return rampMove(record, step, seen);
    case 'duplicate_key':
      return repeatMove(step, seen);
    case 'link_life':
      return linkMove(record, step, seen);
  }
}

/** The answer of the credential's question tells the wallet as well; without that step it is asked for here. */
function walletMove(record: VerificationRecord): Move {
  const credential = record.steps.find(({ kind }) => kind === 'credential');
  if (credential === undefined || credential.state === 'skipped') return { kind: 'check' };
  const { wallet, unit } = credential.figures;
  if (typeof wallet !== 'string') {
    const note = 'The vendor tells no balance to this credential.';
    return conclude('passed', note, {}, [{ fact: 'balance_readable', value: false, note }]);
  }
  const note = `${wallet} ${unit} are left.`;
  return conclude('passed', note, { wallet, unit: unit ?? null }, [
    { fact: 'balance_readable', value: true, note },
  ]);
}

function repeatMove(step: StepRecord, seen: Seen): Move {
  if (typeof step.figures.answer === 'string') return repeatVerdict(step.figures.answer, step);
  if (typeof step.figures.sent_at === 'number') {
    return conclude('failed', 'The answer to the repeated create was lost; it is not sent again.');
  }
  const sample = firstAccepted(seen.tasks);
  if (!sample?.attempt) return conclude('skipped', 'No create was accepted that could be repeated.');
  return { kind: 'repeat', attemptId: sample.attempt.id };
}

function firstAccepted(tasks: readonly SeenTask[]): SeenTask | undefined {
  return tasks.find(({ step, attempt }) => step === 'clips' && attempt?.acceptedAtMs);
}

function repeatVerdict(answer: string, step: StepRecord): Move {
  const detail = String(step.figures.detail ?? '');
  const said = (value: string, note: string) =>
    conclude('passed', note, {}, [{ fact: 'idempotency', value, note }]);
  switch (answer) {
    case 'duplicate_key':
      return said('a repeat of the same id is refused', `The repeated create was refused: ${detail}.`);
    case 'same_task':
      return said(
        'a repeat of the same id is answered with the first task',
        'It was answered with the first task.',
      );
    case 'second_task': {
      const note = 'The repeated create made a second task: the id is no protection from a second render.';
      const value = 'a repeat of the same id makes a second task';
      return conclude('failed', note, {}, [{ fact: 'idempotency', value, note }]);
    }
    default:
      return conclude('failed', `It shows nothing: ${detail}.`);
  }
}
