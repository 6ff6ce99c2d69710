/** Who is here, how the page looks, and the way out. */
import { Menu, MenuButton, MenuItem, MenuProvider, MenuSeparator } from '@ariakit/react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { LogOut, Monitor, Moon, Sun } from 'lucide-react';
import { useState } from 'react';
import { forgetActing } from '../api/acting.ts';
import { sluice } from '../api/client.ts';
import { rememberSignedIn, sessionQuery } from '../api/session.ts';
import type { ButtonProps } from '../ui/on-demand.tsx';
import { useSession } from './session-context.ts';
import { chooseTheme, readTheme, type Theme } from './theme.ts';

const THEMES: { value: Theme; label: string; icon: typeof Sun }[] = [
  { value: 'light', label: 'Light', icon: Sun },
  { value: 'dark', label: 'Dark', icon: Moon },
  { value: 'system', label: 'As the system', icon: Monitor },
];

const ITEM =
  'flex items-center gap-2.5 rounded-md px-2.5 py-1.5 outline-none cursor-pointer data-[active-item]:bg-accent-soft';

export function PersonMenu({ button }: { button: ButtonProps }) {
  const session = useSession();
  const queries = useQueryClient();
  const [theme, setTheme] = useState(readTheme);
  const leave = useMutation({
    mutationFn: () => sluice.session.end(),
    onSettled: () => {
      forgetActing();
      rememberSignedIn(false);
      // First the door, which watches this one entry, then everything that was behind it.
      queries.setQueryData(sessionQuery.queryKey, null);
      queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== sessionQuery.queryKey[0] });
    },
  });
  return (
    <MenuProvider placement="bottom-end" defaultOpen>
      <MenuButton {...button} />
      <Menu
        gutter={6}
        portal
        unmountOnHide
        className="z-40 w-60 rounded-lg border bg-surface p-1.5 shadow-lift outline-none"
      >
        <div className="px-2.5 py-2">
          <p className="truncate font-medium">{session.member?.name ?? session.key.name}</p>
          <p className="text-ink-3">
            {session.member?.role ?? (session.operator ? 'operator' : session.account?.name)} ·{' '}
            {session.version}
          </p>
        </div>
        <MenuSeparator className="my-1 border-t" />
        {THEMES.map(({ value, label, icon: Icon }) => (
          <MenuItem
            key={value}
            className={ITEM}
            hideOnClick={false}
            onClick={() => {
              chooseTheme(value);
              setTheme(value);
            }}
          >
            <Icon className="size-4 text-ink-3" aria-hidden="true" />
            <span className="flex-1">{label}</span>
            {theme === value && <span className="text-ok">✓</span>}
          </MenuItem>
        ))}
        <MenuSeparator className="my-1 border-t" />
        <MenuItem className={ITEM} onClick={() => leave.mutate()}>
          <LogOut className="size-4 text-ink-3" aria-hidden="true" />
          Sign out
        </MenuItem>
      </Menu>
    </MenuProvider>
  );
}
