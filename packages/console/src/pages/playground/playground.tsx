/** Try a model: the form at the left, what comes of it at the right, the same order as code below. */
import type { Model } from '@sluice/sdk';
import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { modelsQuery } from '../../api/queries.ts';
import { Empty, Failure, PageHead, SkeletonRows } from '../../ui/panel.tsx';
import { Bench } from './bench.tsx';

export function Playground() {
  const models = useQuery(modelsQuery);
  const { model } = useSearch({ from: '/playground' });
  const reachable = (models.data?.data ?? []).filter(({ paths }) => paths.length > 0);
  return (
    <>
      <PageHead title="Playground" />
      {models.isPending && <SkeletonRows rows={4} className="h-24" />}
      {models.isError && (
        <Failure error={models.error} what="The models could not be read." retry={() => models.refetch()} />
      )}
      {models.data && reachable.length === 0 && (
        <Empty title="No path leads to a model yet">
          Add one on the machine of the gateway: <code className="font-mono">sluice paths add kling</code>
        </Empty>
      )}
      {reachable.length > 0 && (
        <Bench models={reachable} begin={firstOf(reachable, model)} key={model ?? ''} />
      )}
    </>
  );
}

function firstOf(models: readonly Model[], wanted: string | undefined): Model {
  const found = models.find(({ id }) => id === wanted) ?? models.find(({ modes }) => modes['text-to-video']);
  const [first] = models;
  if (first === undefined) throw new Error('there is no model');
  return found ?? first;
}
