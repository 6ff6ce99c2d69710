/** A window over the page, fetched when the first one opens: a page is whole without it. */
import { lazy, type ReactNode, Suspense } from 'react';
import { useEver } from './on-demand.tsx';

const Window = lazy(async () => ({ default: (await import('./dialog-window.tsx')).Window }));

export type DialogProps = {
  open: boolean;
  /** Left out where there is no way back, as when the session is over. */
  onClose?: () => void;
  title: string;
  children: ReactNode;
  wide?: boolean;
};

export function Dialog(props: DialogProps) {
  // It stays once it was there, because closing is what gives the focus back.
  if (!useEver(props.open)) return null;
  return (
    <Suspense fallback={null}>
      <Window {...props} />
    </Suspense>
  );
}
