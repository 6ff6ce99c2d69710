/** For whom an operator works just now: one account, or everybody. */
import {
  Combobox,
  ComboboxItem,
  ComboboxList,
  ComboboxProvider,
  Select,
  SelectItem,
  SelectPopover,
  SelectProvider,
} from '@ariakit/react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { ChevronsUpDown } from 'lucide-react';
import { useDeferredValue, useEffect, useState } from 'react';
import { actFor, hasChosenAccount, useActing } from '../api/acting.ts';
import { accountsQuery } from '../api/queries.ts';
import { cx } from '../ui/class.ts';

const ALL = 'all';
const SHOWN_MOST = 50;
const ITEM =
  'flex items-center gap-2 rounded-md px-2.5 py-1.5 outline-none cursor-pointer data-[active-item]:bg-accent-soft';

export function AccountSwitch() {
  const acting = useActing();
  const queries = useQueryClient();
  const [looked, setLooked] = useState('');
  const wanted = useDeferredValue(looked.trim().toLowerCase());
  const accounts = useQuery(accountsQuery);
  const all = accounts.data?.data ?? [];
  const found = all
    .filter(({ id, name }) => name.toLowerCase().includes(wanted) || id === looked.trim())
    .slice(0, SHOWN_MOST);
  const choose = (value: string): void => {
    actFor(value === ALL ? null : value);
    // Nobody may see, not even for a moment, what belongs to the account before.
    void queries.resetQueries({ predicate: ({ queryKey }) => !STAYS.has(String(queryKey[0])) });
  };
  const [only, second] = all;
  useEffect(() => {
    // With one account there is nothing to choose, and everything that needs one works at once.
    if (only === undefined || second !== undefined || hasChosenAccount()) return;
    actFor(only.id);
    void queries.resetQueries({ predicate: ({ queryKey }) => !STAYS.has(String(queryKey[0])) });
  }, [only, second, queries]);
  return (
    <ComboboxProvider setValue={setLooked} resetValueOnHide>
      <SelectProvider value={acting ?? ALL} setValue={choose} placement="bottom-start">
        <Select
          aria-label="Account"
          className={cx(
            'flex h-8 max-w-48 min-w-0 items-center gap-1.5 rounded-md border border-line-strong/60 bg-surface px-2.5',
            'font-medium hover:border-line-strong',
          )}
        >
          <span className="truncate">
            {acting === null ? 'All accounts' : (all.find(({ id }) => id === acting)?.name ?? acting)}
          </span>
          <ChevronsUpDown className="size-3.5 shrink-0 text-ink-3" aria-hidden="true" />
        </Select>
        <SelectPopover
          gutter={6}
          portal
          unmountOnHide
          className="z-40 w-72 rounded-lg border bg-surface p-1.5 shadow-lift outline-none"
        >
          <Combobox
            autoSelect
            aria-label="Find an account"
            placeholder="Find an account"
            className="mb-1 h-8 w-full rounded-md border border-line-strong/60 bg-surface px-2.5"
          />
          <ComboboxList className="max-h-80 overflow-y-auto">
            <SelectItem value={ALL} className={ITEM} render={<ComboboxItem />}>
              All accounts
            </SelectItem>
            {found.map(({ id, name, status }) => (
              <SelectItem key={id} value={id} className={ITEM} render={<ComboboxItem />}>
                <span className="flex-1 truncate">{name}</span>
                {status === 'suspended' && <span className="text-warn">suspended</span>}
              </SelectItem>
            ))}
          </ComboboxList>
        </SelectPopover>
      </SelectProvider>
    </ComboboxProvider>
  );
}

/** What is the same for every account. */
const STAYS = new Set(['session', 'accounts', 'models', 'paths', 'system']);
