/** Named filters: one press away, and the present ones with a field for their name. */
import { Link } from '@tanstack/react-router';
import { Bookmark, X } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { cx } from '../../ui/class.ts';
import { INPUT } from '../../ui/field.tsx';
import { forget, type Kept, keep, useKept } from './kept.ts';
import type { TasksSearch } from './search.ts';

export function KeptFilters({ search }: { search: TasksSearch }) {
  const kept = useKept();
  const [naming, setNaming] = useState(false);
  const here = kept.find((each) => isSame(each.search, search));
  const filtered = Object.keys(search).length > 0;
  if (kept.length === 0 && !filtered) return null;
  return (
    <div className="flex flex-wrap items-center gap-2">
      {kept.map((each) => (
        <Chip key={each.name} kept={each} here={each === here} />
      ))}
      {naming && <Naming search={search} onDone={() => setNaming(false)} />}
      {!naming && filtered && here === undefined && (
        <Button
          small
          kind="quiet"
          icon={<Bookmark className="size-3.5" aria-hidden="true" />}
          onClick={() => setNaming(true)}
        >
          Keep these filters
        </Button>
      )}
    </div>
  );
}

function isSame(a: TasksSearch, b: TasksSearch): boolean {
  const sorted = (search: TasksSearch) => JSON.stringify(Object.entries(search).sort());
  return sorted(a) === sorted(b);
}

function Chip({ kept: { name, search }, here }: { kept: Kept; here: boolean }) {
  return (
    <span
      className={cx(
        'inline-flex h-7 items-center rounded-md border',
        here ? 'border-accent bg-accent-soft font-medium' : 'bg-surface',
      )}
    >
      <Link to="/tasks" search={search} replace className="max-w-48 truncate rounded-md py-1 pl-2.5">
        <bdi>{name}</bdi>
      </Link>
      <button
        type="button"
        aria-label={`Forget ${name}`}
        title="Forget"
        onClick={() => forget(name)}
        className="inline-flex size-7 items-center justify-center rounded-md text-ink-3 hover:text-ink"
      >
        <X className="size-3.5" aria-hidden="true" />
      </button>
    </span>
  );
}

function Naming({ search, onDone }: { search: TasksSearch; onDone: () => void }) {
  const [name, setName] = useState('');
  return (
    <form
      className="flex items-center gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim() !== '') keep(name.trim(), search);
        onDone();
      }}
    >
      <input
        // biome-ignore lint/a11y/noAutofocus: it appears because somebody asked for it.
        autoFocus
        aria-label="Name of these filters"
        placeholder="Name, in this browser only"
        value={name}
        maxLength={40}
        onChange={(event) => setName(event.target.value)}
        onKeyDown={({ key }) => key === 'Escape' && onDone()}
        className={cx(INPUT, 'h-7')}
      />
      <Button small type="submit">
        Keep
      </Button>
    </form>
  );
}
