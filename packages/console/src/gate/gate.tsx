/**
 * The gate, the picture of the product: who waits, which slots are taken and for how long, what came out. It is
 * drawn for the eye and told as a table to everybody else; both are made from one snapshot.
 */
import type { Gate as Snapshot } from '@sluice/sdk';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { useSession } from '../app/session-context.ts';
import { AsTable } from '../ui/as-table.tsx';
import { cx } from '../ui/class.ts';
import { Finished } from './finished.tsx';
import { Queue } from './queue.tsx';
import { Slots } from './slots.tsx';
import { GateTable } from './table.tsx';

type Path = Snapshot['paths'][number];
type Family = Path['families'][number];

export function Gate({ snapshot }: { snapshot: Snapshot }) {
  const [asTable, setAsTable] = useState(false);
  const busy = snapshot.paths
    .flatMap(({ families }) => families)
    .reduce((sum, each) => sum + each.occupied, 0);
  const waiting = snapshot.queue.reduce((sum, queue) => sum + waitingIn(queue), 0);
  return (
    <section aria-label="The gate" className="rounded-lg border bg-surface">
      <header className="flex min-h-11 flex-wrap items-center justify-between gap-x-4 border-b px-4 py-2">
        <h2>
          The gate
          <span className="ml-3 font-normal text-ink-2">
            {busy === 0 && waiting === 0 ? 'quiet' : `${busy} in flight, ${waiting} waiting`}
          </span>
        </h2>
        <AsTable on={asTable} onChange={setAsTable} />
      </header>
      {!asTable && <Picture snapshot={snapshot} />}
      <div className={asTable ? 'overflow-x-auto p-4' : 'sr-only'}>
        <GateTable snapshot={snapshot} links={asTable} />
      </div>
    </section>
  );
}

export function waitingIn({ lanes, others }: Snapshot['queue'][number]): number {
  return lanes.reduce((sum, lane) => sum + lane.waiting, others.waiting);
}

/** With more lanes than are seen at a glance, those where nothing happens are told in a line. */
const LANES_DRAWN = 16;

/** Left to right, as the work flows. */
function Picture({ snapshot }: { snapshot: Snapshot }) {
  const lanes = snapshot.paths.reduce((sum, { families }) => sum + families.length, 0);
  const awaited = new Set(snapshot.queue.map(({ family }) => family));
  const folded = (family: Family): boolean =>
    lanes > LANES_DRAWN && family.occupied === 0 && !awaited.has(family.family);
  return (
    <div aria-hidden="true" className="grid gap-x-6 gap-y-5 p-4 lg:grid-cols-[13rem_minmax(0,1fr)_15rem]">
      <Column name="waiting">
        <Queue queue={snapshot.queue} />
      </Column>
      <Column name="slots" className="lg:border-x lg:px-6">
        <div className="grid gap-4">
          {snapshot.paths.map((path) => (
            <PathStrip key={path.name} path={path} folded={folded} />
          ))}
        </div>
        {snapshot.paths.length === 0 ? <p className="text-ink-3">No path yet.</p> : <Legend />}
      </Column>
      <Column name="came out">
        <Finished clips={snapshot.finished} />
      </Column>
    </div>
  );
}

function Column({ name, children, className }: { name: string; children: ReactNode; className?: string }) {
  return (
    <div className={cx('min-w-0', className)}>
      <p className="mb-2.5 font-mono text-xs text-ink-3">{name}</p>
      {children}
    </div>
  );
}

/** On narrow screens two beside each other, or one that has all the room. */
export const FAMILIES =
  'grid gap-x-5 gap-y-3 max-md:grid-cols-2 max-md:has-[>:only-child]:grid-cols-1 ' +
  'md:grid-cols-[repeat(auto-fill,minmax(min(100%,13rem),1fr))]';

type PathStripProps = {
  path: Path;
  /** Which of its families are counted instead of drawn. Absent: none. */
  folded?: (family: Family) => boolean;
  /** Absent: yes; not where its name stands above it already. */
  named?: boolean;
};

/** One path with its families; also drawn alone, in a row of a list. */
export function PathStrip({ path, folded = () => false, named = true }: PathStripProps) {
  const { operator } = useSession();
  const resting = path.state !== 'active' || path.health !== 'ok';
  const drawn = path.families.filter((family) => !folded(family));
  const quiet = path.families.filter(folded);
  return (
    <div className="min-w-0">
      <div className="mb-1.5 flex flex-wrap items-baseline gap-x-2.5">
        {named && !operator && <span className="font-medium">{path.name}</span>}
        {named && operator && (
          <Link
            to="/paths/$name"
            params={{ name: path.name }}
            tabIndex={-1}
            className="font-medium hover:underline"
          >
            {path.name}
          </Link>
        )}
        {resting && <span className="text-[0.93rem] text-warn">{restingWord(path)}</span>}
        {quiet.length > 0 && <span className="text-xs text-ink-3">{quietText(quiet, drawn.length)}</span>}
      </div>
      <div className={FAMILIES}>
        {drawn.map((family) => (
          <Slots key={family.family} family={family} named={path.families.length > 1} />
        ))}
      </div>
    </div>
  );
}

function quietText(quiet: readonly Family[], drawn: number): string {
  const slots = quiet.reduce((sum, { effective }) => sum + effective, 0);
  const families = `${quiet.length}${drawn > 0 ? ' more' : ''} ${quiet.length === 1 ? 'family' : 'families'}`;
  return `${families} quiet, ${slots} slots free`;
}

export function restingWord({ state, health }: Pick<Path, 'state' | 'health'>): string {
  if (state !== 'active') return state;
  return health.replaceAll('_', ' ');
}

function Legend() {
  const cell = 'inline-block h-3.5 w-2 rounded-[2px] border align-[-2px] mr-1.5';
  return (
    <p className="mt-4 flex flex-wrap gap-x-4 gap-y-1 text-xs text-ink-3">
      <span>
        <i className={cx(cell, 'border-line-strong/60')} />
        free
      </span>
      <span>
        <i
          className={cx(cell, 'border-accent bg-[linear-gradient(to_top,var(--accent)_55%,transparent_55%)]')}
        />
        busy, level is its age
      </span>
      <span>
        <i className={cx(cell, 'border-2 border-warn-fill bg-accent')} />
        late
      </span>
      <span>
        <i className={cx(cell, 'hatched border-doubt')} />
        answer lost
      </span>
      <span>
        <i className={cx(cell, 'border-dashed border-line-strong/60')} />
        held back
      </span>
    </p>
  );
}
