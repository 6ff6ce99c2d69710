/** Step of verification: what is there now, read for the next move. Asks the upstream only free questions. */
import { VerificationStepKind } from '@sluice/contract';
import { occupyingStates } from '../decide/task.ts';
import type { VerificationRecord } from '../decide/verification/record.ts';
import type { Running, Seen, SeenTask, Snapshot } from '../decide/verification/seen.ts';
import type { VerifiedTaskRow } from '../store/verifications.ts';
import type { Context } from './context.ts';
import type { Work } from './verify.ts';

const OVER: readonly string[] = ['succeeded', 'failed', 'canceled'];
const OCCUPYING: readonly string[] = occupyingStates;

export async function seenBy(context: Context, work: Work): Promise<Seen> {
  const { row, record, step, path } = work;
  const { verifications, stats } = context.store;
  const watches = step.kind === 'link_life' && record.watch !== null;
  const rows = row.account_id === null || watches ? [] : await verifications.tasks(row.account_id);
  const tasks = tasksOf(record, rows);
  const ramps = step.kind === 'concurrency';
  const slots = ramps ? await stats.slots() : [];
  const slot = slots.find((each) => each.path_name === row.path_name && each.family === record.family);
  const since = step.startedAtMs ?? context.clock.now();
  const ran = ramps ? await verifications.ranSince(row.path_name, record.family, since) : [];
  const { slotModel, callbackAuth, cancel } = path.provider.abilities;
  return {
    nowMs: context.clock.now(),
    tasks,
    running: ran.map(
      (attempt): Running => ({ acceptedAtMs: attempt.accepted_at, endedAtMs: attempt.ended_at }),
    ),
    noSlots: slot?.refusals ?? 0,
    configuredLimit: slot?.configured ?? null,
    snapshot: ramps && slotModel === 'queues' ? await snapshotOf(context, work, tasks) : null,
    abilities: { slotModel, callbackAuth, cancel },
  };
}

/** Told apart by their request keys: `<verification>-<step>-<number>`. */
export function tasksOf(record: VerificationRecord, rows: readonly VerifiedTaskRow[]): SeenTask[] {
  return rows.flatMap((row) => {
    const [, kind, digits] = /-([a-z_]+)-(\d+)$/.exec(row.request_key) ?? [];
    const step = VerificationStepKind.safeParse(kind);
    const number = Number(digits);
    const probe = record.probes[step.data === 'clips' ? number - 1 : 0];
    if (!step.success || !probe) return [];
    const occupies = row.attempt_state !== null && OCCUPYING.includes(row.attempt_state);
    return [
      {
        step: step.data,
        number,
        id: row.id,
        mode: probe.mode,
        queued: row.state === 'queued',
        over: OVER.includes(row.state) && !occupies,
        delivered: row.outcome === 'succeeded' && row.state === 'succeeded',
        deliveredSeconds: row.delivered_seconds,
        error: row.error_message ?? row.error_code,
        worstMicros: probe.micros,
        costMicros: row.cost_micros,
        attempt:
          row.attempt_id === null || row.attempt_state === null || row.sent_at === null
            ? null
            : {
                id: row.attempt_id,
                state: row.attempt_state,
                sentAtMs: row.sent_at,
                acceptedAtMs: row.accepted_at,
                endedAtMs: row.ended_at,
              },
        refusals: {
          count: row.refusals,
          reason: row.refused_because,
          firstAtMs: row.refused_at,
          lastAtMs: row.refused_last_at,
        },
        callbacks: { count: row.callbacks, verified: row.verified === true, firstAtMs: row.called_at },
      },
    ];
  });
}

/** All that run of the ramp, asked about at one moment; null: not answered, or nothing to ask about. */
async function snapshotOf(
  context: Context,
  { path }: Work,
  tasks: readonly SeenTask[],
): Promise<Snapshot | null> {
  const own = tasks.filter(({ step }) => step === 'concurrency');
  const ended = own.filter(({ attempt }) => attempt?.endedAtMs != null).length;
  const ids = own.flatMap(({ attempt }) => (attempt?.state === 'accepted' ? [attempt.id] : []));
  if (ids.length === 0) return null;
  const rows = await context.store.verifications.handles(ids);
  const snapshot = { queued: 0, running: 0, ended };
  const { batchQuery } = path.provider.abilities;
  for (let start = 0; start < rows.length; start += batchQuery) {
    const at = path.context(context.clock.now());
    const handles = rows
      .slice(start, start + batchQuery)
      .map((row) => ({ attemptId: row.id, correlationId: row.correlation_id, handle: row.handle }));
    const { outcome } = await context.drive.run(path.provider.observe(at, handles), at);
    if (outcome.kind === 'question_failed') return null;
    for (const { status } of outcome.observations.values()) {
      if (status === 'queued' || status === 'running') snapshot[status] += 1;
      else if (status !== 'not_found' && status !== 'unrecognised') snapshot.ended += 1;
    }
  }
  return snapshot;
}
