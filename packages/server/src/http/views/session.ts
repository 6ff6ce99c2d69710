/** Who is calling, as the API says it. */
import { Currency, Scope, type Session } from '@sluice/contract';
import { z } from 'zod';
import type { WhoRow } from '../../store/sessions.ts';
import { callerOf } from '../auth.ts';
import type { HttpContext } from '../context.ts';
import { instant } from './instant.ts';

export async function sessionView(
  context: HttpContext,
  who: WhoRow,
  session: { csrf: string; expiresAtMs: number } | null,
): Promise<Session> {
  await context.paths.refresh(context.clock.now());
  const caller = callerOf({ id: who.key_id, account_id: who.account_id, scopes: who.scopes });
  const paths = context.paths.all();
  const { account_id, account_name, currency, member_id, member_name, role } = who;
  return {
    object: 'session',
    key: { id: who.key_id, name: who.key_name },
    account:
      account_id === null
        ? null
        : { id: account_id, name: account_name ?? '', currency: Currency.parse(currency) },
    operator: caller.operator,
    member: member_id === null || role === null ? null : { id: member_id, name: member_name ?? '', role },
    scopes: z.array(Scope).parse([...caller.scopes]),
    sandbox: paths.length > 0 && paths.every((path) => path.row.sandbox),
    version: context.version,
    csrf_token: session?.csrf ?? null,
    expires_at: session === null ? null : instant(session.expiresAtMs),
  };
}
