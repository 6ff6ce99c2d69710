/** Operations on accounts: create, read, change, and the money that operators book by hand. */

import type { MoneyAnswer } from '../../../lifecycle/operate/accounts.ts';
import {
  bookAdjustment,
  bookTopUp,
  createAccount,
  updateAccount,
} from '../../../lifecycle/operate/accounts.ts';
import { pageOf, readIdCursor } from '../../cursor.ts';
import { type Answer, type Handlers, notFound, ok, refused } from '../../operation.ts';
import { accountView, balanceView, ledgerView } from '../../views/account.ts';

export const accountHandlers: Pick<
  Handlers,
  'listAccounts' | 'createAccount' | 'getAccount' | 'updateAccount' | 'topUpAccount' | 'adjustAccount'
> = {
  listAccounts: async ({ context, query }) => {
    const cursor = readIdCursor(query.cursor);
    if (!cursor.ok) return refused(cursor.refusal);
    const rows = await context.store.accounts.list({ before: cursor.before, most: query.limit + 1 });
    return ok(pageOf(rows, query.limit, (row) => row.id, accountView));
  },
  createAccount: async ({ context, body }) => {
    const answer = await createAccount(context, body);
    return answer.kind === 'account' ? ok(accountView(answer.account)) : refused(answer.refusal);
  },
  getAccount: async ({ context, params }) => {
    const account = await context.store.accounts.find(params.id);
    return account ? ok(accountView(account)) : notFound;
  },
  updateAccount: async ({ context, params, body }) => {
    const answer = await updateAccount(context, params.id, body);
    return answer.kind === 'account' ? ok(accountView(answer.account)) : refused(answer.refusal);
  },
  topUpAccount: async ({ context, params, body }) => movement(await bookTopUp(context, params.id, body)),
  adjustAccount: async ({ context, params, body }) =>
    movement(await bookAdjustment(context, params.id, body)),
};

function movement(answer: MoneyAnswer): Answer {
  if (answer.kind === 'refused') return refused(answer.refusal);
  return ok({ transaction: ledgerView(answer.transaction), balance: balanceView(answer.account) });
}
