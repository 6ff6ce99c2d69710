/** A session that ended while a page was open: said once, by whatever request noticed it first. */
import { isSluiceError } from '@sluice/sdk';
import { useSyncExternalStore } from 'react';

let expired = false;
const listeners = new Set<() => void>();

export function isSignedOut(error: unknown): boolean {
  return isSluiceError(error) && error.status === 401;
}

export function sayExpired(): void {
  set(true);
}

export function forgetExpired(): void {
  set(false);
}

function set(value: boolean): void {
  if (expired === value) return;
  expired = value;
  for (const listener of listeners) listener();
}

export function useExpired(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => expired,
  );
}
