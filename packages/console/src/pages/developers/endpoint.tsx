/** One endpoint: what can be done about it, and its delivery log. */
import type { Endpoint } from '@sluice/sdk';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { sluice } from '../../api/client.ts';
import { endpointQuery } from '../../api/money-queries.ts';
import { useMay } from '../../app/session-context.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Id } from '../../ui/id.tsx';
import { Failure, PageHead, SkeletonRows } from '../../ui/panel.tsx';
import { useChange } from './change.ts';
import { Deliveries } from './deliveries.tsx';
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
        aside={may && <Actions endpoint={endpoint.data} />}
      />
      <Deliveries id={id} may={may} />
    </>
  );
}

function Actions({ endpoint: { id, status, format } }: { endpoint: Endpoint }) {
  const enabled = status === 'enabled';
  // A room is told at an address that is its secret; nothing is signed there.
  const signed = format !== 'slack';
  const navigate = useNavigate();
  const [asked, setAsked] = useState<'rotate' | 'delete' | null>(null);
  const [secret, setSecret] = useState<string | null>(null);
  const test = useChange(() => sluice.webhooks.test(id), 'A test event is on its way.');
  const turn = useChange(
    () => sluice.webhooks.update(id, { status: enabled ? 'disabled' : 'enabled' }),
    enabled ? 'Disabled: nothing is delivered there.' : 'Enabled again.',
  );
  const rotate = useChange(
    () => sluice.webhooks.rotate(id),
    '',
    (made) => setSecret(made.secret),
  );
  const remove = useChange(
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
      {signed && <Button onClick={() => setAsked('rotate')}>New secret</Button>}
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
