/** Who is signed in. The cookie is the browser's own business; what it stands for is read here. */
import { isSluiceError, type Session } from '@sluice/sdk';
import { queryOptions } from '@tanstack/react-query';
import { sluice } from './client.ts';

/** Nothing secret: that somebody signed in here. Without it there is no cookie to ask about. */
const KEPT_AS = 'sluice-signed-in';

/** Null: nobody is signed in, or somebody comes with a link, which is worth more than whoever was here before. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async ({ signal }): Promise<Session | null> => {
    if (!isInside()) return null;
    try {
      return await sluice.session.get({ signal });
    } catch (error) {
      if (!isSluiceError(error) || error.status !== 401) throw error;
      rememberSignedIn(false);
      return null;
    }
  },
  staleTime: 5 * 60_000,
});

/** As far as is known before anybody was asked; `public/early.js` thinks the same. */
function isInside(): boolean {
  return localStorage.getItem(KEPT_AS) !== null && !hasToken();
}

export function rememberSignedIn(signedIn: boolean): void {
  if (signedIn) localStorage.setItem(KEPT_AS, 'yes');
  else localStorage.removeItem(KEPT_AS);
}

function hasToken(): boolean {
  return new URLSearchParams(window.location.hash.slice(1)).has('token');
}

/** The token of a sign-in link stands behind the `#`, where no log has it; it is taken out of the address at once. */
export function tokenFromAddress(): string | null {
  const token = new URLSearchParams(window.location.hash.slice(1)).get('token');
  if (token !== null)
    window.history.replaceState(null, '', window.location.pathname + window.location.search);
  return token;
}
