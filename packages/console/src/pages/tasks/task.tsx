/** One task: the clip, the receipt, the timeline, and what can be done about it. */
import type { Task } from '@sluice/sdk';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { taskQuery } from '../../api/queries.ts';
import { useSession } from '../../app/session-context.ts';
import { SandboxLabel } from '../../app/top-bar.tsx';
import { isZero } from '../../ui/exact.ts';
import { Failure, PageHead, Panel, SkeletonRows } from '../../ui/panel.tsx';
import { DownloadLink, Player } from '../../ui/player.tsx';
import { StageChip } from '../../ui/stage.tsx';
import { Actions } from './actions.tsx';
import { Exchanges } from './exchanges.tsx';
import { Progress } from './progress.tsx';
import { Receipt } from './receipt.tsx';
import { TaskTimeline } from './timeline.tsx';

/** Behind the events, for what moves without one: progress within a render. */
const LOOK_AGAIN_MS = 2_000;

export function TaskPage() {
  const { id } = useParams({ from: '/tasks/$id' });
  const task = useQuery({
    ...taskQuery(id),
    refetchInterval: ({ state }) => (state.data && isOver(state.data) ? false : LOOK_AGAIN_MS),
  });
  if (task.isPending) return <SkeletonRows rows={5} className="h-24" />;
  if (task.isError && !task.data) {
    return <Failure error={task.error} what="This task could not be read." retry={() => task.refetch()} />;
  }
  return <Whole task={task.data} />;
}

export function isOver({ status }: Pick<Task, 'status'>): boolean {
  return status !== 'pending' && status !== 'processing';
}

function Whole({ task }: { task: Task }) {
  const { operator } = useSession();
  return (
    <>
      <PageHead
        title={<bdi className="line-clamp-2 text-[1.25rem]">{task.prompt || 'A clip without a prompt'}</bdi>}
        under={
          <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <StageChip stage={task.stage} />
            <span>{task.model}</span>
            <span>{task.mode}</span>
            {task.sandbox && <SandboxLabel />}
          </span>
        }
        aside={
          <>
            <DownloadLink task={task} />
            <Actions task={task} />
          </>
        }
      />
      <div className="grid gap-5 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <div className="grid min-w-0 content-start gap-5">
          <Picture task={task} />
          <TaskTimeline id={task.id} />
          {operator && <Exchanges id={task.id} />}
        </div>
        <div className="grid content-start gap-5">
          <Receipt task={task} />
          {task.prompt.length > 120 && (
            <Panel title="Prompt">
              <p dir="auto" className="whitespace-pre-wrap [overflow-wrap:anywhere]">
                {task.prompt}
              </p>
            </Panel>
          )}
        </div>
      </div>
    </>
  );
}

function Picture({ task }: { task: Task }) {
  if (!isOver(task)) return <Progress task={task} />;
  if (task.assets.some(({ kind }) => kind === 'video')) return <Player task={task} />;
  return (
    <div className="rounded-lg border bg-sunken p-8 text-center">
      <StageChip stage={task.stage} className="text-[1.14rem]" />
      <p className="mt-2 text-ink-2">
        {task.error
          ? task.error.message
          : task.stage === 'succeeded'
            ? 'The clip was deleted.'
            : 'There is no clip.'}
      </p>
      {task.error && <p className="mt-1 font-mono text-[0.93rem] text-ink-3">{task.error.code}</p>}
      {!task.charge || isZero(task.charge.amount) ? (
        <p className="mt-1 text-ink-3">Nothing was charged.</p>
      ) : null}
    </div>
  );
}
