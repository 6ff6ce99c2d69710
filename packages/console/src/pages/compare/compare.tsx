/** Which path for our mix: the verdict, what each one costs, five checks beside each other, what is still open. */
import type { CompareRequest, Comparison, MixLine, Model } from '@sluice/sdk';
import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { sluice } from '../../api/client.ts';
import { activityQuery, modelsQuery } from '../../api/queries.ts';
import { useSession } from '../../app/session-context.ts';
import { NumberField, Tick } from '../../ui/field.tsx';
import { Empty, Failure, PageHead, Panel, SkeletonRows } from '../../ui/panel.tsx';
import { ClipLines, firstLine } from './clip-lines.tsx';
import { Exports } from './exports.tsx';
import { Matrix } from './matrix.tsx';
import { Questions } from './questions.tsx';
import type { CompareSearch } from './search.ts';

const IN_A_MONTH = 1_000;
const A_MONTH_HOURS = 720;

const comparisonQuery = (request: CompareRequest) =>
  queryOptions({
    queryKey: ['comparison', request],
    queryFn: ({ signal }) => sluice.comparisons.create(request, { signal }),
    staleTime: 60_000,
    placeholderData: keepPreviousData,
  });

export function Compare() {
  const models = useQuery(modelsQuery);
  const activity = useQuery(activityQuery(A_MONTH_HOURS));
  if (models.isPending || activity.isPending) {
    return (
      <>
        <Head comparison={undefined} />
        <SkeletonRows rows={6} className="h-16" />
      </>
    );
  }
  if (models.isError) {
    return (
      <Failure error={models.error} what="The models could not be read." retry={() => models.refetch()} />
    );
  }
  return <Asked models={models.data.data} ordered={activity.data?.models[0]?.model} />;
}

function Asked({ models, ordered }: { models: readonly Model[]; ordered: string | undefined }) {
  const { sandbox } = useSession();
  const search = useSearch({ from: '/compare' });
  const navigate = useNavigate({ from: '/compare' });
  const ask = (change: Partial<CompareSearch>): void =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true, resetScroll: false });
  const begin = firstLine(models, IN_A_MONTH, ordered);
  const mix = search.mix ?? (begin ? [begin] : []);
  // Where there is nothing but emulators, they are what there is to compare.
  const sandboxes = search.sandboxes ?? sandbox;
  const comparison = useQuery({
    ...comparisonQuery({
      mix,
      vendors: search.own !== true,
      sandboxes,
      ...(search.peak !== undefined && { peak_in_flight: search.peak }),
    }),
    enabled: mix.length > 0,
  });
  return (
    <>
      <Head comparison={comparison.data} />
      <div className="grid gap-5">
        <Mix models={models} mix={mix} search={search} sandboxes={sandboxes} ask={ask} />
        {comparison.isPending && <SkeletonRows rows={5} className="h-20" />}
        {comparison.isError && (
          <Failure
            error={comparison.error}
            what="It could not be compared."
            retry={() => comparison.refetch()}
          />
        )}
        {comparison.data && <Answer comparison={comparison.data} />}
      </div>
    </>
  );
}

function Head({ comparison }: { comparison: Comparison | undefined }) {
  return (
    <PageHead
      title="Compare"
      under="Paths and vendors for one mix of orders, from what is measured, declared and unknown."
      aside={<Exports comparison={comparison} />}
    />
  );
}

type MixProps = {
  models: readonly Model[];
  mix: readonly MixLine[];
  search: CompareSearch;
  sandboxes: boolean;
  ask: (change: Partial<CompareSearch>) => void;
};

function Mix({ models, mix, search, sandboxes, ask }: MixProps) {
  const { sandbox } = useSession();
  return (
    <Panel title="Your mix" className="print:hidden">
      <div className="grid gap-4">
        <ClipLines models={models} lines={mix} counted="A month" onChange={(lines) => ask({ mix: lines })} />
        <div className="flex flex-wrap items-end gap-x-6 gap-y-3 border-t pt-4">
          <NumberField
            label="At once, at your peak"
            value={search.peak ?? null}
            least={1}
            most={1_000_000}
            placeholder="not told"
            onChange={(peak) => ask({ peak })}
            onEmpty={() => ask({ peak: undefined })}
          />
          <Tick
            label="Vendors without a path"
            on={search.own !== true}
            onChange={(on) => ask({ own: on ? undefined : true })}
          />
          {!sandbox && (
            <Tick
              label="Emulators"
              on={sandboxes}
              onChange={(on) => ask({ sandboxes: on ? true : undefined })}
            />
          )}
        </div>
      </div>
    </Panel>
  );
}

function Answer({ comparison }: { comparison: Comparison }) {
  if (comparison.candidates.length === 0) {
    return (
      <Empty title="There is nothing to compare">Add a path, or let vendors without one take part.</Empty>
    );
  }
  const [first, ...rest] = comparison.verdict.sentences;
  return (
    <>
      <section aria-label="Verdict" className="rounded-lg border border-accent-line bg-accent-soft p-4">
        <p className="text-[1.07rem] font-medium">{first}</p>
        {rest.length > 0 && (
          <ul className="mt-2 grid gap-1 text-ink-2">
            {rest.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        )}
      </section>
      <Matrix comparison={comparison} />
      <Questions candidates={comparison.candidates} />
    </>
  );
}
