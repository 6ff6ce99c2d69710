/** The first glance: the gate, what needs a person, what came out lately. */
import { useQuery } from '@tanstack/react-query';
import { gateQuery, tasksQuery } from '../../api/queries.ts';
import { Gate } from '../../gate/gate.tsx';
import { ButtonLink } from '../../ui/button.tsx';
import { Failure, PageHead, Skeleton } from '../../ui/panel.tsx';
import { ContactSheet } from './contact-sheet.tsx';
import { FirstClip } from './first-clip.tsx';

/** Behind the events, for ages and limits that change without one. */
const LOOK_AGAIN_MS = 3_000;

export function Home() {
  const gate = useQuery({ ...gateQuery, refetchInterval: LOOK_AGAIN_MS });
  const any = useQuery(tasksQuery({ limit: 1 }));
  return (
    <>
      <PageHead
        title="Home"
        aside={
          <ButtonLink to="/playground" kind="primary">
            New clip
          </ButtonLink>
        }
      />
      <div className="grid gap-5">
        {any.data?.data.length === 0 && <FirstClip title="Make your first clip" />}
        {gate.isPending && <Skeleton className="h-64" />}
        {gate.isError && !gate.data && (
          <Failure error={gate.error} what="The gate could not be read." retry={() => gate.refetch()} />
        )}
        {gate.data && <Gate snapshot={gate.data} />}
        <ContactSheet />
      </div>
    </>
  );
}
