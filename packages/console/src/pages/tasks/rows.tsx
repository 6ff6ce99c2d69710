/** The rows: only those in sight exist in the page, so a hundred thousand cost what fifty do. */
// biome-ignore-all lint/a11y/useSemanticElements: rows are placed by hand, which table elements do not allow.
// biome-ignore-all lint/a11y/useFocusableInteractive: the link in a row has the focus, its cells have none.
import { Link, useNavigate } from '@tanstack/react-router';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { TaskLine } from '../../api/tasks-feed.ts';
import { isWriting } from '../../app/keys.tsx';
import { Amount } from '../../ui/amount.tsx';
import { cx } from '../../ui/class.ts';
import { useNow } from '../../ui/clock.ts';
import { shortId } from '../../ui/id.tsx';
import { Poster } from '../../ui/poster.tsx';
import { StageChip } from '../../ui/stage.tsx';
import { Ago, secondsBetween, spanText } from '../../ui/time.tsx';

const ROW_PX = 58;
const OVERSCAN = 12;
const GRID =
  'grid items-center gap-x-3 px-3 grid-cols-[3.5rem_minmax(0,1fr)_auto] sm:grid-cols-[4.5rem_minmax(0,1fr)_auto] ' +
  'md:grid-cols-[4.5rem_minmax(0,1fr)_9rem_7.5rem_4.5rem_4.5rem_6.5rem] ' +
  'xl:grid-cols-[4.5rem_minmax(0,1fr)_11rem_9rem_8.5rem_5.5rem_5.5rem_7rem]';

type RowsProps = { rows: readonly TaskLine[]; more: boolean; loadMore: () => void };

export function Rows({ rows, more, loadMore }: RowsProps) {
  const place = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  useLayoutEffect(() => setTop(place.current?.offsetTop ?? 0), []);
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => ROW_PX,
    overscan: OVERSCAN,
    scrollMargin: top,
    getItemKey: (at) => rows[at]?.id ?? at,
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (more && last >= rows.length - OVERSCAN * 3) loadMore();
  }, [more, last, rows.length, loadMore]);
  const chosen = useRowKeys(rows, (at) => virtual.scrollToIndex(at, { align: 'auto' }));
  return (
    <div
      role="table"
      aria-label="Tasks"
      aria-rowcount={more ? -1 : rows.length + 1}
      className="text-[0.96rem]"
    >
      <Head />
      <div ref={place} role="rowgroup" className="relative" style={{ height: virtual.getTotalSize() }}>
        {items.map((item) => {
          const row = rows[item.index];
          return (
            row && (
              <div
                key={item.key}
                role="row"
                aria-rowindex={item.index + 2}
                className={cx(
                  GRID,
                  'absolute inset-x-0 top-0 border-b hover:bg-sunken',
                  chosen === item.index && 'bg-accent-soft',
                )}
                style={{ height: ROW_PX, transform: `translateY(${item.start - top}px)` }}
              >
                <Row row={row} />
              </div>
            )
          );
        })}
      </div>
    </div>
  );
}

function Head() {
  const cell = 'text-ink-3';
  return (
    <div role="rowgroup" className="sticky top-13 z-10 rounded-t-lg border-b bg-surface max-md:hidden">
      <div role="row" className={cx(GRID, 'h-9')}>
        <span role="columnheader" className={cell}>
          Clip
        </span>
        <span role="columnheader" className={cell}>
          Prompt
        </span>
        <span role="columnheader" className={cx(cell, 'max-xl:hidden')}>
          Model
        </span>
        <span role="columnheader" className={cell}>
          Stage
        </span>
        <span role="columnheader" className={cell}>
          Path
        </span>
        <span role="columnheader" className={cx(cell, 'text-right')}>
          Wait
        </span>
        <span role="columnheader" className={cx(cell, 'text-right')}>
          Render
        </span>
        <span role="columnheader" className={cx(cell, 'text-right')}>
          Charge
        </span>
      </div>
    </div>
  );
}

function Row({ row }: { row: TaskLine }) {
  const { id, prompt, model, stage, path, poster } = row;
  return (
    <>
      <span role="cell">
        <Poster url={poster} className="h-8 w-14 sm:h-10 sm:w-18" />
      </span>
      <span role="cell" className="min-w-0">
        <Link
          to="/tasks/$id"
          params={{ id }}
          className={
            'block truncate font-medium outline-none after:absolute after:inset-0 ' +
            'focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent'
          }
        >
          <bdi>{prompt || 'no prompt'}</bdi>
        </Link>
        <span className="block truncate text-[0.93rem] text-ink-3">
          <span className="font-mono max-sm:hidden">{shortId(id)} </span>
          <Ago at={row.created_at} />
          <span className="xl:hidden"> · {model}</span>
        </span>
      </span>
      <span role="cell" className="truncate text-ink-2 max-xl:hidden">
        {model}
      </span>
      <span role="cell" className="max-md:justify-self-end">
        <StageChip stage={stage} />
        <StageDetail row={row} />
      </span>
      <span role="cell" className="truncate text-ink-2 max-md:hidden">
        {path ?? '–'}
      </span>
      <Times row={row} />
      <span role="cell" className="text-right max-md:hidden">
        {row.charge ? (
          <Amount {...row.charge} />
        ) : row.held ? (
          <span className="text-ink-3">
            <Amount {...row.held} /> held
          </span>
        ) : (
          '–'
        )}
      </span>
    </>
  );
}

function StageDetail({ row: { stage, progress, position } }: { row: TaskLine }) {
  if (stage === 'rendering') return <span className="ml-1.5 text-ink-3">{progress} %</span>;
  if (stage === 'queued' && position !== null) return <span className="ml-1.5 text-ink-3">#{position}</span>;
  return null;
}

function Times({ row }: { row: TaskLine }) {
  const ended = row.finished_at !== null;
  return ended ? <FixedTimes row={row} nowMs={0} /> : <RunningTimes row={row} />;
}

/** Only rows that still move need the clock. */
function RunningTimes({ row }: { row: TaskLine }) {
  return <FixedTimes row={row} nowMs={useNow()} />;
}

function FixedTimes({ row, nowMs }: { row: TaskLine; nowMs: number }) {
  const waited = secondsBetween(row.created_at, row.started_at ?? row.finished_at, nowMs);
  const rendered = secondsBetween(row.started_at, row.finished_at, nowMs);
  return (
    <>
      <span role="cell" className="text-right whitespace-nowrap text-ink-2 max-md:hidden">
        {waited === null ? '–' : spanText(waited)}
      </span>
      <span role="cell" className="text-right whitespace-nowrap text-ink-2 max-md:hidden">
        {rendered === null ? '–' : spanText(rendered)}
      </span>
    </>
  );
}

/** j and k walk, Enter opens. */
function useRowKeys(rows: readonly TaskLine[], show: (at: number) => void): number | null {
  const [chosen, setChosen] = useState<number | null>(null);
  const navigate = useNavigate();
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (isWriting(event.target) || event.metaKey || event.ctrlKey || event.altKey) return;
      const step = event.key === 'j' ? 1 : event.key === 'k' ? -1 : 0;
      if (step !== 0) {
        const at = Math.max(0, Math.min(rows.length - 1, (chosen ?? -1) + step));
        setChosen(at);
        show(at);
      }
      const row = chosen === null ? undefined : rows[chosen];
      const onPage = event.target === document.body || (event.target as HTMLElement | null)?.id === 'main';
      if (event.key === 'Enter' && row && onPage) void navigate({ to: '/tasks/$id', params: { id: row.id } });
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, [rows, chosen, show, navigate]);
  return chosen;
}
