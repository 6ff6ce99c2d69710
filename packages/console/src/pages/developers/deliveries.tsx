/** The delivery log of an endpoint: filtered by its address, each try with what the receiver said. */
import type { Delivery } from '@sluice/sdk';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Copy } from 'lucide-react';
import { useState } from 'react';
import { sluice } from '../../api/client.ts';
import { deliveriesQuery, lastDeliveriesQuery } from '../../api/money-queries.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Pick } from '../../ui/choice.tsx';
import { copyText } from '../../ui/copy.ts';
import { Id, shortId } from '../../ui/id.tsx';
import { Empty, Failure, Panel, SkeletonRows } from '../../ui/panel.tsx';
import { ACTIONS, Table } from '../../ui/table.tsx';
import { Ago, exactTime } from '../../ui/time.tsx';
import { Tone } from '../../ui/tone.tsx';
import { useChange } from './change.ts';
import { type DeliverySearch, EVENTS, readDeliverySearch, STATES } from './search.ts';

const TONES = { waiting: 'wait', delivered: 'ok', exhausted: 'bad' } as const;

const LOOK_AGAIN_MS = 5_000;

export function Deliveries({ id, may }: { id: string; may: boolean }) {
  const search = useSearch({ from: '/developers/webhooks/$id' });
  const { state, event } = search;
  const filter = { ...(state && { state }), ...(event && { event_type: event }) };
  const filtered = state !== undefined || event !== undefined;
  const log = useInfiniteQuery({ ...deliveriesQuery(id, filter), refetchInterval: LOOK_AGAIN_MS });
  const deliveries = log.data?.pages.flatMap((page) => page.data) ?? [];
  return (
    <Panel title="Deliveries" flush aside={<Lately id={id} />}>
      {(filtered || deliveries.length > 0) && <DeliveryFilters id={id} search={search} />}
      {log.isPending && <SkeletonRows rows={4} />}
      {log.isError && (
        <Failure error={log.error} what="The deliveries could not be read." retry={() => log.refetch()} />
      )}
      {log.data && deliveries.length === 0 && (
        <Empty title={filtered ? 'No delivery is like that' : 'Nothing was delivered yet'}>
          {filtered
            ? 'Choose another state or event.'
            : 'Send a test, or order a clip: its end is delivered here.'}
        </Empty>
      )}
      {deliveries.length > 0 && (
        <Table
          label="Deliveries"
          stack
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

/** How the endpoint is doing, whatever is filtered. */
function Lately({ id }: { id: string }) {
  const last = useQuery({ ...lastDeliveriesQuery(id), refetchInterval: LOOK_AGAIN_MS });
  const all = last.data?.data ?? [];
  if (all.length === 0) return null;
  const of = (state: Delivery['state']) => all.filter((each) => each.state === state).length;
  const [delivered, lost, waiting] = [of('delivered'), of('exhausted'), of('waiting')];
  return (
    <span className="flex flex-wrap items-center gap-x-3 text-ink-2">
      <Tone tone={lost > 0 ? 'warn' : 'ok'}>
        {delivered} of the last {all.length} delivered
      </Tone>
      {lost > 0 && <span>{lost} given up</span>}
      {waiting > 0 && <span>{waiting} waiting</span>}
    </span>
  );
}

function DeliveryFilters({ id, search }: { id: string; search: DeliverySearch }) {
  const navigate = useNavigate();
  const choose = (name: keyof DeliverySearch) => (value: string) => {
    const { [name]: _, ...rest } = search;
    void navigate({
      to: '/developers/webhooks/$id',
      params: { id },
      search: readDeliverySearch(value === '' ? rest : { ...rest, [name]: value }),
      replace: true,
    });
  };
  return (
    <div className="flex flex-wrap gap-2 border-b px-4 py-3">
      <Pick
        label="State"
        hideLabel
        value={search.state ?? ''}
        options={[
          { value: '', label: 'any state' },
          ...Object.entries(STATES).map(([value, label]) => ({ value, label })),
        ]}
        onChange={choose('state')}
        className="w-36"
      />
      <Pick
        label="Event"
        hideLabel
        value={search.event ?? ''}
        options={[{ value: '', label: 'any event' }, ...EVENTS.map((value) => ({ value, label: value }))]}
        onChange={choose('event')}
        className="w-44"
      />
    </div>
  );
}

function Row({ delivery, may }: { delivery: Delivery; may: boolean }) {
  const [open, setOpen] = useState(false);
  const replay = useChange(() => sluice.webhooks.replay(delivery.id), 'Sent again, under the same event id.');
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
          <Tone tone={TONES[delivery.state]}>{STATES[delivery.state]}</Tone>
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
          {attempt.response ? (
            <div className="relative">
              <pre className={ANSWER}>{attempt.response}</pre>
              <IconButton
                label="Copy what the receiver said"
                className="absolute top-2 right-1 bg-surface"
                onClick={() => copyText(attempt.response ?? '', 'The answer is copied')}
              >
                <Copy className="size-4" aria-hidden="true" />
              </IconButton>
            </div>
          ) : (
            <p className="text-ink-3">The receiver said nothing.</p>
          )}
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
