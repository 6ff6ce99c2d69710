/**
 * What is noticed the moment it happens: paid requests as they leave and as they arrive, and errors that nobody
 * injected.
 */
import { defaultLifecycleSettings } from '@sluice/server/lifecycle/context.ts';
import { demand } from '../violation.ts';
import type { Ground } from './ground.ts';
import { attemptByMark } from './model.ts';

/** Skewed wall clocks and the time that a decision takes. */
const SLACK_MS = 3_000;
const { sendStartWithinMs } = defaultLifecycleSettings;

/** Paid requests that were about to leave a node since the last look at the database. */
export function checkLeavings(ground: Ground): void {
  for (const { mark, atMs } of ground.leavings.splice(0)) {
    const attempt = attemptByMark(ground.observer.model, mark);
    demand(attempt !== undefined, 'I8', () => `a paid request leaves without an attempt on record: ${mark}`);
    const ageMs = atMs - attempt.sent_at;
    demand(ageMs <= sendStartWithinMs + SLACK_MS, 'I8', () => {
      return `a paid request leaves ${ageMs} ms after its attempt was leased: ${attempt.id}`;
    });
  }
}

/** A paid request has reached the vendor. */
export function noteArrival(ground: Ground, mark: string, arrivals: number): void {
  const attempt = attemptByMark(ground.observer.model, mark);
  if (!attempt) {
    ground.blame('I8', `the vendor is asked for an attempt that does not exist: ${mark}`);
    return;
  }
  // The process was stopped between its last look at the clock and the wire: nobody can prevent that.
  const ageMs = ground.clock.now() - attempt.sent_at;
  if (ageMs > sendStartWithinMs + SLACK_MS) ground.late.add(attempt.id);
  if (attempt.state !== 'sending') ground.late.add(attempt.id);
  if (arrivals > attempt.sends) {
    ground.blame('I8', `request ${arrivals} for ${attempt.id}, which was to be sent ${attempt.sends} times`);
  }
}

export function noteCrash(ground: Ground, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  if (message.includes('injected')) return;
  const stack = error instanceof Error ? (error.stack ?? '').split('\n').slice(1, 4).join(' | ') : '';
  ground.blame('crash', `${message} ${stack}`);
}
