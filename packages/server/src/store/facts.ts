/** Statements on paths: added, never changed. */
import type { FactName, FactScope, FactValue, Source } from '@sluice/contract';
import type { z } from 'zod';
import type { Database } from './database.ts';
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
    add: (fact, nowMs) =>
      db.transaction(async (tx) => {
        if ((await tx.query(sql.lockPath, [fact.path])).count === 0) return null;
        return firstOf<sql.FactRow>(
          await tx.query(sql.insertFact, [
            fact.id,
            fact.path,
            fact.fact,
            fact.origin,
            JSON.stringify(fact.value),
            fact.unit,
            JSON.stringify(fact.scope),
            fact.scopeKey,
            fact.grade,
            JSON.stringify(fact.source),
            fact.reviewedBy,
            fact.note,
            at(nowMs),
            fact.keyId,
          ]),
        );
      }),
    current: async (pathNames) => rowsOf<sql.FactRow>(await db.query(sql.currentFacts, [pathNames])),
    currentOf: async (fact) => rowsOf<sql.FactRow>(await db.query(sql.currentOf, [fact])),
    history: async (pathName, fact, most) =>
      rowsOf<sql.FactRow>(await db.query(sql.factHistory, [pathName, fact, most])),
  };
}
