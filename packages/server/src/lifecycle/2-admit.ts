/**
 * Stage 2: who goes next, on which path.
 *
 * What enters: tasks in state `queued`, the limits of each path × family, the slots occupied now. What leaves:
 * tasks in state `running`, each with an attempt in state `sending` that holds its slot; both written in one
 * transaction that also serialises all processes on that family's limits.
 * If it dies in the middle: before the commit nothing changed. After it the attempt is `sending` with nobody to send
 * it; when its send window is over the reconciler finds it, looks it up, and sends it.
 *
 * The attempt is written ahead here, so there is no state between "admitted" and "may have been sent" to lose. The
 * price is that a process admits only as much as it can send at once.
 */
import { newLimit } from '../decide/limits.ts';
import { newId } from '../effects/random/id.ts';
import type { Admitted } from '../store/admission.ts';
import type { Context } from './context.ts';

const TOKEN_BYTES = 16;

/** Admits over all families that wait; answers what is to be sent now. */
export async function admitTasks(context: Context, most: number): Promise<Admitted[]> {
  if (most <= 0 || (await context.gate.quarantined())) return [];
  const families = await context.store.admission.familiesWaiting(context.clock.now());
  const admitted: Admitted[] = [];
  for (const family of families) {
    if (admitted.length >= most) break;
    admitted.push(...(await admitFamily(context, family, most - admitted.length)));
  }
  return admitted;
}

async function admitFamily(context: Context, family: string, most: number): Promise<Admitted[]> {
  const nowMs = context.clock.now();
  const lease = newId('lease', nowMs, context.random);
  const admitted = await context.store.admission.admit({
    family,
    nowMs,
    most,
    lease,
    sendByMs: nowMs + context.settings.sendWindowMs,
    draw: () => ({
      attemptId: newId('att', nowMs, context.random),
      callbackToken: Buffer.from(context.random.bytes(TOKEN_BYTES)).toString('hex'),
      eventId: newId('evt', nowMs, context.random),
    }),
  });
  for (const { number, createdAtMs } of admitted) {
    if (number > 1) continue;
    context.telemetry.observe('sluice_queue_wait_seconds', (nowMs - createdAtMs) / 1000, { family });
  }
  return admitted;
}

/** Every path × family of the catalogue gets its limit row, so that admission has something to lock. */
export async function ensureLimits(context: Context): Promise<void> {
  await context.paths.refresh(context.clock.now(), true);
  const families = [...new Set(context.catalogue.models.map((model) => model.family))].sort();
  const limits = context.paths
    .all()
    .flatMap((path) => families.map((family) => ({ pathName: path.name, family, ...newLimit(null) })));
  if (limits.length > 0) await context.store.limits.ensure(limits, context.clock.now());
}
