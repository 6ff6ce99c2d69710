/** For whom an operator works just now: one account, or everybody. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { ChevronsUpDown } from 'lucide-react';
import { lazy, useEffect, useEffectEvent } from 'react';
import { actFor, hasChosenAccount, useActing } from '../api/acting.ts';
import { accountsQuery } from '../api/queries.ts';
import { cx } from '../ui/class.ts';
import { OnDemand } from '../ui/on-demand.tsx';

const AccountList = lazy(async () => ({ default: (await import('./account-list.tsx')).AccountList }));

/** What is the same for every account. */
const STAYS = new Set(['session', 'accounts', 'models', 'paths', 'system']);

export function useChooseAccount(): (accountId: string | null) => void {
  const queries = useQueryClient();
  return (accountId) => {
    actFor(accountId);
    // Nobody may see, not even for a moment, what belongs to the account before. After the pages know of the choice:
    // what only goes with the one before would be asked again for this one.
    queueMicrotask(() => {
      void queries.resetQueries({ predicate: ({ queryKey }) => !STAYS.has(String(queryKey[0])) });
    });
  };
}

export function AccountSwitch() {
  const acting = useActing();
  const accounts = useQuery(accountsQuery);
  const all = accounts.data?.data ?? [];
  useOnlyAccount(all);
  const name = acting === null ? 'All accounts' : (all.find(({ id }) => id === acting)?.name ?? acting);
  return (
    <OnDemand
      opened={(button) => <AccountList button={button} />}
      opens="listbox"
      aria-label={`Account: ${name}`}
      className={cx(
        'flex h-8 max-w-48 min-w-0 items-center gap-1.5 rounded-md border border-line-strong/60 bg-surface px-2.5',
        'font-medium hover:border-line-strong',
      )}
    >
      <span className="truncate">{name}</span>
      <ChevronsUpDown className="size-3.5 shrink-0 text-ink-3" aria-hidden="true" />
    </OnDemand>
  );
}

/**
 * With one account there is nothing to choose, and everything that needs one works at once. What was read before is
 * everybody's, and that is the same: only what was refused for want of an account is asked again.
 */
function useOnlyAccount([only, second]: readonly { id: string }[]): void {
  const queries = useQueryClient();
  const choose = useEffectEvent((accountId: string) => {
    actFor(accountId);
    void queries.resetQueries({ predicate: ({ state }) => state.status === 'error' });
  });
  const id = only !== undefined && second === undefined && !hasChosenAccount() ? only.id : null;
  useEffect(() => {
    if (id !== null) choose(id);
  }, [id]);
}
