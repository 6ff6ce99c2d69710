/** Capacity plans, and what of the past is read for them. */
import { firstIdAt } from '../effects/random/id.ts';
import type { Database } from './database.ts';
import * as sql from './sql/plans.ts';
import { at } from './sql/statement.ts';
import { firstOf, rowsOf } from './typed.ts';

export type { OrderedRow, PlanHeadRow, PlanRow } from './sql/plans.ts';

export type PlanEnd = {
  status: 'done' | 'failed';
  result: string | null;
  sentence: string | null;
  error: string | null;
};

export type PlanStore = {
  /** Keeps the newest of earlier plans. */
  insert(
    plan: { id: string; name: string; request: string },
    nowMs: number,
    aliveUntilMs: number,
  ): Promise<void>;
  /** False when nobody wants it any more. */
  progress(id: string, progress: number, aliveUntilMs: number): Promise<boolean>;
  end(id: string, end: PlanEnd, nowMs: number): Promise<void>;
  read(id: string): Promise<sql.PlanRow | null>;
  list(beforeId: string | null, most: number): Promise<sql.PlanHeadRow[]>;
  remove(id: string): Promise<boolean>;
  /** The newest since then, oldest first. */
  ordered(sinceMs: number, most: number): Promise<sql.OrderedRow[]>;
  /** Of the newest stored clips; null: hardly any. */
  clipBitsPerMs(): Promise<number | null>;
};

const KEPT = 200;
const CLIPS_LOOKED_AT = 500;
const CLIPS_LEAST = 20;

export function planStore(db: Database): PlanStore {
  return {
    insert: async ({ id, name, request }, nowMs, aliveUntilMs) => {
      await db.query(sql.insertPlan, [id, name, request, at(nowMs), at(aliveUntilMs)]);
      await db.query(sql.forgetPlans, [KEPT]);
    },
    progress: async (id, progress, aliveUntilMs) =>
      firstOf(await db.query(sql.writeProgress, [id, progress, at(aliveUntilMs)])) !== null,
    end: async (id, { status, result, sentence, error }, nowMs) => {
      await db.query(sql.writeEnd, [id, status, result, sentence, error, at(nowMs)]);
    },
    read: async (id) => firstOf<sql.PlanRow>(await db.query(sql.readPlan, [id])),
    list: async (beforeId, most) => rowsOf<sql.PlanHeadRow>(await db.query(sql.listPlans, [beforeId, most])),
    remove: async (id) => firstOf(await db.query(sql.deletePlan, [id])) !== null,
    ordered: async (sinceMs, most) =>
      rowsOf<sql.OrderedRow>(await db.query(sql.ordered, [firstIdAt('task', sinceMs), most])),
    clipBitsPerMs: async () => {
      const row = firstOf<{ clips: number; rate: number }>(await db.query(sql.clipRate, [CLIPS_LOOKED_AT]));
      return row === null || row.clips < CLIPS_LEAST || row.rate <= 0 ? null : row.rate;
    },
  };
}
