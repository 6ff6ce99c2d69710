/** Bugs about money and about what belongs into one transaction. */
import type { NewRequest } from '@sluice/server/store/accept.ts';
import type { Database } from '@sluice/server/store/database.ts';
import { z } from 'zod';
import type { Plant } from './plant.ts';

/** Every third time the process dies between the two transactions that should have been one. */
function deaths(): () => void {
  let calls = 0;
  return () => {
    calls += 1;
    if (calls % 3 === 0) throw new Error('injected: died between two transactions');
  };
}

const endWithoutMoney = {
  name: 'plant.end_without_money',
  text: `UPDATE tasks SET state = outcome, version = version + 1, charge_micros = 0, finished_at = $1, due_at = NULL
         WHERE state = 'settling'`,
};

export const settleApart: Plant = {
  name: 'settle-apart',
  mistake: 'the state is written in one transaction and the money in another',
  store: (store, db) => {
    const mayDie = deaths();
    return {
      ...store,
      settle: {
        ...store.settle,
        settle: async (claim, decide) => {
          try {
            mayDie();
          } catch (error) {
            await db.query(endWithoutMoney, [new Date(claim.nowMs)]);
            throw error;
          }
          return store.settle.settle(claim, decide);
        },
      },
    };
  },
};

export const holdKept: Plant = {
  name: 'hold-kept',
  mistake: 'a cancelled task does not give its hold back',
  store: (store) => ({
    ...store,
    settle: {
      ...store.settle,
      settle: (claim, decide) =>
        store.settle.settle(claim, (tasks) =>
          decide(tasks).map((end) => (end.outcome === 'canceled' ? { ...end, holdMicros: 0n } : end)),
        ),
    },
  }),
};

const Found = z.array(z.object({ id: z.string() }));
const findByKey = {
  name: 'plant.find_by_key',
  text: `SELECT id FROM tasks WHERE key_id = $1 AND request_key = $2`,
};
const setKey = {
  name: 'plant.set_key',
  text: `UPDATE tasks SET request_key = $3
         WHERE key_id = $1 AND id = ANY($2) AND id = (SELECT min(id) FROM tasks WHERE id = ANY($2))`,
};

export const keyAfterTask: Plant = {
  name: 'key-after-task',
  mistake: 'the Idempotency-Key is written after the task, in a transaction of its own',
  store: (store, db) => {
    const mayDie = deaths();
    const acceptOne = async (request: NewRequest, nowMs: number, joinWithinMs: number) => {
      const { keyId, requestKey } = request;
      if (requestKey === null) return store.accept.accept([request], nowMs, joinWithinMs);
      const known = Found.parse((await db.query(findByKey, [keyId, requestKey])).rows);
      if (known.length > 0) return [{ kind: 'replayed' as const, taskIds: known.map(({ id }) => id) }];
      const bare = { ...request, requestKey: null, requestHash: uniqueHash(request) };
      const answers = await store.accept.accept([bare], nowMs, joinWithinMs);
      const [answer] = answers;
      mayDie();
      if (answer?.kind === 'created') await db.query(setKey, [keyId, answer.taskIds, requestKey]);
      return answers;
    };
    return {
      ...store,
      accept: {
        ...store.accept,
        accept: async (requests, nowMs, joinWithinMs) => {
          const answers = [];
          for (const request of requests) answers.push(...(await acceptOne(request, nowMs, joinWithinMs)));
          return answers;
        },
      },
    };
  },
};

/** Nothing joins to it. */
function uniqueHash(request: NewRequest): string {
  const [task] = request.tasks;
  return Buffer.from(task?.id ?? '')
    .toString('hex')
    .padEnd(64, '0')
    .slice(-64);
}

const hideUnknown = {
  name: 'plant.hide_unknown',
  text: `UPDATE attempts SET state = 'abandoned' WHERE state = 'unknown' RETURNING id`,
};
const showUnknown = {
  name: 'plant.show_unknown',
  text: `UPDATE attempts SET state = 'unknown' WHERE id = ANY($1)`,
};

async function withoutUnknown<T>(db: Database, work: () => Promise<T>): Promise<T> {
  const hidden = Found.parse((await db.query(hideUnknown)).rows);
  try {
    return await work();
  } finally {
    await db.query(showUnknown, [hidden.map(({ id }) => id)]);
  }
}

export const unknownFreesSlot: Plant = {
  name: 'unknown-frees-slot',
  mistake: 'an attempt whose answer was lost is not counted as a taken slot',
  store: (store, db) => ({
    ...store,
    admission: {
      ...store.admission,
      admit: (request) => withoutUnknown(db, () => store.admission.admit(request)),
    },
  }),
};
