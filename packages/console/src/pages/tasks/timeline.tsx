/** Everything that happened, in one order and four lanes: ours, upstream, money, delivery. */
import type { TimelineEntry } from '@sluice/sdk';
import { useQuery } from '@tanstack/react-query';
import { ChevronDown } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { timelineQuery } from '../../api/queries.ts';
import { cx } from '../../ui/class.ts';
import { Failure, Panel, SkeletonRows } from '../../ui/panel.tsx';
import { exactTime } from '../../ui/time.tsx';
import { offsetText } from './offset.ts';
import { Replay } from './replay.tsx';

type LaneName = 'ours' | 'upstream' | 'money' | 'delivery';

const LANES: { name: LaneName; dot: string }[] = [
  { name: 'ours', dot: 'bg-ink-2' },
  { name: 'upstream', dot: 'bg-accent' },
  { name: 'money', dot: 'bg-ok' },
  { name: 'delivery', dot: 'bg-doubt' },
];

const LANE_OF: Record<TimelineEntry['lane'], LaneName> = {
  task: 'ours',
  copy: 'ours',
  upstream: 'upstream',
  money: 'money',
  delivery: 'delivery',
};

export function TaskTimeline({ id }: { id: string }) {
  const timeline = useQuery(timelineQuery(id));
  const [hidden, setHidden] = useState<ReadonlySet<LaneName>>(new Set());
  const [details, setDetails] = useState(false);
  const entries = (timeline.data?.data ?? []).filter(({ lane }) => !hidden.has(LANE_OF[lane]));
  const startMs = Date.parse(timeline.data?.data[0]?.at ?? '');
  const toggle = (name: LaneName): void => {
    const next = new Set(hidden);
    if (!next.delete(name)) next.add(name);
    setHidden(next);
  };
  return (
    <Panel
      title="Timeline"
      flush
      aside={
        <div className="flex flex-wrap items-center gap-x-1.5 gap-y-1">
          {LANES.map(({ name, dot }) => (
            <Toggle key={name} strike on={!hidden.has(name)} onPress={() => toggle(name)}>
              <span className={cx('size-2 rounded-full', dot)} aria-hidden="true" />
              {name}
            </Toggle>
          ))}
          <Toggle on={details} onPress={() => setDetails(!details)}>
            all details
          </Toggle>
        </div>
      }
    >
      {timeline.isPending && (
        <div className="p-4">
          <SkeletonRows rows={10} />
        </div>
      )}
      {timeline.isError && (
        <div className="p-4">
          <Failure
            error={timeline.error}
            what="The timeline could not be read."
            retry={() => timeline.refetch()}
          />
        </div>
      )}
      <ol className="py-1.5">
        {entries.map((entry, at) => (
          <Entry
            // biome-ignore lint/suspicious/noArrayIndexKey: entries have no id and only ever come after each other.
            key={`${entry.at} ${entry.kind} ${at}`}
            entry={entry}
            startMs={startMs}
            open={details}
          />
        ))}
      </ol>
    </Panel>
  );
}

type ToggleProps = { on: boolean; onPress: () => void; children: ReactNode; strike?: boolean };

function Toggle({ on, onPress, children, strike = false }: ToggleProps) {
  return (
    <button
      type="button"
      aria-pressed={on}
      onClick={onPress}
      className={cx(
        'inline-flex h-7 items-center gap-1.5 rounded-md border px-2 text-[0.93rem]',
        on ? 'border-line-strong/60 text-ink' : 'border-line text-ink-3',
        !on && strike && 'line-through decoration-line-strong',
      )}
    >
      {children}
    </button>
  );
}

function Entry({ entry, startMs, open }: { entry: TimelineEntry; startMs: number; open: boolean }) {
  const [opened, setOpened] = useState(false);
  const { at, lane, kind, summary, data } = entry;
  const name = LANE_OF[lane];
  const hasData = Object.keys(data).length > 0;
  const shown = hasData && (open || opened);
  return (
    <li className="px-4">
      <div
        className={
          'grid grid-cols-[4.2rem_auto_minmax(0,1fr)] items-stretch ' +
          'gap-x-3 sm:grid-cols-[4.6rem_auto_9.5rem_minmax(0,1fr)]'
        }
      >
        <time
          dateTime={at}
          title={exactTime(at)}
          className="py-1.5 text-right font-mono text-[0.86rem] text-ink-3"
        >
          {offsetText(Date.parse(at) - startMs)}
        </time>
        <Lanes name={name} />
        <span className="py-1.5 font-mono text-[0.86rem] text-ink-2 max-sm:hidden">{kind}</span>
        <div className="py-1.5">
          <span className="sr-only">{name}: </span>
          <bdi className="[overflow-wrap:anywhere]">{summary}</bdi>
          {hasData && (
            <button
              type="button"
              aria-expanded={shown}
              aria-label={`Details of ${kind}`}
              onClick={() => setOpened(!opened)}
              className="ml-1.5 inline-flex rounded-sm p-0.5 align-middle text-ink-3 hover:bg-sunken hover:text-ink"
            >
              <ChevronDown
                className={cx('size-3.5 transition-transform', shown && 'rotate-180')}
                aria-hidden="true"
              />
            </button>
          )}
          <Replay entry={entry} />
          {shown && (
            <pre
              // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so keys must reach it.
              tabIndex={0}
              className="mt-1.5 overflow-x-auto rounded-md bg-sunken p-2.5 font-mono text-[0.82rem] text-ink-2"
            >
              {JSON.stringify(data, null, 2)}
            </pre>
          )}
        </div>
      </div>
    </li>
  );
}

/** Four rails; the entry's dot sits on its own. */
function Lanes({ name }: { name: LaneName }) {
  return (
    <span className="flex gap-2.5" aria-hidden="true">
      {LANES.map((lane) => (
        <span key={lane.name} className="relative flex w-2 justify-center">
          <span className="w-px bg-line" />
          {lane.name === name && <span className={cx('absolute top-3 size-2 rounded-full', lane.dot)} />}
        </span>
      ))}
    </span>
  );
}
