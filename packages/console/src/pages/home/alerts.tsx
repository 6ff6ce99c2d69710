/** What needs a person, each with what to do about it. It goes away when it is dealt with. */
import type { Alert } from '@sluice/sdk';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { CircleCheck, OctagonAlert, TriangleAlert } from 'lucide-react';
import { sluice } from '../../api/client.ts';
import { alertsQuery } from '../../api/queries.ts';
import { messageOf } from '../../app/key-form.tsx';
import { Button, ButtonLink } from '../../ui/button.tsx';
import { Failure, Panel, SkeletonRows } from '../../ui/panel.tsx';
import { Ago } from '../../ui/time.tsx';
import { toast } from '../../ui/toast.tsx';

export function Alerts() {
  const alerts = useQuery({ ...alertsQuery, refetchInterval: 30_000 });
  const all = alerts.data?.data ?? [];
  return (
    <Panel title="Needs a person" flush>
      {alerts.isPending && (
        <div className="p-4">
          <SkeletonRows rows={2} />
        </div>
      )}
      {alerts.isError && !alerts.data && (
        <div className="p-4">
          <Failure error={alerts.error} what="The alerts could not be read." retry={() => alerts.refetch()} />
        </div>
      )}
      {alerts.data && all.length === 0 && (
        <p className="flex items-center gap-2 p-4 text-ink-2">
          <CircleCheck className="size-4 text-ok" aria-hidden="true" /> Nothing just now.
        </p>
      )}
      <ul>
        {all.map((alert) => (
          <One key={`${alert.code} ${alert.subject} ${alert.account}`} alert={alert} />
        ))}
      </ul>
    </Panel>
  );
}

function One({ alert }: { alert: Alert }) {
  const critical = alert.severity === 'critical';
  const Icon = critical ? OctagonAlert : TriangleAlert;
  return (
    <li className="flex flex-wrap items-start gap-x-3 gap-y-2 border-b px-4 py-3 last:border-0">
      <Icon className={critical ? 'mt-0.5 size-4 text-bad' : 'mt-0.5 size-4 text-warn'} aria-hidden="true" />
      <div className="min-w-0 flex-1 basis-60">
        <p className="[overflow-wrap:anywhere]">
          <span className="sr-only">{alert.severity}: </span>
          <bdi>{alert.message}</bdi>
        </p>
        <p className="text-[0.93rem] text-ink-3">
          {alert.action}
          {alert.since !== null && (
            <>
              {' '}
              · <Ago at={alert.since} />
            </>
          )}
        </p>
      </div>
      <div className="flex flex-wrap gap-2">
        <Mend alert={alert} />
        <Way alert={alert} />
      </div>
    </li>
  );
}

/** What can be done about it right here, by one press. */
function Mend({ alert: { code, subject } }: { alert: Alert }) {
  const queries = useQueryClient();
  const mend = useMutation({
    mutationFn: async ({ id, run }: { id: string; run: (id: string) => Promise<unknown> }) => run(id),
    onSuccess: () => {
      toast({ text: 'Done.', tone: 'ok' });
      void queries.invalidateQueries();
    },
    onError: (error) => toast({ text: messageOf(error), tone: 'bad' }),
  });
  const way = MENDS[code];
  if (!way || subject === null) return null;
  return (
    <Button
      small
      kind="primary"
      busy={mend.isPending}
      onClick={() => mend.mutate({ id: subject, run: way.run })}
    >
      {way.label}
    </Button>
  );
}

const MENDS: Partial<Record<Alert['code'], { label: string; run: (subject: string) => Promise<unknown> }>> = {
  path_paused: { label: 'Resume', run: (name) => sluice.paths.update(name, { state: 'active' }) },
  path_unavailable: { label: 'Check, free', run: (name) => checked(name) },
  credentials_refused: { label: 'Check, free', run: (name) => checked(name) },
  wallet_empty: { label: 'Check, free', run: (name) => checked(name) },
  webhook_disabled: { label: 'Enable', run: (id) => sluice.webhooks.update(id, { status: 'enabled' }) },
};

/** A check that says no is an answer, and the person wants to read it. */
async function checked(name: string): Promise<void> {
  const { ok, detail } = await sluice.paths.check(name);
  if (!ok) throw new Error(detail);
}

/** Where it can be dealt with in the console. */
function Way({ alert: { code, subject } }: { alert: Alert }) {
  switch (code) {
    case 'unknown_attempts':
      return (
        <ButtonLink to="/tasks" search={{ stage: 'unknown' }} small>
          See the tasks
        </ButtonLink>
      );
    case 'wallet_runs_out':
    case 'wallet_empty':
    case 'credentials_refused':
    case 'model_refused':
    case 'path_unavailable':
    case 'path_paused':
    case 'renders_failing':
      return subject === null ? null : (
        <ButtonLink to="/paths/$name" params={{ name: subject }} small>
          Open the path
        </ButtonLink>
      );
    case 'webhook_failing':
    case 'webhook_disabled':
    case 'deliveries_exhausted':
      return subject === null ? null : (
        <ButtonLink to="/developers/webhooks/$id" params={{ id: subject }} small>
          Open its deliveries
        </ButtonLink>
      );
    case 'key_budget_low':
      return (
        <ButtonLink to="/developers" small>
          Open the keys
        </ButtonLink>
      );
    case 'balance_low':
    case 'payment_not_credited':
    case 'payment_disputed':
    case 'payment_taken_back':
    case 'ledger_drift':
      return (
        <ButtonLink to="/money" small>
          Open Money
        </ButtonLink>
      );
    case 'storage_low':
    case 'quarantined':
      return (
        <ButtonLink to="/settings" small>
          Open Settings
        </ButtonLink>
      );
    case 'waiting_long':
      return (
        <ButtonLink to="/" small>
          See the gate
        </ButtonLink>
      );
    case 'terms_stale':
      return (
        <ButtonLink to="/compare" small>
          See what is stale
        </ButtonLink>
      );
    default:
      return null;
  }
}
