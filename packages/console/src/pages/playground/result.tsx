/** What came of the orders of this visit: the newest large, the others as a strip. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { taskQuery } from '../../api/queries.ts';
import { Amount } from '../../ui/amount.tsx';
import { ButtonLink } from '../../ui/button.tsx';
import { cx } from '../../ui/class.ts';
import { Empty, Failure, Skeleton } from '../../ui/panel.tsx';
import { DownloadLink, Player } from '../../ui/player.tsx';
import { Poster } from '../../ui/poster.tsx';
import { StageChip } from '../../ui/stage.tsx';
import { Progress } from '../tasks/progress.tsx';

const LOOK_AGAIN_MS = 1_500;

export function Result({ ids }: { ids: readonly string[] }) {
  const [chosen, setChosen] = useState<string | null>(null);
  const shown = chosen !== null && ids.includes(chosen) ? chosen : ids[0];
  if (shown === undefined) {
    return (
      <div className="rounded-lg border border-dashed">
        <Empty title="Your clip appears here">
          Write a prompt at the left. You see what it costs before you order, and where it stands after.
        </Empty>
      </div>
    );
  }
  return (
    <section aria-label="Result" className="grid gap-3">
      <TaskView id={shown} key={shown} />
      {ids.length > 1 && (
        <ul className="flex gap-2 overflow-x-auto pb-1">
          {ids.map((id) => (
            <li key={id}>
              <Thumb id={id} chosen={id === shown} onChoose={() => setChosen(id)} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

export function useTask(id: string) {
  return useQuery({
    ...taskQuery(id),
    refetchInterval: ({ state }) => (state.data?.finished_at ? false : LOOK_AGAIN_MS),
  });
}

export function TaskView({ id }: { id: string }) {
  const task = useTask(id);
  if (task.isPending) return <Skeleton className="aspect-video" />;
  if (!task.data)
    return <Failure error={task.error} what="The task could not be read." retry={() => task.refetch()} />;
  const { data } = task;
  const ended = data.finished_at !== null;
  return (
    <div className="grid gap-3">
      {!ended && <Progress task={data} />}
      {ended && data.stage === 'succeeded' && <Player task={data} />}
      {ended && data.stage !== 'succeeded' && (
        <div role="alert" className="rounded-lg border bg-sunken p-8 text-center">
          <StageChip stage={data.stage} className="text-[1.14rem]" />
          <p className="mt-2 text-ink-2">{data.error?.message ?? 'There is no clip.'}</p>
          <p className="mt-1 text-ink-3">Nothing was charged.</p>
        </div>
      )}
      <p className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <StageChip stage={data.stage} />
        <span className="text-ink-2">{data.path ?? 'no path yet'}</span>
        {data.charge && (
          <span>
            charged <Amount {...data.charge} className="font-medium" />
          </span>
        )}
        <span className="flex-1" />
        <DownloadLink task={data} small />
        <ButtonLink to="/tasks/$id" params={{ id }} small>
          Receipt and timeline
        </ButtonLink>
      </p>
    </div>
  );
}

function Thumb({ id, chosen, onChoose }: { id: string; chosen: boolean; onChoose: () => void }) {
  const task = useTask(id);
  const poster = task.data?.assets.find(({ kind }) => kind === 'poster')?.url ?? null;
  return (
    <button
      type="button"
      aria-pressed={chosen}
      onClick={onChoose}
      className={cx(
        'grid w-28 gap-1 rounded-md border p-1 text-left',
        chosen ? 'border-accent' : 'hover:border-line-strong',
      )}
    >
      <Poster url={poster} className="aspect-video w-full" />
      {task.data && <StageChip stage={task.data.stage} className="text-[0.86rem]" />}
    </button>
  );
}
