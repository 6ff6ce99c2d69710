/** What the database says about upstream tasks, held against the memory of the upstream that has them. */
import { provesAbsence } from '@sluice/server/decide/reconcile.ts';
import { demand } from '../violation.ts';
import { attemptByMark, type Change } from '../world/model.ts';
import type { AttemptRow } from '../world/rows.ts';
import type { World } from '../world/world.ts';
import { promiseOf } from './purchases.ts';

export function checkTruth(world: World, change: Change): void {
  for (const { before, after } of change.attempts) {
    if (before?.state === after.state) continue;
    if (after.state === 'accepted') checkAccepted(world, after);
    if (after.state === 'refused' || after.state === 'abandoned') checkGivenUp(world, before, after);
    if (['succeeded', 'failed', 'canceled', 'expired'].includes(after.state)) checkEnded(world, after);
  }
}

function checkAccepted(world: World, attempt: AttemptRow): void {
  const vendor = world.upstream.vendorOf(attempt.path_name);
  const id = attempt.upstream_id ?? '';
  const job = vendor.job(id);
  demand(job !== null, 'truth', () => `attempt ${attempt.id} is accepted as ${id}, which does not exist`);
  const mark = vendor.accepts().find((accept) => accept.id === id)?.mark ?? '';
  demand(attemptByMark(world.observer.model, mark)?.id === attempt.id, 'truth', () => {
    return `attempt ${attempt.id} follows ${id}, which is the task of ${mark}`;
  });
}

/**
 * A slot is freed and perhaps another attempt is sent: then this one must not exist. Where the upstream cannot be asked
 * for it, giving up proves nothing; whether it was right to is looked at beside the purchases.
 */
function checkGivenUp(world: World, before: AttemptRow | null, attempt: AttemptRow): void {
  if (world.late.has(attempt.id)) return;
  const unproven =
    attempt.state === 'abandoned' && !provesAbsence(promiseOf(world, attempt.path_name).abilities);
  if (unproven && before?.state === 'unknown') return;
  const vendor = world.upstream.vendorOf(attempt.path_name);
  const marks = [attempt.id, attempt.callback_token];
  const taken = vendor.accepts().find(({ mark }) => marks.includes(mark));
  if (taken === undefined || vendor.job(taken.id)?.contradicted) return;
  demand(false, 'truth', () => {
    return `attempt ${attempt.id} went ${before?.state} → ${attempt.state}, but the vendor has it as ${taken.id}`;
  });
}

function checkEnded(world: World, attempt: AttemptRow): void {
  const job = world.upstream.vendorOf(attempt.path_name).job(attempt.upstream_id ?? '');
  // The vendor itself contradicted itself; the first answer counts.
  if (job === null || job.contradicted) return;
  demand(job.ends.includes(attempt.state), 'truth', () => {
    return `attempt ${attempt.id} ended as ${attempt.state}; the vendor says ${job.ends.join(' or ')}`;
  });
}
