/** The rail: pages, in the order of use. On narrow screens it is a row at the bottom, where thumbs are. */
import { Link, useRouterState } from '@tanstack/react-router';
import { PanelLeftClose, PanelLeftOpen } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { cx } from '../ui/class.ts';
import { Mark } from './mark.tsx';
import { PAGES } from './pages.ts';
import { useSession } from './session-context.ts';

const KEPT_AS = 'sluice-rail';

export function Rail() {
  const session = useSession();
  const [narrow, setNarrow] = useState(() => localStorage.getItem(KEPT_AS) === 'narrow');
  const pages = PAGES.filter((page) => page.for?.(session) ?? true);
  const path = useRouterState({ select: (state) => state.location.pathname });
  const nav = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it depends on which link the path makes current.
  useEffect(() => {
    // In a row that is wider than the window, where one is has to be in sight.
    const here = nav.current?.querySelector('[aria-current=page]');
    here?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [path]);
  const toggle = (): void => {
    localStorage.setItem(KEPT_AS, narrow ? 'wide' : 'narrow');
    setNarrow(!narrow);
  };
  return (
    <nav
      ref={nav}
      aria-label="Pages"
      className={cx(
        'z-30 shrink-0 border-line bg-bg print:hidden',
        'max-md:fixed max-md:inset-x-0 max-md:bottom-0 max-md:overflow-x-auto max-md:border-t',
        'md:sticky md:top-0 md:flex md:h-dvh md:flex-col md:border-r',
        narrow ? 'md:w-15' : 'md:w-52',
      )}
    >
      <div className={cx('hidden h-13 items-center gap-2.5 md:flex', narrow ? 'justify-center' : 'px-4')}>
        <Mark />
        {!narrow && <span className="text-[1.14rem] font-semibold tracking-tight">Sluice</span>}
      </div>
      <ul className="flex md:flex-1 md:flex-col md:gap-0.5 md:overflow-y-auto md:p-2">
        {pages.map(({ path, label, icon: Icon }) => (
          <li key={path} className="max-md:min-w-16 max-md:flex-1">
            <Link
              to={path}
              activeOptions={{ exact: path === '/' }}
              title={narrow ? label : undefined}
              className={cx(
                'flex items-center gap-2.5 rounded-md font-medium text-ink-2 hover:bg-sunken hover:text-ink',
                'max-md:flex-col max-md:gap-0.5 max-md:px-1 max-md:py-2 max-md:text-xs',
                'md:h-9',
                narrow ? 'md:justify-center' : 'md:px-2.5',
                'aria-[current=page]:bg-accent-soft aria-[current=page]:text-accent',
              )}
            >
              <Icon className="size-[18px] shrink-0" strokeWidth={1.9} aria-hidden="true" />
              <span className={narrow ? 'md:sr-only' : ''}>{label}</span>
            </Link>
          </li>
        ))}
      </ul>
      <div className="hidden p-2 md:block">
        <button
          type="button"
          onClick={toggle}
          className={cx(
            'flex h-8 w-full items-center gap-2.5 rounded-md text-ink-3 hover:bg-sunken hover:text-ink',
            narrow ? 'justify-center' : 'px-2.5',
          )}
        >
          {narrow ? <PanelLeftOpen className="size-4" /> : <PanelLeftClose className="size-4" />}
          <span className={narrow ? 'sr-only' : ''}>{narrow ? 'Widen' : 'Collapse'}</span>
        </button>
      </div>
    </nav>
  );
}
