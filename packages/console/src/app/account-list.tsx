/** The accounts to choose from, with a field to find one among ten thousand. */
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
import { useQuery } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import { useActing } from '../api/acting.ts';
import { accountsQuery } from '../api/queries.ts';
import type { ButtonProps } from '../ui/on-demand.tsx';
import { useChooseAccount } from './account-switch.tsx';

const ALL = 'all';
const SHOWN_MOST = 50;
const ITEM =
  'flex items-center gap-2 rounded-md px-2.5 py-1.5 outline-none cursor-pointer data-[active-item]:bg-accent-soft';

export function AccountList({ button }: { button: ButtonProps }) {
  const acting = useActing();
  const choose = useChooseAccount();
  const [looked, setLooked] = useState('');
  const wanted = useDeferredValue(looked.trim().toLowerCase());
  const accounts = useQuery(accountsQuery);
  const found = (accounts.data?.data ?? [])
    .filter(({ id, name }) => name.toLowerCase().includes(wanted) || id === looked.trim())
    .slice(0, SHOWN_MOST);
  return (
    <ComboboxProvider setValue={setLooked} resetValueOnHide>
      <SelectProvider
        value={acting ?? ALL}
        setValue={(value) => choose(value === ALL ? null : value)}
        placement="bottom-start"
        defaultOpen
      >
        <Select {...button} />
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
