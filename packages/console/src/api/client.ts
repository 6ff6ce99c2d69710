/** The one client: the SDK over the session's cookie. The console has no other way to the gateway. */
import { createSluice } from '@sluice/sdk';
import { actingAccount } from './acting.ts';
import { takeEarly } from './early.ts';

export const sluice = createSluice({
  baseUrl: window.location.origin,
  cookies: true,
  // Reads are repeated by the cache, which shows that it does; an order keeps one repeat under its own key.
  maxRetries: 1,
  fetch: (input, init) =>
    takeEarly(input, init) ??
    fetch(input, { ...init, headers: { ...plain(init.headers), ...actingAccount() } }),
});

function plain(headers: RequestInit['headers']): Record<string, string> {
  return headers === undefined ? {} : Object.fromEntries(new Headers(headers));
}
