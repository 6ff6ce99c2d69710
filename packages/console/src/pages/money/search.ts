/**
 * Coming back from the page on which is paid (which checkout, and whether its payer left it), and what of the ledger is
 * shown: whoever opens the link sees the same.
 */
import type { LedgerEntry } from '@sluice/sdk';

export type LedgerSearch = {
  kind?: LedgerEntry['kind'];
  task?: string;
  /** Operators choose one. */
  account?: string;
  /** Days of the viewer, both included. */
  from?: string;
  to?: string;
};

export type MoneySearch = LedgerSearch & { checkout?: string; left?: true };

export const KINDS: Record<LedgerEntry['kind'], string> = {
  top_up: 'Top-up',
  adjustment: 'Correction',
  hold: 'Hold',
  settle: 'Charge',
  release: 'Release',
  cost: 'Upstream cost',
  refund: 'Refund',
};

export function readMoneySearch(raw: Record<string, unknown>): MoneySearch {
  const checkout = matching(raw.checkout, /^chk_\w{1,90}$/);
  const kind = (Object.keys(KINDS) as LedgerEntry['kind'][]).find((each) => each === raw.kind);
  const task = matching(raw.task, /^\w{1,100}$/);
  const account = matching(raw.account, /^\w{1,100}$/);
  const from = dayOf(raw.from);
  const to = dayOf(raw.to);
  return {
    ...(checkout && { checkout, ...(raw.left === true && { left: true }) }),
    ...(kind && { kind }),
    ...(task && { task }),
    ...(account && { account }),
    ...(from && { from }),
    ...(to && { to }),
  };
}

function matching(value: unknown, form: RegExp): string | undefined {
  return typeof value === 'string' && form.test(value) ? value : undefined;
}

function dayOf(value: unknown): string | undefined {
  const day = matching(value, /^\d{4}-\d{2}-\d{2}$/);
  return day !== undefined && !Number.isNaN(Date.parse(day)) ? day : undefined;
}
