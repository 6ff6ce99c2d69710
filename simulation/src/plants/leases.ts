/** Bugs about whose word counts: fences that do not hold, clocks that do not notice a pause. */
import type { Database } from '@sluice/server/store/database.ts';
import type { Plant } from './plant.ts';

/** Stamps the caller's lease on the rows first, so that whoever comes is believed. */
async function stamp(
  db: Database,
  table: 'attempts' | 'assets' | 'deliveries',
  rows: readonly { id: string; lease: string | null }[],
): Promise<void> {
  const statement = {
    name: `plant.stamp_${table}`,
    text: `UPDATE ${table} t SET lease = r.lease
           FROM unnest($1::text[], $2::text[]) AS r (id, lease) WHERE t.id = r.id`,
  };
  await db.query(statement, [rows.map(({ id }) => id), rows.map(({ lease }) => lease)]);
}

const ofAttempts = (rows: readonly { attemptId: string; lease: string | null }[]) =>
  rows.map(({ attemptId, lease }) => ({ id: attemptId, lease }));

export const noFence: Plant = {
  name: 'no-fence',
  mistake: 'writes are taken from whoever claimed a row once, not only from the holder of its lease',
  store: (store, db) => ({
    ...store,
    submit: {
      ...store.submit,
      recordRequeued: async (sends, nowMs) => {
        await stamp(db, 'attempts', ofAttempts(sends));
        return store.submit.recordRequeued(sends, nowMs);
      },
      recordUnknown: async (sends, nowMs) => {
        await stamp(db, 'attempts', ofAttempts(sends));
        return store.submit.recordUnknown(sends, nowMs);
      },
      recordAbandoned: async (sends, nowMs) => {
        await stamp(db, 'attempts', ofAttempts(sends));
        return store.submit.recordAbandoned(sends, nowMs);
      },
      recordResending: async (sends, nowMs) => {
        await stamp(db, 'attempts', ofAttempts(sends));
        return store.submit.recordResending(sends, nowMs);
      },
    },
    mirror: {
      ...store.mirror,
      recordStored: async (clip, nowMs) => {
        await stamp(db, 'assets', [clip]);
        return store.mirror.recordStored(clip, nowMs);
      },
    },
    notify: {
      ...store.notify,
      recordDeliveries: async (records, nowMs, failingSinceMs) => {
        await stamp(db, 'deliveries', records);
        return store.notify.recordDeliveries(records, nowMs, failingSinceMs);
      },
    },
  }),
};

export const frozenClock: Plant = {
  name: 'frozen-clock',
  mistake: 'a lease is judged by a clock that stands still while the process is stopped',
  clock: (clock) => ({ ...clock, monotonic: () => 0 }),
};
