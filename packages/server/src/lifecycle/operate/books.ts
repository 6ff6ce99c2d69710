/** What is counted over everything that ever was: the drift of the ledger, and the tasks by state. */
import type { Clock } from '../../effects/clock/clock.ts';
import type { Store } from '../../store/store.ts';
import { type Read, sparing } from '../sparing.ts';

export type Books = {
  /** Both are 0 unless something is wrong: balances against their postings, and the sum of all postings. */
  drift(): Promise<Read<{ drift: bigint; total: bigint }>>;
  /** Tasks under way as they are now; those that have ended as of a while ago. */
  taskCounts(): Promise<Map<string, number>>;
};

export function createBooks(store: Pick<Store, 'stats'>, clock: Clock): Books {
  const everyTask = sparing(clock, () => store.stats.taskCounts());
  return {
    drift: sparing(clock, () => store.stats.ledgerDrift()),
    taskCounts: async () => {
      const [all, living] = await Promise.all([everyTask(), store.stats.livingTaskCounts()]);
      const counts = new Map(all.value);
      for (const [state, tasks] of living) {
        if (tasks > 0) counts.set(state, tasks);
        else counts.delete(state);
      }
      return counts;
    },
  };
}
