/** What stands around every page: the rail, the bar above, the palette, the keys. */
import { Outlet, useRouterState } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { onFirstSign, useEver } from '../ui/on-demand.tsx';
import { SkeletonRows } from '../ui/panel.tsx';
import { Help, useGlobalKeys } from './keys.tsx';
import { Rail } from './rail.tsx';
import { TopBar } from './top-bar.tsx';

const fetchPalette = async () => ({ default: (await import('./palette.tsx')).Palette });
const Palette = lazy(fetchPalette);

export function Frame() {
  const [palette, setPalette] = useState(false);
  const [help, setHelp] = useState(false);
  const sought = useEver(palette);
  const main = useRef<HTMLElement>(null);
  const path = useRouterState({ select: (state) => state.location.pathname });
  useGlobalKeys({ onSearch: () => setPalette(true), onHelp: () => setHelp(true) });
  const shown = useRef(path);
  // With it comes everything that menus and dialogs are made of.
  useEffect(() => onFirstSign(() => void fetchPalette()), []);
  useEffect(() => {
    // A new page is read from its top, also by those who hear it.
    if (shown.current !== path) main.current?.focus({ preventScroll: true });
    shown.current = path;
  }, [path]);
  return (
    <div className="flex min-h-dvh">
      <a
        href="#main"
        className="absolute -top-20 left-3 z-50 rounded-md bg-accent px-3 py-2 text-accent-ink focus:top-3"
      >
        Skip to the page
      </a>
      <Rail />
      <div className="flex min-w-0 flex-1 flex-col">
        <TopBar onSearch={() => setPalette(true)} />
        <main
          id="main"
          ref={main}
          tabIndex={-1}
          className="mx-auto w-full max-w-[1440px] flex-1 px-4 py-5 max-md:pb-22 outline-none sm:px-6 lg:px-8"
        >
          <Suspense fallback={<SkeletonRows rows={6} className="h-14" />}>
            <Outlet />
          </Suspense>
        </main>
      </div>
      {sought && (
        <Suspense fallback={null}>
          <Palette open={palette} onClose={() => setPalette(false)} />
        </Suspense>
      )}
      <Help open={help} onClose={() => setHelp(false)} />
    </div>
  );
}
