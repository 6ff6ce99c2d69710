/** Tabs: arrow keys, Home and End walk along them, and what belongs to the chosen one stands below. */
import { type KeyboardEvent, type ReactNode, useId, useRef, useState } from 'react';
import { cx } from './class.ts';

type TabsProps = {
  label: string;
  names: readonly string[];
  /** What belongs to the chosen one. */
  children: (name: string) => ReactNode;
};

export function Tabs({ label, names, children }: TabsProps) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const [wanted, setWanted] = useState(names[0]);
  const chosen = wanted !== undefined && names.includes(wanted) ? wanted : names[0];
  if (chosen === undefined) return null;
  const walk = (event: KeyboardEvent): void => {
    const next = nextOf(event.key, names.indexOf(chosen), names.length);
    if (next === null) return;
    event.preventDefault();
    setWanted(names[next]);
    list.current?.querySelectorAll<HTMLElement>('[role=tab]')[next]?.focus();
  };
  return (
    <>
      <div
        ref={list}
        role="tablist"
        aria-label={label}
        className="flex overflow-x-auto border-b px-2"
        onKeyDown={walk}
      >
        {names.map((name) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`${id}-${name}`}
            aria-selected={name === chosen}
            aria-controls={`${id}-panel`}
            tabIndex={name === chosen ? 0 : -1}
            onClick={() => setWanted(name)}
            className={cx(
              'h-10 border-b-2 px-3 whitespace-nowrap',
              name === chosen
                ? 'border-accent font-medium text-ink'
                : 'border-transparent text-ink-2 hover:text-ink',
            )}
          >
            {name}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${chosen}`} className="relative">
        {children(chosen)}
      </div>
    </>
  );
}

function nextOf(key: string, at: number, count: number): number | null {
  switch (key) {
    case 'ArrowRight':
      return (at + 1) % count;
    case 'ArrowLeft':
      return (at + count - 1) % count;
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return null;
  }
}
