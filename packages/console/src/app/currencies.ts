/** In which currency an account counts: a member's own, or any for an operator. */
import { useQuery } from '@tanstack/react-query';
import { accountsQuery, balanceQuery } from '../api/queries.ts';
import { useMay, useSession } from './session-context.ts';

export function useCurrencies(): (account: string | null) => string {
  const { operator } = useSession();
  const may = useMay('billing:read');
  const own = useQuery({ ...balanceQuery, enabled: !operator && may });
  const accounts = useQuery({ ...accountsQuery, enabled: operator });
  return (account) =>
    own.data?.currency ?? accounts.data?.data.find(({ id }) => id === account)?.currency ?? 'USD';
}
