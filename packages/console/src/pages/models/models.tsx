/** All models, as cards: what they make, from what price, and a clip of them that was made here. */
import type { Model } from '@sluice/sdk';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { modelsQuery } from '../../api/queries.ts';
import { Amount } from '../../ui/amount.tsx';
import { Grade } from '../../ui/grade.tsx';
import { LoopingClip } from '../../ui/looping-clip.tsx';
import { NoPath } from '../../ui/no-path.tsx';
import { Failure, PageHead, SkeletonRows } from '../../ui/panel.tsx';
import { cheapest, MODE_WORDS, modesOf, reachOf } from './facts.ts';
import { NoClip } from './no-clip.tsx';
import { RenderTime } from './render-time.tsx';
import { useSample } from './sample.ts';

/** Cards that most windows show before anybody scrolls. */
const IN_SIGHT = 4;

export function Models() {
  const models = useQuery(modelsQuery);
  const reachable = (models.data?.data ?? []).filter(({ paths }) => paths.length > 0);
  const others = (models.data?.data ?? []).filter(({ paths }) => paths.length === 0);
  return (
    <>
      <PageHead title="Models" under="What each one makes, and what it costs on the paths of this gateway." />
      {models.isPending && <SkeletonRows rows={3} className="h-64" />}
      {models.isError && (
        <Failure error={models.error} what="The models could not be read." retry={() => models.refetch()} />
      )}
      {models.data && reachable.length === 0 ? <NoPath /> : <Cards models={reachable} />}
      {others.length > 0 && (
        <>
          <h2 className="mt-8 mb-3">
            Known, but no path leads there <span className="font-normal text-ink-3">yet</span>
          </h2>
          <Cards models={others} />
        </>
      )}
    </>
  );
}

function Cards({ models }: { models: readonly Model[] }) {
  return (
    <ul className="grid gap-4 sm:grid-cols-2 xl:grid-cols-3 2xl:grid-cols-4">
      {models.map((model, at) => (
        <Card key={model.id} model={model} first={at < IN_SIGHT} />
      ))}
    </ul>
  );
}

function Card({ model, first }: { model: Model; first: boolean }) {
  const { task, pending } = useSample(model);
  const { seconds, resolution, sound } = reachOf(model);
  return (
    <li className="group relative flex flex-col overflow-hidden rounded-lg border bg-surface hover:border-line-strong">
      <LoopingClip task={task} pending={pending} empty={<NoClip model={model} />} first={first} />
      <div className="flex flex-1 flex-col gap-2 p-4">
        <div className="flex items-baseline justify-between gap-3">
          <h2 className="truncate">
            <Link
              to="/models/$id"
              params={{ id: model.id }}
              className={
                'after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 ' +
                'focus-visible:after:outline-accent'
              }
            >
              {model.name}
            </Link>
          </h2>
          <span className="shrink-0 text-[0.93rem] text-ink-3">{model.vendor}</span>
        </div>
        <p className="line-clamp-2 text-ink-2">{model.description}</p>
        <p className="flex flex-wrap gap-1">
          {modesOf(model).map((mode) => (
            <span key={mode} className="rounded-sm border px-1.5 text-[0.93rem] text-ink-2">
              {MODE_WORDS[mode] ?? mode}
            </span>
          ))}
        </p>
        <p className="mt-auto flex flex-wrap items-baseline gap-x-3 pt-1 text-[0.93rem] text-ink-3">
          <span>{seconds === null ? 'as long as its input' : `up to ${seconds} s`}</span>
          <span>{resolution}</span>
          {sound && <span>sound</span>}
        </p>
        <From model={model} />
      </div>
    </li>
  );
}

function From({ model }: { model: Model }) {
  const price = cheapest(model);
  return (
    <div className="relative z-[1] flex flex-wrap items-center justify-between gap-x-3 gap-y-2 border-t pt-2.5">
      {price ? (
        <span className="flex items-center gap-1.5 whitespace-nowrap">
          <span>
            from <Amount amount={price.price} currency="USD" className="font-semibold" /> / {price.per}
          </span>
          <Grade grade={price.grade} source={price.source} date={price.date} stale={price.stale} />
        </span>
      ) : (
        <span className="text-ink-3">no price here</span>
      )}
      <RenderTime model={model} />
    </div>
  );
}
