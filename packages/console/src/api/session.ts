/** Who is signed in. The cookie is the browser's own business; what it stands for is read here. */
import { isSluiceError, type Session } from '@sluice/sdk';
import { queryOptions } from '@tanstack/react-query';
import { sluice } from './client.ts';

/** Null: nobody is signed in. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async ({ signal }): Promise<Session | null> => {
    try {
      return await sluice.session.get({ signal });
    } catch (error) {
      if (isSluiceError(error) && error.status === 401) return null;
      throw error;
    }
  },
  staleTime: 5 * 60_000,
});

/** The token of a sign-in link stands behind the `#`, where no log has it; it is taken out of the address at once. */
export function tokenFromAddress(): string | null {
  const token = new URLSearchParams(window.location.hash.slice(1)).get('token');
  if (token !== null)
    window.history.replaceState(null, '', window.location.pathname + window.location.search);
  return token;
}
