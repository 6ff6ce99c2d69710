/** Plans that were asked before. */
import type { Plan } from '@sluice/sdk';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { sluice } from '../../api/client.ts';
import { Panel } from '../../ui/panel.tsx';
import { Ago } from '../../ui/time.tsx';

const SHOWN = 8;
const LOOK_AGAIN_MS = 1_500;

export function Earlier({ shown }: { shown: string | undefined }) {
  const plans = useQuery({
    queryKey: ['plans', 'list'],
    queryFn: ({ signal }) => sluice.plans.list({ limit: SHOWN }, { signal }),
    refetchInterval: ({ state }) => (state.data?.data.some(isOpen) ? LOOK_AGAIN_MS : false),
  });
  const all = plans.data?.data ?? [];
  if (all.length === 0) return null;
  return (
    <Panel title="Asked before" flush>
      <ul>
        {all.map(({ id, name, created_at: at, sentence, status }) => (
          <li key={id} className="relative border-b px-4 py-2.5 last:border-0 hover:bg-sunken">
            <Link
              to="/plan"
              search={{ id }}
              aria-current={id === shown ? 'true' : undefined}
              className="font-medium after:absolute after:inset-0 aria-[current=true]:text-accent"
            >
              <bdi>{name}</bdi>
            </Link>
            <p className="line-clamp-2 text-[0.93rem] text-ink-3">
              <Ago at={at} /> · {sentence ?? status}
            </p>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function isOpen({ status }: Pick<Plan, 'status'>): boolean {
  return status === 'waiting' || status === 'running';
}
