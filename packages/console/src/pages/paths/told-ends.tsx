/** How often what orders were told about their end came true. */
import type { MeasuresWindow, PromiseLine } from '@sluice/sdk';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { sluice } from '../../api/client.ts';
import { Empty, Failure, Panel, Skeleton } from '../../ui/panel.tsx';
import { Table } from '../../ui/table.tsx';

export const promisesQuery = (window: MeasuresWindow) =>
  queryOptions({
    queryKey: ['promises', window],
    queryFn: ({ signal }) => sluice.promises.get({ window }, { signal }),
    staleTime: 60_000,
  });

const WINDOW = '30d';

export function ToldEnds({ path }: { path: string }) {
  const promises = useQuery(promisesQuery(WINDOW));
  if (promises.isPending) return <Skeleton className="h-24" />;
  if (promises.isError) {
    return (
      <Failure
        error={promises.error}
        what="What orders were told could not be read."
        retry={() => promises.refetch()}
      />
    );
  }
  const lines = promises.data.lines.filter((line) => line.path === path);
  return (
    <Panel title="Told ends, of 30 days" flush>
      {lines.length === 0 ? (
        <Empty title="Nothing was told yet">
          Each order is told a range in which four of five like it end. How often that came true appears here.
        </Empty>
      ) : (
        <Told lines={lines} />
      )}
    </Panel>
  );
}

function Told({ lines }: { lines: readonly PromiseLine[] }) {
  return (
    <Table
      label="How often told ends came true; four of five were promised"
      columns={[
        { title: 'Family' },
        { title: 'Render times' },
        { title: 'Come due', right: true },
        { title: 'Ended inside', right: true },
        { title: 'Earlier', right: true },
        { title: 'Later', right: true },
        { title: 'Not counted' },
      ]}
    >
      {lines.map(({ family, basis, end, apart }) => (
        <tr key={`${family} ${basis}`}>
          <td className="font-medium whitespace-nowrap">{family}</td>
          <td>{basis}</td>
          <td className="text-right">{end.of}</td>
          <td className="text-right">{end.share === null ? '–' : `${Math.round(end.share * 100)} %`}</td>
          <td className="text-right">{end.early}</td>
          <td className="text-right">{end.late}</td>
          <td className="text-ink-3">
            {apart.map(({ reason, count }) => `${count} ${reason.replaceAll('_', ' ')}`).join(', ') || 'none'}
          </td>
        </tr>
      ))}
    </Table>
  );
}

/** One sentence, over all paths; nothing until a range has come due. */
export function ToldSentence() {
  const promises = useQuery(promisesQuery(WINDOW));
  if (!promises.data || promises.data.overall.end.of === 0) return null;
  return <p className="text-ink-3">{promises.data.sentence}</p>;
}
