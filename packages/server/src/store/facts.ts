/** Statements on paths: added, never changed. */
import type { FactName, FactScope, FactValue, Source } from '@sluice/contract';
import type { z } from 'zod';
import type { Database, Transaction } from './database.ts';
import * as sql from './sql/facts.ts';
import { at } from './sql/statement.ts';
import { firstOf, rowsOf } from './typed.ts';

export type { FactRow } from './sql/facts.ts';

export type NewFact = {
  id: string;
  path: string;
  fact: FactName;
  origin: 'yours' | 'measured';
  value: FactValue;
  unit: string | null;
  scope: FactScope;
  scopeKey: string;
  grade: string;
  source: z.infer<typeof Source>;
  reviewedBy: string;
  note: string | null;
  keyId: string | null;
};

export type FactStore = {
  /** Null where there is no such path. */
  add(fact: NewFact, nowMs: number): Promise<sql.FactRow | null>;
  current(pathNames: readonly string[]): Promise<sql.FactRow[]>;
  currentOf(fact: FactName): Promise<sql.FactRow[]>;
  history(pathName: string, fact: FactName | null, most: number): Promise<sql.FactRow[]>;
};

export function factStore(db: Database): FactStore {
  return {
    add: (fact, nowMs) => db.transaction((tx) => addFact(tx, fact, nowMs)),
    current: async (pathNames) => rowsOf<sql.FactRow>(await db.query(sql.currentFacts, [pathNames])),
    currentOf: async (fact) => rowsOf<sql.FactRow>(await db.query(sql.currentOf, [fact])),
    history: async (pathName, fact, most) =>
      rowsOf<sql.FactRow>(await db.query(sql.factHistory, [pathName, fact, most])),
  };
}

/** Null where there is no such path. */
export async function addFact(tx: Transaction, fact: NewFact, nowMs: number): Promise<sql.FactRow | null> {
  if ((await tx.query(sql.lockPath, [fact.path])).count === 0) return null;
  const { id, path, origin, value, unit, scope, grade, source, reviewedBy, note, keyId } = fact;
  return firstOf<sql.FactRow>(
    await tx.query(sql.insertFact, [
      id,
      path,
      fact.fact,
      origin,
      JSON.stringify(value),
      unit,
      JSON.stringify(scope),
      fact.scopeKey,
      grade,
      JSON.stringify(source),
      reviewedBy,
      note,
      at(nowMs),
      keyId,
    ]),
  );
}
