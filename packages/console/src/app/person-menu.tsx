/** Who is here, how the page looks, and the way out. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { LogOut, Monitor, Moon, Sun } from 'lucide-react';
import { useState } from 'react';
import { forgetActing } from '../api/acting.ts';
import { sluice } from '../api/client.ts';
import { rememberSignedIn, sessionQuery } from '../api/session.ts';
import { Item, Line, Menu } from '../ui/menu.tsx';
import type { ButtonProps } from '../ui/on-demand.tsx';
import { useSession } from './session-context.ts';
import { chooseTheme, readTheme, type Theme } from './theme.ts';

const THEMES: { value: Theme; label: string; icon: typeof Sun }[] = [
  { value: 'light', label: 'Light', icon: Sun },
  { value: 'dark', label: 'Dark', icon: Moon },
  { value: 'system', label: 'As the system', icon: Monitor },
];

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
    <Menu button={button}>
      <div className="px-2.5 py-2">
        <p className="truncate font-medium">{session.member?.name ?? session.key.name}</p>
        <p className="text-ink-3">
          {session.member?.role ?? (session.operator ? 'operator' : session.account?.name)} ·{' '}
          {session.version}
        </p>
      </div>
      <Line />
      {THEMES.map(({ value, label, icon: Icon }) => (
        <Item
          key={value}
          icon={<Icon className="size-4 text-ink-3" aria-hidden="true" />}
          staysOpen
          onClick={() => {
            chooseTheme(value);
            setTheme(value);
          }}
        >
          <span className="flex justify-between">
            {label}
            {theme === value && <span className="text-ok">✓</span>}
          </span>
        </Item>
      ))}
      <Line />
      <Item icon={<LogOut className="size-4 text-ink-3" aria-hidden="true" />} onClick={() => leave.mutate()}>
        Sign out
      </Item>
    </Menu>
  );
}
