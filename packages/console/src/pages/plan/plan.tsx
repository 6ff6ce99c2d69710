/** Would these paths carry our traffic? The question by sliders, the answer by production's own decisions. */
import type { Model, Plan } from '@sluice/sdk';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { sluice } from '../../api/client.ts';
import { activityQuery, modelsQuery, planQuery } from '../../api/queries.ts';
import { NoPath } from '../../ui/no-path.tsx';
import { Empty, Failure, PageHead, Panel, SkeletonRows } from '../../ui/panel.tsx';
import { firstLine } from '../compare/clip-lines.tsx';
import { ToldSentence } from '../paths/told-ends.tsx';
import { PlanAnswer } from './answer.tsx';
import { newPlan, toRequest } from './draft.ts';
import { Earlier } from './earlier.tsx';
import { PlanExports } from './exports.tsx';
import { PlanForm } from './form.tsx';

const A_MONTH_HOURS = 720;

export function PlanPage() {
  const models = useQuery(modelsQuery);
  const activity = useQuery(activityQuery(A_MONTH_HOURS));
  const { id } = useSearch({ from: '/plan' });
  if (models.isPending || activity.isPending) {
    return (
      <>
        <Head shown={id} plan={undefined} />
        <SkeletonRows rows={6} className="h-16" />
      </>
    );
  }
  if (models.isError) {
    return (
      <Failure error={models.error} what="The models could not be read." retry={() => models.refetch()} />
    );
  }
  const reachable = models.data.data.filter(({ paths }) => paths.length > 0);
  if (reachable.length === 0) {
    return (
      <>
        <Head shown={undefined} plan={undefined} />
        <NoPath />
      </>
    );
  }
  return <Desk models={reachable} ordered={activity.data?.models[0]?.model} />;
}

function Head({ shown, plan }: { shown: string | undefined; plan: Plan | undefined }) {
  return (
    <PageHead
      title="Plan"
      under="A week of your traffic over the paths of this gateway, simulated by the decisions that production takes."
      aside={shown !== undefined && <PlanExports plan={plan} />}
    />
  );
}

function Desk({ models, ordered }: { models: readonly Model[]; ordered: string | undefined }) {
  const { id } = useSearch({ from: '/plan' });
  const navigate = useNavigate({ from: '/plan' });
  const queries = useQueryClient();
  const [draft, setDraft] = useState(() => newPlan(firstLine(models, 1, ordered)));
  const ask = useMutation({
    mutationFn: () => sluice.plans.create(toRequest(draft)),
    onSuccess: (plan) => {
      queries.setQueryData(planQuery(plan.id).queryKey, plan);
      void queries.invalidateQueries({ queryKey: ['plans', 'list'] });
      void navigate({ search: { id: plan.id } });
    },
  });
  const plan = useQuery({ ...planQuery(id ?? ''), enabled: id !== undefined });
  return (
    <>
      <Head shown={id} plan={plan.data} />
      <div className="grid items-start gap-5 lg:grid-cols-[25rem_minmax(0,1fr)]">
        <div className="grid min-w-0 gap-5 print:hidden">
          <PlanForm
            models={models}
            draft={draft}
            onChange={setDraft}
            onAsk={() => ask.mutate()}
            busy={ask.isPending}
            error={ask.error}
          />
          <Earlier shown={id} />
          <ToldSentence />
        </div>
        <div className="grid min-w-0 gap-5">
          {id === undefined && (
            <Panel>
              <Empty title="Nothing is simulated yet">
                Draw the day, say how long somebody may wait, and simulate. Nothing is ordered and nobody is
                asked.
              </Empty>
            </Panel>
          )}
          {id !== undefined && plan.isPending && <SkeletonRows rows={6} className="h-16" />}
          {plan.isError && (
            <Failure error={plan.error} what="The plan could not be read." retry={() => plan.refetch()} />
          )}
          {plan.data && <PlanAnswer plan={plan.data} />}
        </div>
      </div>
    </>
  );
}
