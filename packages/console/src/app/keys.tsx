/** Keys that work everywhere, and the page that lists them. Never while somebody writes. */
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useEffectEvent } from 'react';
import { Dialog } from '../ui/dialog.tsx';

export function isWriting(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      target.closest('input:not([type=radio], [type=checkbox]), textarea, select') !== null)
  );
}

type Global = { onSearch: () => void; onHelp: () => void };

export function useGlobalKeys({ onSearch, onHelp }: Global): void {
  const navigate = useNavigate();
  const press = useEffectEvent((event: KeyboardEvent) => {
    if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === 'k') {
      event.preventDefault();
      onSearch();
      return;
    }
    const busy = isWriting(event.target) || document.querySelector('[role=dialog][data-open]') !== null;
    if (busy || event.metaKey || event.ctrlKey || event.altKey || event.defaultPrevented) return;
    if (event.key === '/') {
      event.preventDefault();
      onSearch();
    }
    if (event.key === '?') onHelp();
    if (event.key === 'c') {
      event.preventDefault();
      void navigate({ to: '/playground' });
    }
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent): void => press(event);
    window.addEventListener('keydown', listener);
    return () => window.removeEventListener('keydown', listener);
  }, []);
}

const KEYS: [keys: string[], does: string][] = [
  [['/', 'Ctrl K'], 'Search, jump to a page, open a task by its id'],
  [['c'], 'Create a clip'],
  [['j', 'k'], 'Next and previous row of a list'],
  [['Enter'], 'Open the row'],
  [['Ctrl Enter'], 'Send the order in the playground'],
  [['Esc'], 'Close what is open'],
  [['?'], 'This list'],
];

export function Help({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Dialog open={open} onClose={onClose} title="Keys">
      <dl className="grid grid-cols-[auto_1fr] gap-x-5 gap-y-2.5">
        {KEYS.map(([keys, does]) => (
          <div key={does} className="contents">
            <dt className="flex gap-1">
              {keys.map((key) => (
                <kbd key={key} className="rounded-sm border bg-sunken px-1.5 font-mono text-[0.93rem]">
                  {key}
                </kbd>
              ))}
            </dt>
            <dd className="text-ink-2">{does}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
