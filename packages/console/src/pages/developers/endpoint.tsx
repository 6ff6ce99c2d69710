/** One endpoint: its delivery log with each try, and what can be done about it. */
import type { Delivery } from '@sluice/sdk';
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { sluice } from '../../api/client.ts';
import { deliveriesQuery, endpointQuery } from '../../api/money-queries.ts';
import { messageOf } from '../../app/key-form.tsx';
import { useMay } from '../../app/session-context.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Id, shortId } from '../../ui/id.tsx';
import { Empty, Failure, PageHead, Panel, SkeletonRows } from '../../ui/panel.tsx';
import { ACTIONS, Table } from '../../ui/table.tsx';
import { Ago, exactTime } from '../../ui/time.tsx';
import { toast } from '../../ui/toast.tsx';
import { Tone } from '../../ui/tone.tsx';
import { EndpointState, Secret } from './webhooks.tsx';

export function EndpointPage() {
  const { id } = useParams({ from: '/developers/webhooks/$id' });
  const may = useMay('webhooks:write');
  const endpoint = useQuery(endpointQuery(id));
  if (endpoint.isPending) return <SkeletonRows rows={6} />;
  if (endpoint.isError) {
    return (
      <Failure
        error={endpoint.error}
        what="The endpoint could not be read."
        retry={() => endpoint.refetch()}
      />
    );
  }
  return (
    <>
      <PageHead
        title={endpoint.data.url}
        under={
          <span className="flex flex-wrap items-center gap-x-4">
            <Id id={id} />
            <EndpointState endpoint={endpoint.data} />
            <span>{endpoint.data.types.join(', ')}</span>
          </span>
        }
        aside={may && <Actions id={id} enabled={endpoint.data.status === 'enabled'} />}
      />
      <Log id={id} may={may} />
    </>
  );
}

function useChange<T>(id: string, run: () => Promise<T>, said: string, then: (result: T) => void = () => {}) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: run,
    onSuccess: (result) => {
      if (said) toast({ text: said, tone: 'ok' });
      void queries.invalidateQueries({ queryKey: ['webhooks'] });
      void queries.invalidateQueries({ queryKey: ['webhooks', id, 'deliveries'] });
      then(result);
    },
    onError: (error) => toast({ text: messageOf(error), tone: 'bad' }),
  });
}

function Actions({ id, enabled }: { id: string; enabled: boolean }) {
  const navigate = useNavigate();
  const [asked, setAsked] = useState<'rotate' | 'delete' | null>(null);
  const [secret, setSecret] = useState<string | null>(null);
  const test = useChange(id, () => sluice.webhooks.test(id), 'A test event is on its way.');
  const turn = useChange(
    id,
    () => sluice.webhooks.update(id, { status: enabled ? 'disabled' : 'enabled' }),
    enabled ? 'Disabled: nothing is delivered there.' : 'Enabled again.',
  );
  const rotate = useChange(
    id,
    () => sluice.webhooks.rotate(id),
    '',
    (made) => setSecret(made.secret),
  );
  const remove = useChange(
    id,
    () => sluice.webhooks.delete(id),
    'The endpoint is gone.',
    () => void navigate({ to: '/developers' }),
  );
  const close = (): void => {
    setAsked(null);
    setSecret(null);
  };
  return (
    <>
      <Button busy={test.isPending} disabled={!enabled} onClick={() => test.mutate()}>
        Send a test
      </Button>
      <Button busy={turn.isPending} onClick={() => turn.mutate()}>
        {enabled ? 'Disable' : 'Enable'}
      </Button>
      <Button onClick={() => setAsked('rotate')}>New secret</Button>
      <Button kind="danger" onClick={() => setAsked('delete')}>
        Delete
      </Button>
      <Dialog open={asked === 'rotate'} onClose={close} title="A new signing secret">
        {secret === null ? (
          <Sure
            says="The old secret signs beside the new one for 24 hours, so that nothing is lost while you change it."
            action="Make a new secret"
            busy={rotate.isPending}
            onYes={() => rotate.mutate()}
            onNo={close}
          />
        ) : (
          <Secret secret={secret} onDone={close} />
        )}
      </Dialog>
      <Dialog open={asked === 'delete'} onClose={close} title="Delete this endpoint?">
        <Sure
          says="What was still to be delivered there ends with it. This cannot be undone."
          action="Delete"
          busy={remove.isPending}
          onYes={() => remove.mutate()}
          onNo={close}
        />
      </Dialog>
    </>
  );
}

