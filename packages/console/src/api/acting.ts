/** Operators have no account; they choose the one that they work for, and each request says so. */
import { useSyncExternalStore } from 'react';

const KEPT_AS = 'sluice-account';
let acting: string | null = sessionStorage.getItem(KEPT_AS);
const listeners = new Set<() => void>();

export function actingAccount(): Record<string, string> {
  return acting === null ? {} : { 'sluice-account': acting };
}

export function actFor(accountId: string | null): void {
  acting = accountId;
  if (accountId === null) sessionStorage.removeItem(KEPT_AS);
  else sessionStorage.setItem(KEPT_AS, accountId);
  for (const listener of listeners) listener();
}

export function useActing(): string | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => acting,
  );
}
