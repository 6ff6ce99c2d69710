/** The session of whoever is inside; below the entrance there is always one. */
import type { Scope, Session } from '@sluice/sdk';
import { createContext, use } from 'react';
import { useActing } from '../api/acting.ts';

export const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = use(SessionContext);
  if (session === null) throw new Error('outside the entrance');
  return session;
}

export function useMay(scope: Scope): boolean {
  const session = useSession();
  return session.operator || session.scopes.includes(scope);
}

/** Whether there is an account to order for, to upload to and to pay from: a member's own, or the one chosen. */
export function useHasAccount(): boolean {
  const session = useSession();
  const acting = useActing();
  return session.account !== null || acting !== null;
}
