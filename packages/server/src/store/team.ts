/** Members, prompts, and what needs a person. */
import type { Database } from './database.ts';
import { insertKeyIn, type NewKey } from './keys.ts';
import { type CheckoutTroubleRow, troubled } from './sql/checkouts.ts';
import { at } from './sql/statement.ts';
import * as sql from './sql/team.ts';
import { firstOf, rowsOf } from './typed.ts';

export type { CheckoutTroubleRow } from './sql/checkouts.ts';
export type {
  BudgetRow,
  EndpointTroubleRow,
  ExhaustedRow,
  FailingRow,
  LostRow,
  LowBalanceRow,
  MemberRow,
  PromptRow,
  WaitingRow,
} from './sql/team.ts';

export type NewMember = Pick<sql.MemberRow, 'id' | 'account_id' | 'name' | 'email' | 'role'>;

export type NewPrompt = {
  id: string;
  accountId: string | null;
  keyId: string;
  title: string;
  note: string;
  order: unknown;
};

export type Troubles = {
  endpoints: sql.EndpointTroubleRow[];
  exhausted: sql.ExhaustedRow[];
  lost: sql.LostRow[];
  budgets: sql.BudgetRow[];
  balances: sql.LowBalanceRow[];
  checkouts: CheckoutTroubleRow[];
};

/** Null: nobody looks at that. */
export type WidestThresholds = {
  budgetPercent: number | null;
  balanceHours: number | null;
  balanceMicros: bigint | null;
};

/** Everywhere `accountId` null means an operator; for prompts, the operators' own. */
export type TeamStore = {
  /** With the key that the member acts with. */
  insertMember(member: NewMember, key: NewKey, nowMs: number): Promise<void>;
  listMembers(accountId: string | null): Promise<sql.MemberRow[]>;
  findMember(id: string, accountId: string | null): Promise<sql.MemberRow | null>;
  updateMember(
    id: string,
    change: { name: string | null; role: string | null; scopes: readonly string[] | null },
  ): Promise<void>;
  /** Their key is revoked with them, and with it every session. */
  removeMember(id: string, nowMs: number): Promise<void>;
  listPrompts(accountId: string | null): Promise<sql.PromptRow[]>;
  /** Null when there are `most` already. */
  insertPrompt(prompt: NewPrompt, most: number, nowMs: number): Promise<sql.PromptRow | null>;
  deletePrompt(id: string, accountId: string | null): Promise<boolean>;
  /** By the widest thresholds of anybody; who wants narrower ones leaves the rest aside. */
  troubles(accountId: string | null, sinceMs: number, widest: WidestThresholds): Promise<Troubles>;
  waitingLongest(nowMs: number): Promise<sql.WaitingRow[]>;
  lastEnds(renders: number, sinceMs: number): Promise<sql.FailingRow[]>;
};

export function teamStore(db: Database): TeamStore {
  return {
    insertMember: (member, key, nowMs) =>
      db.transaction(async (tx) => {
        await insertKeyIn(tx, key, nowMs);
        const { id, account_id, name, email, role } = member;
        await tx.query(sql.insertMember, [id, account_id, name, email, role, key.id, at(nowMs)]);
      }),
    listMembers: async (accountId) => rowsOf<sql.MemberRow>(await db.query(sql.listMembers, [accountId])),
    findMember: async (id, accountId) =>
      firstOf<sql.MemberRow>(await db.query(sql.findMember, [id, accountId])),
    updateMember: async (id, { name, role, scopes }) => {
      await db.query(sql.updateMember, [id, name, role, scopes]);
    },
    removeMember: async (id, nowMs) => {
      await db.query(sql.removeMember, [id, at(nowMs)]);
    },
    listPrompts: async (accountId) => rowsOf<sql.PromptRow>(await db.query(sql.listPrompts, [accountId])),
    insertPrompt: async ({ id, accountId, keyId, title, note, order }, most, nowMs) => {
      const values = [id, accountId, keyId, title, note, JSON.stringify(order), at(nowMs), most];
      return firstOf<sql.PromptRow>(await db.query(sql.insertPrompt, values));
    },
    deletePrompt: async (id, accountId) =>
      (await db.query(sql.deletePrompt, [id, accountId])).rows.length === 1,
    waitingLongest: async (nowMs) => rowsOf<sql.WaitingRow>(await db.query(sql.waitingLongest, [at(nowMs)])),
    lastEnds: async (renders, sinceMs) =>
      rowsOf<sql.FailingRow>(await db.query(sql.lastEnds, [renders, at(sinceMs)])),
    troubles: async (accountId, sinceMs, widest) => {
      const of = [accountId];
      const since = [accountId, at(sinceMs)];
      const [endpoints, exhausted, lost, budgets, balances, checkouts] = await Promise.all([
        db.query(sql.endpointTrouble, of),
        db.query(sql.exhausted, since),
        db.query(sql.lost, of),
        db.query(sql.spentBudgets, [accountId, widest.budgetPercent]),
        db.query(sql.lowBalances, [...since, widest.balanceHours, widest.balanceMicros]),
        db.query(troubled, of),
      ]);
      return {
        endpoints: rowsOf<sql.EndpointTroubleRow>(endpoints),
        exhausted: rowsOf<sql.ExhaustedRow>(exhausted),
        lost: rowsOf<sql.LostRow>(lost),
        budgets: rowsOf<sql.BudgetRow>(budgets),
        balances: rowsOf<sql.LowBalanceRow>(balances),
        checkouts: rowsOf<CheckoutTroubleRow>(checkouts),
      };
    },
  };
}
