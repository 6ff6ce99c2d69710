/** The steps over single clips: one of each mode, their callbacks, and one that is cancelled. */
import { decimalFromMicros } from '@sluice/contract';
import {
  conclude,
  figure,
  type MeasuredFact,
  type Move,
  ownTasks,
  secondsOf,
  wait,
  waitLonger,
} from './move.ts';
import type { StepRecord, VerificationRecord } from './record.ts';
import { type Seen, type SeenTask, spentMicros } from './seen.ts';

/** Longer than the retries of most senders; what has not come by then is called missing. */
const CALLBACK_PATIENCE_MS = 180_000;

export function clipsMove(record: VerificationRecord, step: StepRecord, seen: Seen): Move {
  const tasks = ownTasks(seen, step);
  if (figure(step, 'asked') === null) {
    const wishes = Array.from({ length: step.clipsMost }, (_, probe) => ({ number: probe + 1, probe }));
    return { kind: 'order', wishes, figures: { asked: wishes.length } };
  }
  if (tasks.some(({ over }) => !over)) return waitLonger(step, seen.nowMs);
  const delivered = tasks.filter((task) => task.delivered);
  const failed = tasks.filter((task) => !task.delivered);
  const parts = [
    ...delivered.map(clipText),
    ...failed.map(({ mode, error }) => `${mode} failed: ${error ?? 'no reason was given'}`),
  ];
  const finding = parts.length === 0 ? 'Nothing could be ordered.' : `${parts.join('. ')}.`;
  const figures = { ordered: tasks.length, delivered: delivered.length };
  if (delivered.length === 0) return conclude('failed', finding, figures);
  const state = failed.length === 0 ? 'passed' : 'failed';
  return conclude(state, finding, figures, clipFacts(record, delivered));
}

function clipText({ mode, attempt, deliveredSeconds, costMicros }: SeenTask): string {
  const took =
    attempt?.acceptedAtMs && attempt.endedAtMs ? secondsOf(attempt.endedAtMs - attempt.acceptedAtMs) : null;
  const length = deliveredSeconds === null ? '' : ` ${Math.round(deliveredSeconds * 100) / 100} s`;
  const time = took === null ? '' : ` rendered in ${took} s`;
  const cost = costMicros === null ? '' : ` for ${decimalFromMicros(costMicros)} USD`;
  return `${mode}:${length}${time}${cost}, stored and read back`;
}

function clipFacts(record: VerificationRecord, delivered: readonly SeenTask[]): MeasuredFact[] {
  const modes = delivered.map(({ mode }) => mode).join(', ');
  const scope = { model: record.model };
  const covered: MeasuredFact = {
    fact: 'models_covered',
    value: `${record.model}: ${modes}`,
    scope,
    note: 'One shortest clip of each mode was rendered, stored and read back.',
  };
  const seconds = delivered.reduce((sum, task) => sum + (task.deliveredSeconds ?? 0), 0);
  if (seconds <= 0 || delivered.some(({ costMicros }) => costMicros === null)) return [covered];
  const cost = delivered.reduce((sum, task) => sum + (task.costMicros ?? 0n), 0n);
  const perSecond = (cost * 1000n) / BigInt(Math.round(seconds * 1000));
  const note = `${decimalFromMicros(cost)} USD by our books for ${Math.round(seconds * 100) / 100} s.`;
  const price: MeasuredFact = {
    fact: 'delivered_price',
    value: decimalFromMicros(perSecond),
    unit: 'USD',
    scope,
    note,
  };
  return [covered, price];
}

export function callbacksMove(_record: VerificationRecord, _step: StepRecord, seen: Seen): Move {
  const ended = seen.tasks.filter(({ step, attempt }) => step === 'clips' && attempt?.endedAtMs);
  if (ended.length === 0) return conclude('skipped', 'No clip was rendered that could have been told of.');
  const came = ended.filter(({ callbacks }) => callbacks.count > 0);
  const lastEndMs = Math.max(...ended.map(({ attempt }) => attempt?.endedAtMs ?? 0));
  const leftMs = lastEndMs + CALLBACK_PATIENCE_MS - seen.nowMs;
  if (came.length < ended.length && leftMs > 0) return wait({}, Math.min(leftMs, 10_000));
  const count = `${came.length} of ${ended.length} ends`;
  const figures = { ended: ended.length, called_back: came.length };
  if (came.length === 0) {
    const note = `${ended.length} clips ended; none was called back within ${secondsOf(CALLBACK_PATIENCE_MS)} s.`;
    return conclude('failed', note, figures, [{ fact: 'callbacks', value: false, note }]);
  }
  const delays = came.map(({ callbacks, attempt }) =>
    Math.max(0, (callbacks.firstAtMs ?? 0) - (attempt?.endedAtMs ?? 0)),
  );
  const delay = secondsOf(Math.max(...delays));
  const signed = came.every(({ callbacks }) => callbacks.verified);
  const signature = signatureText(seen.abilities.callbackAuth, signed);
  const note = `${count} were called back, ${delay} s after we knew at the latest.`;
  return conclude(
    came.length === ended.length ? 'passed' : 'failed',
    `${note} Signature: ${signature}.`,
    { ...figures, slowest_seconds: delay, signed },
    [
      { fact: 'callbacks', value: true, note },
      { fact: 'callback_signature', value: signature, note: `Checked on ${count}.` },
    ],
  );
}

function signatureText(auth: string, signed: boolean): string {
  if (signed) return `checked and good (${auth})`;
  return auth === 'none'
    ? 'none; a callback is only a hint to ask'
    : 'not signed in a way that we could check';
}

export function cancelMove(record: VerificationRecord, step: StepRecord, seen: Seen): Move {
  const [task] = ownTasks(seen, step);
  if (!task) {
    if (figure(step, 'asked') !== null) return conclude('failed', 'Nothing could be ordered.');
    const probe = record.probes[0];
    if (!probe || spentMicros(seen.tasks) + probe.micros > record.budgetMicros) {
      return conclude('skipped', 'The budget is used up.');
    }
    return { kind: 'order', wishes: [{ number: 1, probe: 0 }], figures: { asked: 1 } };
  }
  const { attempt } = task;
  if (figure(step, 'cancelled_at') === null && attempt?.state === 'accepted') {
    return { kind: 'cancel', taskIds: [task.id], figures: { cancelled_at: seen.nowMs } };
  }
  if (!task.over) return waitLonger(step, seen.nowMs);
  const asked = figure(step, 'cancelled_at');
  if (asked === null) return conclude('failed', `It ended before it could be cancelled: ${task.error ?? ''}`);
  const cost = task.costMicros === null ? 'not told' : `${decimalFromMicros(task.costMicros)} USD`;
  const worked = attempt?.state === 'canceled';
  const what = worked
    ? `A clip was cancelled within ${secondsOf((attempt?.endedAtMs ?? asked) - asked)} s; billed: ${cost}`
    : `The cancel was asked for at once, and the render went on to its end (${attempt?.state}); billed: ${cost}`;
  const value = worked ? `works after acceptance; billed: ${cost}` : 'accepted, without effect on the render';
  return conclude(worked ? 'passed' : 'failed', `${what}.`, { worked, billed: cost }, [
    { fact: 'cancel', value, note: `${what}.` },
  ]);
}
