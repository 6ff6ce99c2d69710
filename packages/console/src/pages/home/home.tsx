/** The first glance: today in figures, the gate, what needs a person, what came out lately. */
import { useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { gateQuery, tasksQuery } from '../../api/queries.ts';
import { Gate } from '../../gate/gate.tsx';
import { ButtonLink } from '../../ui/button.tsx';
import { Failure, PageHead, Skeleton } from '../../ui/panel.tsx';
import { Alerts } from './alerts.tsx';
import { ContactSheet } from './contact-sheet.tsx';
import { Figures } from './figures.tsx';
import { FirstClip } from './first-clip.tsx';

/** Behind the events, for ages and limits that change without one. */
const LOOK_AGAIN_MS = 3_000;

export function Home() {
  const any = useQuery(tasksQuery({ limit: 1 }));
  const nothing = any.data?.data.length === 0;
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
      <div className="grid gap-5">
        {nothing ? <FirstClip title="Make your first clip" /> : <Figures />}
        <TheGate />
        <Alerts />
        <ContactSheet />
      </div>
    </>
  );
}

function TheGate() {
  const gate = useQuery({ ...gateQuery, refetchInterval: LOOK_AGAIN_MS });
  if (gate.data) return <Gate snapshot={gate.data} />;
  if (gate.isPending) return <Skeleton className="h-64" />;
  return <Failure error={gate.error} what="The gate could not be read." retry={() => gate.refetch()} />;
}
