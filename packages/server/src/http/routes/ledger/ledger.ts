/** Operations on money that is already booked: the balance, the book, and the book as a journal. */
import { accountOf, wantedAccount } from '../../auth.ts';
import { pageOf, readNumberCursor } from '../../cursor.ts';
import { type Handlers, notFound, ok, refused } from '../../operation.ts';
import { balanceView, ledgerView } from '../../views/account.ts';
import { creditsOf } from './credits.ts';
import { sendJournal } from './journal.ts';

export const ledgerHandlers: Pick<Handlers, 'getBalance' | 'getCredits' | 'listLedger' | 'exportLedger'> = {
  getBalance: async ({ context, caller }) => {
    const account = accountOf(caller);
    if (!account.ok) return refused(account.refusal);
    const row = await context.store.accounts.find(account.accountId);
    return row ? ok(balanceView(row)) : notFound;
  },
  getCredits: async ({ context, caller }) => {
    const account = accountOf(caller);
    if (!account.ok) return refused(account.refusal);
    const credits = await creditsOf(context, account.accountId, caller.keyId);
    return credits ? ok(credits) : notFound;
  },
  listLedger: async ({ context, caller, query }) => {
    const wanted = wantedAccount(caller, query.account);
    if (!wanted.ok) return refused(wanted.refusal);
    const cursor = readNumberCursor(query.cursor);
    if (!cursor.ok) return refused(cursor.refusal);
    const rows = await context.store.accounts.ledger(
      {
        accountId: wanted.accountId,
        taskId: query.task ?? null,
        kind: query.kind ?? null,
        bookedAfterMs: query.booked_after === undefined ? null : Date.parse(query.booked_after),
        bookedBeforeMs: query.booked_before === undefined ? null : Date.parse(query.booked_before),
      },
      { before: cursor.before, most: query.limit + 1 },
    );
    return ok(pageOf(rows, query.limit, (row) => row.number, ledgerView));
  },
  exportLedger: async ({ context, reply }) => {
    sendJournal(context, reply);
    return { kind: 'sent' };
  },
};
