/**
 * Which way the money of an entry goes, read from its postings and from nothing else. A customer's money lies in two
 * accounts of the book, available and held: what changes their sum came in or went out, what only passes between them
 * was set aside or set free.
 */
import type { LedgerEntry } from '@sluice/sdk';
import { isNegative, isZero, negated, sumOf } from '../../ui/exact.ts';

export type Movement = {
  way: 'in' | 'out' | 'held' | 'freed' | 'none';
  /** Never negative. */
  amount: string;
  /** What of a hold came back beside it. */
  freed: string | null;
};

const CUSTOMERS = /^liabilities:customers:[^:]+:(available|held)$/;
/** What upstreams took: the operator's money, which no customer account of the book sees. */
const PAID = /^expenses:/;

export function movementOf({ postings }: Pick<LedgerEntry, 'postings'>): Movement {
  // Debits are positive in the book, and a customer's accounts are what we owe: a credit there is theirs.
  const sum = (of: (account: string) => boolean): string =>
    negated(sumOf(postings.filter(({ account }) => of(account)).map(({ amount }) => amount)));
  const side = (name: string) => sum((account) => CUSTOMERS.exec(account)?.[1] === name);
  const [available, held] = [side('available'), side('held')];
  const whole = sumOf([available, held]);
  const freed = isNegative(held) && !isNegative(available) && !isZero(available) ? available : null;
  if (!isZero(whole)) {
    return isNegative(whole)
      ? { way: 'out', amount: negated(whole), freed }
      : { way: 'in', amount: whole, freed };
  }
  if (!isZero(held)) {
    return isNegative(held)
      ? { way: 'freed', amount: negated(held), freed: null }
      : { way: 'held', amount: held, freed: null };
  }
  const paid = sum((account) => PAID.test(account));
  if (isZero(paid)) return { way: 'none', amount: '0.00', freed: null };
  return isNegative(paid)
    ? { way: 'out', amount: negated(paid), freed: null }
    : { way: 'in', amount: paid, freed: null };
}

/** Whose account it is; null: nobody's but the operator's. */
export function payerOf({ postings }: Pick<LedgerEntry, 'postings'>): string | null {
  for (const { account } of postings) {
    const id = /^liabilities:customers:([^:]+):/.exec(account)?.[1];
    if (id !== undefined) return id;
  }
  return null;
}
