/** What was spent, and the statement of a month: as sums, or line by line as CSV. */
import type { Refusal } from '@sluice/contract';
import type { SpendSpan } from '../../../store/spend.ts';
import { ownerOf, wantedAccount } from '../../auth.ts';
import { type Call, type Handlers, notFound, ok, refused } from '../../operation.ts';
import { monthView, spendView } from '../../views/spend.ts';
import { sendLines } from './lines.ts';

const DAY_MS = 24 * 3_600_000;
const DAYS_MOST = 400;
const DAYS_UNSET = 29;

export const spendHandlers: Pick<Handlers, 'getSpend' | 'getStatement' | 'exportStatement'> = {
  getSpend: async ({ context, caller, query }) => {
    const wanted = wantedAccount(caller, query.account);
    if (!wanted.ok) return refused(wanted.refusal);
    const span = spanOf(query, context.clock.now());
    if (!span.ok) return refused(span.refusal);
    const spent = await context.store.spend.spent(query.by, span.value, wanted.accountId, caller.operator);
    return ok(spendView(spent, query.by, span.value, caller.operator));
  },
  getStatement: async (call) => {
    const month = monthOf(call);
    if (!month.ok) return refused(month.refusal);
    const { context } = call;
    const found = await context.store.spend.month(month.value, context.clock.now());
    return found ? ok(monthView(month.value, found)) : notFound;
  },
  exportStatement: async (call) => {
    const month = monthOf(call);
    if (!month.ok) return refused(month.refusal);
    const { context, reply } = call;
    const found = await context.store.spend.month(month.value, context.clock.now());
    if (!found) return notFound;
    sendLines(context, reply, month.value, found.sums);
    return { kind: 'sent' };
  },
};

type Read<Value> = { ok: true; value: Value } | { ok: false; refusal: Refusal };

function wrong(field: string, message: string): { ok: false; refusal: Refusal } {
  return { ok: false, refusal: { code: 'invalid_input', field, message } };
}

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

const NO_ZONE = 'zone: there is no such IANA time zone.';

function spanOf(query: Call<'getSpend'>['query'], nowMs: number): Read<SpendSpan> {
  const { zone } = query;
  if (!isZone(zone)) return wrong('zone', NO_ZONE);
  // Sweden writes dates as the rest of this API does.
  const to = query.to ?? new Intl.DateTimeFormat('sv-SE', { timeZone: zone }).format(nowMs);
  const from = query.from ?? dayBefore(to, DAYS_UNSET);
  const days = (Date.parse(to) - Date.parse(from)) / DAY_MS + 1;
  if (days < 1) return wrong('from', 'from: the first day is after the last one.');
  if (days > DAYS_MOST) return wrong('from', `from: ${DAYS_MOST} days at most are added up at once.`);
  return { ok: true, value: { from, to, zone } };
}

function dayBefore(day: string, days: number): string {
  return new Date(Date.parse(day) - days * DAY_MS).toISOString().slice(0, 10);
}

function monthOf({ caller, query }: Pick<Call<'getStatement'>, 'caller' | 'query'>): Read<{
  accountId: string;
  month: string;
  zone: string;
}> {
  const wanted = wantedAccount(caller, query.account);
  if (!wanted.ok) return wanted;
  if (!isZone(query.zone)) return wrong('zone', NO_ZONE);
  const accountId = wanted.accountId ?? ownerOf(caller);
  if (accountId === null) return wrong('account', 'account is required: an operator has none of their own.');
  return { ok: true, value: { accountId, month: query.month, zone: query.zone } };
}
