/** Short notes at the edge of the page; read out, and gone by themselves unless they offer something. */
import { useSyncExternalStore } from 'react';
import { Button } from './button.tsx';
import { cx } from './class.ts';

export type Toast = {
  text: string;
  tone?: 'plain' | 'bad' | 'ok';
  action?: { label: string; run: () => void };
};

type Shown = Toast & { id: number };

const PLAIN_MS = 3_500;
const ACTION_MS = 9_000;
let shown: readonly Shown[] = [];
let next = 1;
const listeners = new Set<() => void>();

export function toast(given: Toast): void {
  const id = next++;
  set([...shown.slice(-3), { ...given, id }]);
  setTimeout(() => drop(id), given.action || given.tone === 'bad' ? ACTION_MS : PLAIN_MS);
}

function drop(id: number): void {
  set(shown.filter((each) => each.id !== id));
}

function set(toasts: readonly Shown[]): void {
  shown = toasts;
  for (const listener of listeners) listener();
}

export function Toasts() {
  const toasts = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => shown,
  );
  return (
    <div
      role="status"
      aria-live="polite"
      className="pointer-events-none fixed right-4 bottom-4 left-4 z-50 flex flex-col items-end gap-2"
    >
      {toasts.map((each) => (
        <div
          key={each.id}
          className={cx(
            'pointer-events-auto flex max-w-md items-center gap-3',
            'rounded-lg border bg-surface px-3.5 py-2.5 shadow-lift',
            'animate-[appear_0.16s_ease-out]',
            each.tone === 'bad' && 'border-bad/50 text-bad',
            each.tone === 'ok' && 'border-ok/50',
          )}
        >
          <span>{each.text}</span>
          {each.action && (
            <Button
              small
              onClick={() => {
                each.action?.run();
                drop(each.id);
              }}
            >
              {each.action.label}
            </Button>
          )}
        </div>
      ))}
    </div>
  );
}
