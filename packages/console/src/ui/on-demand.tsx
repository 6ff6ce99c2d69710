/**
 * What opens by a press is fetched when somebody presses, and for most people has come before: it is fetched as soon
 * as a pointer or a key moves. Until then a plain button stands there, which looks and is called the same.
 */
import { type ButtonHTMLAttributes, type ReactNode, Suspense, useState } from 'react';

export type ButtonProps = Pick<
  ButtonHTMLAttributes<HTMLButtonElement>,
  'aria-label' | 'className' | 'children'
>;

type OnDemandProps = ButtonProps & {
  /** The same button with what it opens, open. */
  opened: (button: ButtonProps) => ReactNode;
  opens: 'menu' | 'listbox';
};

export function OnDemand({ opened, opens, ...button }: OnDemandProps) {
  const [asked, setAsked] = useState(false);
  const standIn = (
    <button
      type="button"
      aria-haspopup={opens}
      aria-expanded={false}
      {...button}
      onClick={() => setAsked(true)}
      onKeyDown={(event) => {
        if (event.key !== 'ArrowDown') return;
        event.preventDefault();
        setAsked(true);
      }}
    />
  );
  if (!asked) return standIn;
  return <Suspense fallback={standIn}>{opened(button)}</Suspense>;
}

/** Whether it is so, or was before. */
export function useEver(now: boolean): boolean {
  const [ever, setEver] = useState(now);
  if (now && !ever) setEver(true);
  return now || ever;
}

/** Once, at the first sign of somebody: what they may press is there when they do. */
export function onFirstSign(fetch: () => void): () => void {
  const done = new AbortController();
  for (const sign of ['pointermove', 'pointerdown', 'keydown', 'focusin'] as const) {
    window.addEventListener(
      sign,
      () => {
        done.abort();
        fetch();
      },
      { signal: done.signal, passive: true },
    );
  }
  return () => done.abort();
}