type SureProps = { says: string; action: string; busy: boolean; onYes: () => void; onNo: () => void };

function Sure({ says, action, busy, onYes, onNo }: SureProps) {
  return (
    <>
      <p>{says}</p>
      <div className="mt-5 flex justify-end gap-2">
        <Button onClick={onNo}>Leave it</Button>
        <Button kind="danger" busy={busy} onClick={onYes}>
          {action}
        </Button>
      </div>
    </>
  );
}

const TONES = { waiting: 'wait', delivered: 'ok', exhausted: 'bad' } as const;

function Log({ id, may }: { id: string; may: boolean }) {
  const log = useInfiniteQuery({ ...deliveriesQuery(id), refetchInterval: 5_000 });
  const deliveries = log.data?.pages.flatMap((page) => page.data) ?? [];
  return (
    <Panel title="Deliveries" flush>
      {log.isPending && <SkeletonRows rows={4} />}
      {log.isError && (
        <Failure error={log.error} what="The deliveries could not be read." retry={() => log.refetch()} />
      )}
      {log.data && deliveries.length === 0 && (
        <Empty title="Nothing was delivered yet">
          Send a test, or order a clip: its end is delivered here.
        </Empty>
      )}
      {deliveries.length > 0 && (
        <Table
          label="Deliveries"
          columns={[
            { title: 'When' },
            { title: 'Event' },
            { title: 'Task' },
            { title: 'State' },
            { title: 'Tries' },
            ACTIONS,
          ]}
        >
          {deliveries.map((delivery) => (
            <Row key={delivery.id} delivery={delivery} may={may} />
          ))}
        </Table>
      )}
      {log.hasNextPage && (
        <div className="flex justify-center border-t p-3">
          <Button busy={log.isFetchingNextPage} onClick={() => log.fetchNextPage()}>
            Older
          </Button>
        </div>
      )}
    </Panel>
  );
}

function Row({ delivery, may }: { delivery: Delivery; may: boolean }) {
  const [open, setOpen] = useState(false);
  const replay = useChange(
    delivery.endpoint_id,
    () => sluice.webhooks.replay(delivery.id),
    'Sent again, under the same event id.',
  );
  return (
    <>
      <tr>
        <td className="whitespace-nowrap">
          <Ago at={delivery.created_at} />
        </td>
        <td>{delivery.event_type}</td>
        <td>
          {delivery.task_id && (
            <Link
              to="/tasks/$id"
              params={{ id: delivery.task_id }}
              className="font-mono whitespace-nowrap text-accent underline"
            >
              {shortId(delivery.task_id)}
            </Link>
          )}
        </td>
        <td>
          <Tone tone={TONES[delivery.state]}>{delivery.state}</Tone>
        </td>
        <td>
          <button
            type="button"
            aria-expanded={open}
            className="rounded-sm underline decoration-line-strong underline-offset-3"
            onClick={() => setOpen(!open)}
          >
            {delivery.attempts.length} {delivery.attempts.length === 1 ? 'try' : 'tries'}
          </button>
        </td>
        <td className="text-right">
          {may && (
            <Button small kind="quiet" busy={replay.isPending} onClick={() => replay.mutate()}>
              Send again
            </Button>
          )}
        </td>
      </tr>
      {open && (
        <tr>
          <td colSpan={6} className="bg-sunken">
            <Tries delivery={delivery} />
          </td>
        </tr>
      )}
    </>
  );
}

const ANSWER =
  'mt-1 max-h-48 overflow-auto rounded-md border bg-surface p-2 font-mono text-[0.93em] whitespace-pre-wrap';

function Tries({ delivery }: { delivery: Delivery }) {
  return (
    <ol className="grid gap-3">
      {delivery.attempts.map((attempt) => (
        <li key={attempt.at}>
          <p>
            {exactTime(attempt.at)}: <span className="font-medium">{attempt.status ?? attempt.outcome}</span>
            {attempt.status !== null && `, ${attempt.outcome}`} in {attempt.duration_ms} ms
          </p>
          {attempt.response && <pre className={ANSWER}>{attempt.response}</pre>}
        </li>
      ))}
      {delivery.attempts.length === 0 && <li className="text-ink-3">Not tried yet.</li>}
      <li className="text-ink-3">
        Event <Id id={delivery.event_id} />
        {delivery.next_attempt_at && (
          <>
            , next try <Ago at={delivery.next_attempt_at} />
          </>
        )}
      </li>
    </ol>
  );
}
