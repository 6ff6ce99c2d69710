/** What a path carried, hour by hour, against what it may: the limit that was learned, and the one that was set. */
import type { LimitChange, MeasuresWindow, Path, PathMeasures } from '@sluice/sdk';
import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { sluice } from '../../api/client.ts';
import { Segments } from '../../ui/choice.tsx';
import { type Line, Lines } from '../../ui/lines.tsx';
import { LOCALE } from '../../ui/locale.ts';
import { Empty, Failure, Panel, Skeleton } from '../../ui/panel.tsx';
import { stepsOf } from './limit-steps.ts';

const WINDOWS = [
  { value: '24h', label: '24 hours' },
  { value: '7d', label: '7 days' },
  { value: '30d', label: '30 days' },
] as const satisfies readonly { value: MeasuresWindow; label: string }[];
const HOUR_MS = 3_600_000;
const hour = new Intl.DateTimeFormat(LOCALE, { weekday: 'short', hour: '2-digit', minute: '2-digit' });

const measuresQuery = (name: string, window: MeasuresWindow) =>
  queryOptions({
    queryKey: ['paths', name, 'measures', window],
    queryFn: ({ signal }) => sluice.paths.measures(name, { window }, { signal }),
    staleTime: 60_000,
    placeholderData: keepPreviousData,
  });

const changesQuery = (name: string, window: MeasuresWindow) =>
  queryOptions({
    queryKey: ['paths', name, 'limit-changes', window],
    queryFn: ({ signal }) => sluice.paths.limitChanges(name, { window }, { signal }),
    staleTime: 60_000,
    placeholderData: keepPreviousData,
  });
const NO_CHANGES: readonly LimitChange[] = [];

export function OverTime({ path }: { path: Path }) {
  const [window, setWindow] = useState<MeasuresWindow>('7d');
  const measures = useQuery(measuresQuery(path.name, window));
  const changes = useQuery(changesQuery(path.name, window));
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
      {measures.data && <Drawn measures={measures.data} changes={changes.data?.data ?? NO_CHANGES} />}
    </Panel>
  );
}

function Drawn({ measures, changes }: { measures: PathMeasures; changes: readonly LimitChange[] }) {
  const { at, lines } = useMemo(() => linesOf(measures, changes), [measures, changes]);
  if (at.length === 0) {
    return (
      <Empty title="No traffic in this time">
        What ran at once in each hour appears here, beside what was learned and what was set.
      </Empty>
    );
  }
  return (
    <Lines
      label={`Tasks at once by hour, most ${measures.most_in_flight}, and the limits as they changed`}
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
function linesOf({ hours }: PathMeasures, changes: readonly LimitChange[]): { at: number[]; lines: Line[] } {
  const known = new Map(hours.map((each) => [Date.parse(each.hour), each]));
  if (known.size === 0) return { at: [], lines: [] };
  const first = Math.min(...known.keys());
  // One more, so that a single hour is a stretch of time as well.
  const last = Math.max(...known.keys()) + HOUR_MS;
  const count = (last - first) / HOUR_MS + 1;
  const moves = changes.map((change) => Date.parse(change.at)).filter((ms) => ms > first && ms < last);
  const marks = Array.from({ length: count }, (_, index) => first + index * HOUR_MS);
  const at = [...new Set([...marks, ...moves])].sort((a, b) => a - b);
  const families = [...new Set(hours.flatMap(({ limits }) => limits.map(({ family }) => family)))];
  const hourOf = (ms: number) => known.get(ms - ((ms - first) % HOUR_MS));
  const level = (name: string, of: 'learned' | 'configured', tint: Line['tint']): Line[] => {
    const values = stepsOf(changes, families, at, of);
    const told = values.some((value) => value !== null);
    return told ? [{ name, values, tint, dashed: true, stepped: true }] : [];
  };
  return {
    at,
    lines: [
      {
        name: 'most at once',
        values: at.map((ms) => hourOf(ms)?.most_in_flight ?? 0),
        tint: '--accent',
        filled: true,
        stepped: true,
      },
      {
        name: 'refused for want of a slot',
        values: at.map((ms) => hourOf(ms)?.refused ?? 0),
        tint: '--warn',
        stepped: true,
      },
      ...level('learned', 'learned', '--tint-3'),
      ...level('configured', 'configured', '--tint-4'),
    ],
  };
}
