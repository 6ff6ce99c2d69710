/** The newest clips, as a sheet of small pictures. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { recentQuery } from '../../api/queries.ts';
import { ButtonLink } from '../../ui/button.tsx';
import { LoopingClip } from '../../ui/looping-clip.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Ago } from '../../ui/time.tsx';

export function ContactSheet() {
  const recent = useQuery(recentQuery);
  const tasks = recent.data?.data ?? [];
  if (tasks.length === 0) return null;
  return (
    <Panel
      title="Recent clips"
      aside={
        <ButtonLink to="/tasks" search={{ stage: 'succeeded' }} kind="quiet" small>
          All clips
        </ButtonLink>
      }
    >
      <ul className="grid grid-cols-2 gap-3 sm:grid-cols-3 lg:grid-cols-4 2xl:grid-cols-6">
        {tasks.map((task) => (
          <li key={task.id} className="relative min-w-0">
            <div className="overflow-hidden rounded-md border [&>*]:border-0">
              <LoopingClip task={task} empty={task.model} />
            </div>
            <Link
              to="/tasks/$id"
              params={{ id: task.id }}
              className="mt-1.5 block truncate font-medium after:absolute after:inset-0"
            >
              <bdi>{task.prompt || task.model}</bdi>
            </Link>
            <p className="truncate text-[0.93rem] text-ink-3">
              {task.model} · <Ago at={task.finished_at ?? task.created_at} />
            </p>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
