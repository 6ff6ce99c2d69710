/** What a path carried, hour by hour, against what it may: the limit that was learned, and the one that was set. */
import type { MeasuresWindow, Path, PathMeasures } from '@sluice/sdk';
import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { sluice } from '../../api/client.ts';
import { Segments } from '../../ui/choice.tsx';
import { type Line, Lines } from '../../ui/lines.tsx';
import { Empty, Failure, Panel, Skeleton } from '../../ui/panel.tsx';

const WINDOWS = [
  { value: '24h', label: '24 hours' },
  { value: '7d', label: '7 days' },
  { value: '30d', label: '30 days' },
] as const satisfies readonly { value: MeasuresWindow; label: string }[];
const HOUR_MS = 3_600_000;
const hour = new Intl.DateTimeFormat(undefined, { weekday: 'short', hour: '2-digit', minute: '2-digit' });

const measuresQuery = (name: string, window: MeasuresWindow) =>
  queryOptions({
    queryKey: ['paths', name, 'measures', window],
    queryFn: ({ signal }) => sluice.paths.measures(name, { window }, { signal }),
    staleTime: 60_000,
    placeholderData: keepPreviousData,
  });

export function OverTime({ path }: { path: Path }) {
  const [window, setWindow] = useState<MeasuresWindow>('7d');
  const measures = useQuery(measuresQuery(path.name, window));
  return (
    <Panel
      title="At once, over time"
      aside={<Segments label="Time" hideLabel value={window} options={WINDOWS} onChange={setWindow} />}
    >
      {measures.isPending && <Skeleton className="h-48" />}
      {measures.isError && (
        <Failure
          error={measures.error}
          what="The measures could not be read."
          retry={() => measures.refetch()}
        />
      )}
      {measures.data && <Drawn measures={measures.data} />}
    </Panel>
  );
}

function Drawn({ measures }: { measures: PathMeasures }) {
  const { at, lines } = useMemo(() => linesOf(measures), [measures]);
  if (at.length === 0) {
    return (
      <Empty title="No traffic in this time">
        What ran at once in each hour appears here, beside what was learned and what was set.
      </Empty>
    );
  }
  return (
    <Lines
      label={`Tasks at once by hour, most ${measures.most_in_flight}, and the limits as they are now`}
      at={at}
      atText={hourText}
      lines={lines}
    />
  );
}

function hourText(ms: number): string {
  return hour.format(ms);
}

/** Hours without traffic are told by nobody, and are drawn as what they were: nothing. */
function linesOf({ hours, limits }: PathMeasures): { at: number[]; lines: Line[] } {
  const known = new Map(hours.map((each) => [Date.parse(each.hour), each]));
  const first = Math.min(...known.keys());
  const count = known.size === 0 ? 0 : (Math.max(...known.keys()) - first) / HOUR_MS + 1;
  // One more, so that a single hour is a stretch of time as well.
  const at = count === 0 ? [] : Array.from({ length: count + 1 }, (_, index) => first + index * HOUR_MS);
  const sum = (of: (limit: PathMeasures['limits'][number]) => number | null): number | null => {
    const told = limits.flatMap((limit) => of(limit) ?? []);
    return told.length === 0 ? null : told.reduce((all, each) => all + each, 0);
  };
  const learned = sum((limit) => limit.learned);
  const configured = sum((limit) => limit.configured);
  const level = (name: string, value: number | null, tint: Line['tint']): Line[] =>
    value === null ? [] : [{ name, values: at.map(() => value), tint, dashed: true }];
  return {
    at,
    lines: [
      {
        name: 'most at once',
        values: at.map((ms) => known.get(ms)?.most_in_flight ?? 0),
        tint: '--accent',
        filled: true,
      },
      {
        name: 'refused for want of a slot',
        values: at.map((ms) => known.get(ms)?.refused ?? 0),
        tint: '--warn',
      },
      ...level('learned now, all families', learned, '--tint-3'),
      ...level('configured now', configured, '--tint-4'),
    ],
  };
}
