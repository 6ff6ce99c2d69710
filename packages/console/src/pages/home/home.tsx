/** The first glance: today in figures, the gate, what needs a person, what came out lately. */
import type { Page, Task } from '@sluice/sdk';
import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { gateQuery, tasksQuery } from '../../api/queries.ts';
import { useSession } from '../../app/session-context.ts';
import { Gate } from '../../gate/gate.tsx';
import { ButtonLink } from '../../ui/button.tsx';
import { Failure, InOrder, PageHead, Skeleton } from '../../ui/panel.tsx';
import { Alerts } from './alerts.tsx';
import { ContactSheet } from './contact-sheet.tsx';
import { Figures } from './figures.tsx';
import { FirstClip } from './first-clip.tsx';
import { SetUp } from './set-up.tsx';

/** Behind the events, for ages and limits that change without one. */
const LOOK_AGAIN_MS = 3_000;

export function Home() {
  const any = useQuery(tasksQuery({ limit: 1 }));
  return (
    <>
      <PageHead
        title="Home"
        aside={
          <ButtonLink to="/playground" kind="primary" icon={<Plus className="size-4" aria-hidden="true" />}>
            New clip
          </ButtonLink>
        }
      />
      <InOrder>
        <First any={any} />
        <TheGate />
        <Alerts />
        <ContactSheet />
      </InOrder>
    </>
  );
}

function First({ any }: { any: UseQueryResult<Page<Task>> }) {
  const { operator, sandbox } = useSession();
  if (any.isPending) return <Skeleton className="h-24 max-lg:h-49" />;
  if (any.data?.data.length !== 0) return <Figures />;
  return operator && !sandbox ? <SetUp /> : <FirstClip title="Make your first clip" />;
}

function TheGate() {
  const gate = useQuery({ ...gateQuery, refetchInterval: LOOK_AGAIN_MS });
  if (gate.data) return <Gate snapshot={gate.data} />;
  if (gate.isPending) return <Skeleton className="h-64 max-lg:h-104" />;
  return <Failure error={gate.error} what="The gate could not be read." retry={() => gate.refetch()} />;
}
