/**
 * What came of the orders of this visit: the newest large, side by side if there were several; the others as a
 * strip.
 */
import { useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { taskQuery } from '../../api/queries.ts';
import { Amount } from '../../ui/amount.tsx';
import { Button, ButtonLink } from '../../ui/button.tsx';
import { cx } from '../../ui/class.ts';
import { Empty, Failure, Skeleton } from '../../ui/panel.tsx';
import { DownloadLink, Player } from '../../ui/player.tsx';
import { Poster } from '../../ui/poster.tsx';
import { StageChip } from '../../ui/stage.tsx';
import { secondsBetween, spanText } from '../../ui/time.tsx';
import { Progress } from '../tasks/progress.tsx';

const LOOK_AGAIN_MS = 1_500;

type ResultProps = { runs: readonly string[][]; onGallery: () => void; onSave: () => void };

export function Result({ runs, onGallery, onSave }: ResultProps) {
  const [chosen, setChosen] = useState<string | null>(null);
  const clips = useRef<HTMLDivElement>(null);
  const shown = runs.find(([id]) => id === chosen) ?? runs[0];
  if (shown === undefined) {
    return (
      <div className="rounded-lg border border-dashed border-line-strong/60">
        <Empty
          title="Your clip appears here"
          action={<Button onClick={onGallery}>Begin with an example</Button>}
        >
          Write a prompt. You see what it costs before you order, and where it stands after.
        </Empty>
      </div>
    );
  }
  return (
    <section aria-label="Result" className="group grid min-w-0 gap-3">
      <div ref={clips} className={cx('grid gap-4', shown.length > 1 && 'sm:grid-cols-2')}>
        {shown.map((id) => (
          <TaskView key={id} id={id} named={shown.length > 1} />
        ))}
      </div>
      <div className="flex items-start justify-between gap-3">
        <ul className="flex gap-2 overflow-x-auto pb-1">
          {runs.length > 1 &&
            runs.map(([id = '']) => (
              <li key={id}>
                <Thumb id={id} chosen={id === shown[0]} onChoose={() => setChosen(id)} />
              </li>
            ))}
        </ul>
        <div className="flex flex-none gap-2">
          {shown.length > 1 && (
            <span className="hidden group-has-[video]:block">
              <Button small onClick={() => playTogether(clips.current)}>
                Play together
              </Button>
            </span>
          )}
          <Button small kind="quiet" onClick={onSave}>
            Save the prompt
          </Button>
        </div>
      </div>
    </section>
  );
}

/** All of them from their beginning, so that the same second is seen side by side. */
function playTogether(place: HTMLElement | null): void {
  for (const clip of place?.querySelectorAll('video') ?? []) {
    clip.currentTime = 0;
    void clip.play();
  }
}

function useTask(id: string) {
  return useQuery({
    ...taskQuery(id),
    refetchInterval: ({ state }) => (state.data?.finished_at ? false : LOOK_AGAIN_MS),
  });
}

function TaskView({ id, named }: { id: string; named: boolean }) {
  const task = useTask(id);
  if (task.isPending) return <Skeleton className="aspect-video" />;
  if (!task.data) {
    return <Failure error={task.error} what="The task could not be read." retry={() => task.refetch()} />;
  }
  const { data } = task;
  const ended = data.finished_at !== null;
  const took = secondsBetween(data.created_at, data.finished_at, 0);
  return (
    <div className="grid min-w-0 content-start gap-3">
      {named && (
        <p className="font-medium">
          {data.model} <span className="font-normal text-ink-2">{data.path}</span>
        </p>
      )}
      {!ended && <Progress task={data} />}
      {ended && data.stage === 'succeeded' && <Player task={data} />}
      {ended && data.stage !== 'succeeded' && (
        <div role="alert" className="rounded-lg border bg-sunken p-8 text-center">
          <StageChip stage={data.stage} className="text-[1.14rem]" />
          <p className="mt-2 text-ink-2">{data.error?.message ?? 'There is no clip.'}</p>
          {data.charge !== null && (
            <p className="mt-1 text-ink-3">
              charged <Amount {...data.charge} />
            </p>
          )}
        </div>
      )}
      <p className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <StageChip stage={data.stage} />
        {!named && <span className="text-ink-2">{data.path ?? 'no path yet'}</span>}
        {ended && took !== null && <span className="text-ink-2">{spanText(took)}</span>}
        {data.charge && <Amount {...data.charge} className="font-medium" />}
        <span className="flex-1" />
        <DownloadLink task={data} small />
        <ButtonLink to="/tasks/$id" params={{ id }} small>
          {named ? 'Receipt' : 'Receipt and timeline'}
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
