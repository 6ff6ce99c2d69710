/** The slots of a path and family: a cell for each, filled by how old the work in it is against what is usual. */
import type { Gate } from '@sluice/sdk';
import { Link } from '@tanstack/react-router';
import { cx } from '../ui/class.ts';
import { useNow } from '../ui/clock.ts';
import { spanText } from '../ui/time.tsx';

type Family = Gate['paths'][number]['families'][number];
type Slot = Family['slots'][number];

/** Beyond these, cells are as thin as they can be told apart. */
const ROOMY = 40;
const DRAWN_MOST = 200;

export function Slots({ family, named }: { family: Family; named: boolean }) {
  const nowMs = useNow();
  const { slots, effective, occupied, configured, learned } = family;
  // What is configured and not used, because less was learned or the path rests, is drawn as held back.
  const cells = Math.min(DRAWN_MOST, Math.max(effective, occupied, configured ?? 0));
  const width = cells <= ROOMY ? 'w-3.5' : 'w-2';
  return (
    <div className="min-w-0">
      <div className="flex flex-wrap gap-[3px]">
        {Array.from({ length: cells }, (_, at) => (
          <Cell
            // biome-ignore lint/suspicious/noArrayIndexKey: a slot is a place; what stands in it changes.
            key={at}
            slot={slots[at] ?? null}
            occupied={at < occupied}
            nowMs={nowMs}
            className={cx(width, at >= effective && 'border-dashed opacity-60')}
          />
        ))}
        {cells < Math.max(effective, occupied, configured ?? 0) && (
          <span className="self-center pl-1 text-ink-3">
            +{Math.max(effective, occupied, configured ?? 0) - cells}
          </span>
        )}
      </div>
      <p className="mt-1 flex flex-wrap gap-x-3 text-xs text-ink-3">
        {named && <span className="font-mono text-ink-2">{family.family}</span>}
        <span>
          <b className="font-medium text-ink">{occupied}</b> of {effective} busy
        </span>
        {family.oldest_since !== null && (
          <span>oldest {spanText((nowMs - Date.parse(family.oldest_since)) / 1_000)}</span>
        )}
        {learned !== null && <span>learned {learned}</span>}
        {configured !== null && <span>configured {configured}</span>}
        {family.unknown > 0 && <span className="text-doubt">{family.unknown} looked up</span>}
      </p>
    </div>
  );
}

type CellProps = { slot: Slot | null; occupied: boolean; nowMs: number; className: string };

function Cell({ slot, occupied, nowMs, className }: CellProps) {
  const box = cx('relative block h-7 shrink-0 overflow-hidden rounded-[2.5px] border', className);
  if (slot === null) {
    return <span className={cx(box, occupied ? 'border-line-strong bg-line' : 'border-line-strong/50')} />;
  }
  const seconds = (nowMs - Date.parse(slot.since)) / 1_000;
  const level = Math.min(1, Math.max(0.08, seconds / Math.max(1, slot.usual_seconds)));
  const word = slot.late ? `${slot.state}, late` : slot.state;
  const title = `${word}: ${spanText(seconds)} of usually ${spanText(slot.usual_seconds)}`;
  const inside =
    slot.state === 'unknown' ? null : (
      <span
        className={cx(
          'absolute inset-x-0 bottom-0 transition-[height] duration-1000 ease-linear',
          slot.account === null ? 'bg-line-strong' : 'bg-accent',
          slot.state === 'sending' && 'opacity-50',
        )}
        style={{ height: `${level * 100}%` }}
      />
    );
  const look = cx(
    box,
    slot.state === 'unknown'
      ? 'hatched border-doubt'
      : slot.late
        ? 'border-2 border-warn-fill'
        : 'border-accent',
  );
  if (slot.task_id === null) {
    return (
      <span className={look} title={title}>
        {inside}
      </span>
    );
  }
  return (
    <Link to="/tasks/$id" params={{ id: slot.task_id }} tabIndex={-1} title={title} className={look}>
      {inside}
    </Link>
  );
}
