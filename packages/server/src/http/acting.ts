/**
 * Operators have no account of their own. With this header a request of theirs is one of that account: they see what it
 * sees, and what they order belongs to it and is paid by it, under their own key in the record.
 */
import type { Refusal } from '@sluice/contract';
import type { Caller } from './auth.ts';
import type { HttpContext } from './context.ts';

export const ACCOUNT_HEADER = 'sluice-account';

export type Acting = { kind: 'known'; caller: Caller } | { kind: 'refused'; refusal: Refusal };

export async function actingFor(
  { store }: Pick<HttpContext, 'store'>,
  caller: Caller,
  named: string | string[] | undefined,
): Promise<Acting> {
  if (named === undefined || named === '') return { kind: 'known', caller };
  const accountId = String(named);
  if (!caller.operator) {
    // Naming one's own account changes nothing; whose else it is, nobody is told.
    return accountId === caller.accountId
      ? { kind: 'known', caller }
      : refusedFor('Only operators act for others.');
  }
  const account = accountId.length > 100 ? null : await store.accounts.find(accountId);
  return account === null
    ? refusedFor('There is no such account.')
    : { kind: 'known', caller: { ...caller, accountId } };
}

function refusedFor(message: string): Acting {
  const fix = `Leave the header ${ACCOUNT_HEADER} out, or name an account from GET /v1/accounts.`;
  return { kind: 'refused', refusal: { code: 'forbidden', field: ACCOUNT_HEADER, message, fix } };
}
