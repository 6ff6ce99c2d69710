/** One model: what it can do, mode by mode, what it costs and where that comes from, and how to order it. */
import type { Model } from '@sluice/sdk';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { modelQuery } from '../../api/queries.ts';
import { ButtonLink } from '../../ui/button.tsx';
import { LoopingClip } from '../../ui/looping-clip.tsx';
import { Failure, PageHead, Panel, SkeletonRows } from '../../ui/panel.tsx';
import { Abilities } from './abilities.tsx';
import { NoClip } from './no-clip.tsx';
import { OrderCode } from './order-code.tsx';
import { Prices } from './prices.tsx';
import { Times } from './render-time.tsx';
import { useSample } from './sample.ts';

export function ModelPage() {
  const { id } = useParams({ from: '/models/$id' });
  const model = useQuery(modelQuery(id));
  if (model.isPending) return <SkeletonRows rows={5} className="h-28" />;
  if (model.isError) {
    return <Failure error={model.error} what="This model could not be read." retry={() => model.refetch()} />;
  }
  return <Whole model={model.data} />;
}

function Whole({ model }: { model: Model }) {
  const { task, pending } = useSample(model);
  return (
    <>
      <PageHead
        title={model.name}
        under={
          <>
            {model.description} <span className="font-mono text-[0.93em] text-ink-3">{model.id}</span>
          </>
        }
        aside={
          model.paths.length > 0 && (
            <ButtonLink to="/playground" search={{ model: model.id }} kind="primary">
              Try it
            </ButtonLink>
          )
        }
      />
      <div className="grid gap-5">
        <div className="grid gap-5 lg:grid-cols-[22rem_minmax(0,1fr)]">
          <div className="self-start overflow-hidden rounded-lg border [&>*]:border-0">
            <LoopingClip task={task} pending={pending} empty={<NoClip model={model} />} first />
          </div>
          <Panel title="What it can do" flush>
            <Abilities model={model} />
          </Panel>
        </div>
        <Panel title="How long it takes">
          <Times model={model} />
        </Panel>
        <Panel title="What it costs" flush>
          <Prices model={model} />
        </Panel>
        <OrderCode model={model} />
      </div>
    </>
  );
}
