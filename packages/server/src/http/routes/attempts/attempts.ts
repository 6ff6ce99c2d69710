/** Attempts whose submit answer was lost: seen and, when nothing else helps, decided by hand. */
import { resolveAttempt } from '../../../lifecycle/operate/attempts.ts';
import { type Handlers, notFound, ok, refused } from '../../operation.ts';
import { instant } from '../../views/instant.ts';
import { redactText } from '../../views/redact.ts';
import { toTimeline } from '../../views/timeline.ts';

const SHOWN_MOST = 1_000;

export const attemptHandlers: Pick<Handlers, 'listUnknownAttempts' | 'resolveAttempt'> = {
  listUnknownAttempts: async ({ context }) => {
    const nowMs = context.clock.now();
    const rows = await context.store.operator.unknownAttempts(SHOWN_MOST);
    const data = rows.map((row) => ({
      id: row.id,
      object: 'attempt',
      task_id: row.task_id,
      account: row.account_id,
      path: row.path_name,
      family: row.family,
      correlation_id: row.correlation_id,
      sent_at: instant(row.sent_at),
      age_seconds: Math.max(0, Math.round((nowMs - row.sent_at) / 1000)),
      reason: redactText(row.reason ?? 'the answer was lost'),
      next_lookup_at: instant(row.ask_at),
    }));
    return ok({ object: 'list', data, next_cursor: null });
  },
  resolveAttempt: async ({ context, caller, params, body }) => {
    const answer = await resolveAttempt(context, caller.keyId, params.id, body);
    if (answer.kind === 'refused') return refused(answer.refusal);
    const rows = await context.store.reads.timeline(answer.taskId, null);
    return rows ? ok(toTimeline(rows, context.clock.now())) : notFound;
  },
};
