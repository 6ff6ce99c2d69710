/**
 * What the database says about upstream tasks, held against the upstream's own memory; and I8: how often it was bought.
 */
import type { KlingAccept } from '@sluice/emulators';
import { demand } from '../violation.ts';
import type { Change } from '../world/model.ts';
import type { AttemptRow } from '../world/rows.ts';
import type { World } from '../world/world.ts';

export type Purchases = {
  /** How much of the vendor's log was counted. */
  counted: number;
  byTask: Map<string, KlingAccept[]>;
  byCorrelation: Map<string, KlingAccept[]>;
};

export function noPurchases(): Purchases {
  return { counted: 0, byTask: new Map(), byCorrelation: new Map() };
}

/** After every step: the vendor's log has grown by at most what was wanted. */
export function checkPurchases(world: World, purchases: Purchases): void {
  const { accepts } = world.upstream.kling;
  for (; purchases.counted < accepts.length; purchases.counted += 1) {
    const accept = accepts[purchases.counted];
    if (accept) count(world, purchases, accept);
  }
}

function count(world: World, purchases: Purchases, accept: KlingAccept): void {
  const id = accept.externalId ?? '';
  const attempt = world.observer.model.attempts.get(id);
  demand(
    attempt !== undefined,
    'I8',
    () => `the vendor took ${accept.id} for an attempt that does not exist: ${id}`,
  );
  const ofAttempt = noted(purchases.byCorrelation, id, accept);
  const ofTask = noted(purchases.byTask, attempt.task_id, accept);
  const late = ofTask.filter(({ externalId }) => world.late.has(externalId ?? '')).length;
  // A render that the upstream failed may be begun again on another path; then the one before is over.
  const over = ofTask.filter(({ externalId }) => hasFailed(world, externalId ?? '')).length;
  const bought = ofTask.map(({ id: upstreamId, externalId }) => `${upstreamId} (${externalId})`).join(', ');
  demand(
    ofAttempt.length <= 1 + late,
    'I8',
    () => `attempt ${id} was bought ${ofAttempt.length} times: ${bought}`,
  );
  demand(
    ofTask.length <= 1 + late + over,
    'I8',
    () => `task ${attempt.task_id} was bought ${ofTask.length} times: ${bought}`,
  );
}

function hasFailed(world: World, attemptId: string): boolean {
  const state = world.observer.model.attempts.get(attemptId)?.state;
  return state === 'failed' || state === 'canceled' || state === 'expired';
}

function noted(by: Map<string, KlingAccept[]>, name: string, accept: KlingAccept): KlingAccept[] {
  const all = [...(by.get(name) ?? []), accept];
  by.set(name, all);
  return all;
}

export function checkTruth(world: World, change: Change): void {
  for (const { before, after } of change.attempts) {
    if (before?.state === after.state) continue;
    if (after.state === 'accepted') checkAccepted(world, after);
    if (after.state === 'refused' || after.state === 'abandoned') checkGivenUp(world, before, after);
    if (after.state === 'succeeded' || after.state === 'failed') checkEnded(world, after);
  }
}

function checkAccepted(world: World, attempt: AttemptRow): void {
  const id = attempt.upstream_id ?? '';
  if (world.upstream.forgotten.has(id)) return;
  const task = world.upstream.kling.state.tasks.get(id);
  demand(
    task !== undefined,
    'truth',
    () => `attempt ${attempt.id} is accepted as ${id}, which does not exist`,
  );
  demand(
    task.externalId === attempt.id,
    'truth',
    () => `attempt ${attempt.id} follows the task of ${task.externalId}`,
  );
}

/** A slot is freed and perhaps another attempt is sent: then this one must not exist. */
function checkGivenUp(world: World, before: AttemptRow | null, attempt: AttemptRow): void {
  if (world.late.has(attempt.id)) return;
  const taken = world.upstream.kling.accepts.find(({ externalId }) => externalId === attempt.id);
  if (taken === undefined || world.upstream.forgotten.has(taken.id)) return;
  demand(false, 'truth', () => {
    return `attempt ${attempt.id} went ${before?.state} → ${attempt.state}, but the vendor has it as ${taken.id}`;
  });
}

function checkEnded(world: World, attempt: AttemptRow): void {
  const task = world.upstream.kling.state.tasks.get(attempt.upstream_id ?? '');
  if (task === undefined || world.upstream.forgotten.has(task.id)) return;
  // The vendor itself contradicted itself; the first answer counts.
  if (task.faults.some((fault) => fault.do === 'flap' && fault.words.includes(attempt.state))) return;
  demand(task.status === attempt.state, 'truth', () => {
    return `attempt ${attempt.id} ended as ${attempt.state}; the vendor says ${task.status}`;
  });
}
