/** Operators have no account; they choose the one that they work for, and each request says so. */
import { useSyncExternalStore } from 'react';

const KEPT_AS = 'sluice-account';
/** Chosen, as opposed to not chosen yet. */
const ALL = 'all';

let chosen: string | null = sessionStorage.getItem(KEPT_AS);
const listeners = new Set<() => void>();

function acting(): string | null {
  return chosen === ALL ? null : chosen;
}

export function actingAccount(): Record<string, string> {
  const account = acting();
  return account === null ? {} : { 'sluice-account': account };
}

/** Null: for everybody. */
export function actFor(accountId: string | null): void {
  chosen = accountId ?? ALL;
  sessionStorage.setItem(KEPT_AS, chosen);
  for (const listener of listeners) listener();
}

/** Whoever signs in next begins without a choice. */
export function forgetActing(): void {
  chosen = null;
  sessionStorage.removeItem(KEPT_AS);
  for (const listener of listeners) listener();
}

export function hasChosenAccount(): boolean {
  return chosen !== null;
}

export function useActing(): string | null {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, acting);
}
