/** Where alerts are told: chat rooms and programs, each with what became of the last telling. */
import type { Endpoint } from '@sluice/sdk';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useActing } from '../../api/acting.ts';
import { sluice } from '../../api/client.ts';
import { lastDeliveryQuery, placesQuery } from '../../api/money-queries.ts';
import { messageOf } from '../../app/key-form.tsx';
import { useSession } from '../../app/session-context.ts';
import { Button } from '../../ui/button.tsx';
import { Pick } from '../../ui/choice.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Empty, Failure, Panel, SkeletonRows } from '../../ui/panel.tsx';
import { ACTIONS, Table } from '../../ui/table.tsx';
import { Ago } from '../../ui/time.tsx';
import { toast } from '../../ui/toast.tsx';
import { Tone } from '../../ui/tone.tsx';
import { EndpointState } from '../developers/webhooks.tsx';
import { AddPlace, SEVERITIES } from './add-place.tsx';

/** Whose: the operators', unless they act for an account. */
export function useOperatorsOwn(): boolean {
  const { operator } = useSession();
  const acting = useActing();
  return operator && acting === null;
}

export function AlertPlaces() {
  const own = useOperatorsOwn();
  const { operator } = useSession();
  const [adding, setAdding] = useState(false);
  const places = useQuery(placesQuery(own));
  const add = (
    <Button kind="primary" onClick={() => setAdding(true)}>
      Add a place
    </Button>
  );
  return (
    <Panel title="Where alerts are told" aside={add} flush>
      {places.isPending && <SkeletonRows rows={2} />}
      {places.isError && (
        <Failure error={places.error} what="The places could not be read." retry={() => places.refetch()} />
      )}
      {places.data?.length === 0 && (
        <Empty title="Nobody is told" action={add}>
          {own
            ? 'A wallet that runs out at night is seen in the morning. Add a chat room, and whoever is in it is told.'
            : 'Add a chat room: whoever is in it is told when your balance, a key or an endpoint needs somebody.'}
        </Empty>
      )}
      {places.data && places.data.length > 0 && <Places places={places.data} />}
      {operator && !own && (
        <p className="border-t px-4 py-3 text-[0.93rem] text-ink-3">
          These are told of the account that you act for. Choose “All accounts” at the top for the places of
          the installation.
        </p>
      )}
      <AddPlace open={adding} own={own} onClose={() => setAdding(false)} />
    </Panel>
  );
}

function Places({ places }: { places: readonly Endpoint[] }) {
  const [leaving, setLeaving] = useState<Endpoint | null>(null);
  return (
    <>
      <Table
        label="Where alerts are told"
        columns={[
          { title: 'Place' },
          { title: 'Told' },
          { title: 'State' },
          { title: 'Last telling' },
          ACTIONS,
        ]}
      >
        {places.map((place) => (
          <Place key={place.id} place={place} onRemove={() => setLeaving(place)} />
        ))}
      </Table>
      <Remove place={leaving} onClose={() => setLeaving(null)} />
    </>
  );
}

const nameOf = ({ description, url }: Endpoint): string => description || url;

function Place({ place, onRemove }: { place: Endpoint; onRemove: () => void }) {
  const queries = useQueryClient();
  const again = () => void queries.invalidateQueries({ queryKey: ['webhooks'] });
  const test = useMutation({
    mutationFn: () => tested(place.id),
    onSuccess: (said) => toast(said),
    onError: (error) => toast({ text: messageOf(error), tone: 'bad' }),
    onSettled: again,
  });
  const change = useMutation({
    mutationFn: (least_severity: Endpoint['least_severity']) =>
      sluice.webhooks.update(place.id, { least_severity }),
    onSuccess: again,
    onError: (error) => toast({ text: messageOf(error), tone: 'bad' }),
  });
  return (
    <tr>
      <td>
        <Link
          to="/developers/webhooks/$id"
          params={{ id: place.id }}
          className="inline-block min-w-44 font-medium text-accent underline [overflow-wrap:anywhere]"
        >
          <bdi>{nameOf(place)}</bdi>
        </Link>
        <p className="text-ink-3 [overflow-wrap:anywhere]">
          {place.format === 'slack' ? 'chat room' : 'signed events'}
          {place.description && <>, {place.url}</>}
        </p>
      </td>
      <td>
        <Pick
          label={`What is told at ${nameOf(place)}`}
          hideLabel
          className="min-w-44"
          value={place.least_severity}
          options={SEVERITIES}
          onChange={(severity) => change.mutate(severity)}
        />
      </td>
      <td>
        <EndpointState endpoint={place} />
      </td>
      <td className="whitespace-nowrap">
        <Last id={place.id} />
      </td>
      <td className="text-right whitespace-nowrap">
        <Button
          small
          busy={test.isPending}
          disabled={place.status !== 'enabled'}
          onClick={() => test.mutate()}
        >
          Test <span className="sr-only">{nameOf(place)}</span>
        </Button>{' '}
        <Button small kind="quiet" onClick={onRemove}>
          Remove <span className="sr-only">{nameOf(place)}</span>
        </Button>
      </td>
    </tr>
  );
}

const OUTCOME_WITHIN_MS = 30_000;

async function tested(id: string): Promise<{ text: string; tone: 'ok' | 'bad' }> {
  const sent = await sluice.webhooks.test(id);
  const { state, attempts } = await sluice.webhooks.wait(id, sent.id, {
    signal: AbortSignal.timeout(OUTCOME_WITHIN_MS),
  });
  if (state === 'delivered') return { text: 'The test arrived.', tone: 'ok' };
  const last = attempts.at(-1);
  return {
    text: `The test did not arrive: ${last?.status ?? ''} ${last?.outcome ?? ''}`.trim(),
    tone: 'bad',
  };
}

const TONES = { waiting: 'wait', delivered: 'ok', exhausted: 'bad' } as const;

function Last({ id }: { id: string }) {
  const last = useQuery(lastDeliveryQuery(id));
  if (!last.data) return <span className="text-ink-3">{last.data === null ? 'nothing yet' : '…'}</span>;
  return (
    <>
      <Tone tone={TONES[last.data.state]}>{last.data.state}</Tone>
      <span className="block text-ink-3">
        <Ago at={last.data.created_at} />
      </span>
    </>
  );
}

function Remove({ place, onClose }: { place: Endpoint | null; onClose: () => void }) {
  const queries = useQueryClient();
  const remove = useMutation({
    mutationFn: (id: string) => sluice.webhooks.delete(id),
    onSuccess: () => {
      toast({ text: 'Nothing is told there any more.', tone: 'ok' });
      // Not what belongs to it: while it is still shown, that would be asked for and not found.
      void queries.invalidateQueries({ queryKey: ['webhooks'], exact: true });
      void queries.invalidateQueries({ queryKey: ['webhooks', 'places'] });
      onClose();
    },
    onError: (error) => toast({ text: messageOf(error), tone: 'bad' }),
  });
  return (
    <Dialog open={place !== null} onClose={onClose} title="Tell nothing there any more?">
      <p>
        <bdi className="font-medium">{place && nameOf(place)}</bdi> is forgotten, with its address. What was
        still to be told there is not.
      </p>
      <div className="mt-5 flex justify-end gap-2">
        <Button onClick={onClose}>Leave it</Button>
        <Button kind="danger" busy={remove.isPending} onClick={() => place && remove.mutate(place.id)}>
          Remove
        </Button>
      </div>
    </Dialog>
  );
}
