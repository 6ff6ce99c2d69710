/** The one client: the SDK over the session's cookie. The console has no other way to the gateway. */
import { createSluice } from '@sluice/sdk';
import { toast } from '../ui/toast.tsx';
import { actingAccount } from './acting.ts';
import { takeEarly } from './early.ts';
import { once } from './once.ts';

const send = once((url, init) => fetch(url, init), {
  storage: sessionStorage,
  now: () => Date.now(),
  onFound: () => toast({ text: 'It had arrived the first time: this is it, made once.', tone: 'ok' }),
});

export const sluice = createSluice({
  baseUrl: window.location.origin,
  cookies: true,
  // Reads are repeated by the cache, which shows that it does; an order keeps one repeat under its own key.
  maxRetries: 1,
  fetch: (input, init) =>
    takeEarly(input, init) ??
    send(input, { ...init, headers: { ...plain(init.headers), ...actingAccount() } }),
});

function plain(headers: RequestInit['headers']): Record<string, string> {
  return headers === undefined ? {} : Object.fromEntries(new Headers(headers));
}
