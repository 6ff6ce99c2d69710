/** What went on lately, in figures. */
import type { Activity } from '@sluice/contract';
import type { ActivityRow } from '../../../store/activity.ts';
import { wantedAccount } from '../../auth.ts';
import { type Handlers, ok, refused } from '../../operation.ts';
import { instant } from '../../views/instant.ts';

const HOUR_MS = 3_600_000;
/** What a page may ask for every few seconds; a day with more tasks is told from its newest. */
const TASKS_MOST = 20_000;

export const activityHandlers: Pick<Handlers, 'getActivity'> = {
  getActivity: async ({ context, caller, query }) => {
    const wanted = wantedAccount(caller, query.account);
    if (!wanted.ok) return refused(wanted.refusal);
    const toMs = context.clock.now();
    const fromMs = toMs - query.hours * HOUR_MS;
    const rows = await context.store.activity.figures(wanted.accountId, leastId(fromMs), TASKS_MOST);
    const all = rows.find(({ model }) => model === null) ?? NOTHING;
    const answer: Activity = {
      object: 'activity',
      from: instant(fromMs),
      to: instant(toMs),
      partial: all.ordered >= TASKS_MOST,
      ...countsOf(all),
      models: rows.flatMap((row) => (row.model === null ? [] : [{ model: row.model, ...countsOf(row) }])),
    };
    return ok(answer);
  },
};

/** No task that was made at this moment or later has a smaller id. */
function leastId(ms: number): string {
  return `task_${Math.max(0, ms).toString(16).padStart(12, '0')}`;
}

const NOTHING: ActivityRow = {
  model: null,
  ordered: 0,
  succeeded: 0,
  failed: 0,
  canceled: 0,
  wait_s: null,
  render_s: null,
  stored_s: null,
};

function countsOf({ ordered, succeeded, failed, canceled, ...spreads }: ActivityRow) {
  const ended = succeeded + failed;
  return {
    ordered,
    under_way: ordered - succeeded - failed - canceled,
    succeeded,
    failed,
    canceled,
    success_share: ended === 0 ? null : Math.round((succeeded / ended) * 10_000) / 10_000,
    wait_seconds: spreadOf(spreads.wait_s),
    render_seconds: spreadOf(spreads.render_s),
    to_stored_seconds: spreadOf(spreads.stored_s),
  };
}

function spreadOf(shares: number[] | null): { p50: number; p95: number } | null {
  const [p50, p95] = shares ?? [];
  if (p50 === undefined || p95 === undefined) return null;
  return { p50: Math.round(p50 * 100) / 100, p95: Math.round(p95 * 100) / 100 };
}
