/** Where events are delivered to. */
import type { Endpoint, EndpointWithSecret } from '@sluice/sdk';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Copy } from 'lucide-react';
import { useState } from 'react';
import { sluice } from '../../api/client.ts';
import { endpointsQuery } from '../../api/money-queries.ts';
import { useHasAccount, useMay } from '../../app/session-context.ts';
import { Button } from '../../ui/button.tsx';
import { copyText } from '../../ui/copy.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { TextField } from '../../ui/field.tsx';
import { Empty, Failure, Panel, SkeletonRows } from '../../ui/panel.tsx';
import { Said } from '../../ui/said.tsx';
import { Table } from '../../ui/table.tsx';
import { Tone } from '../../ui/tone.tsx';

export function WebhooksPanel() {
  const may = useMay('webhooks:write');
  const hasAccount = useHasAccount();
  const [adding, setAdding] = useState(false);
  const endpoints = useQuery(endpointsQuery);
  const add = (
    <Button kind="primary" onClick={() => setAdding(true)}>
      Add an endpoint
    </Button>
  );
  return (
    <Panel title="Webhooks" aside={may && hasAccount && add} flush>
      {endpoints.isPending && <SkeletonRows rows={2} />}
      {endpoints.isError && (
        <Failure
          error={endpoints.error}
          what="The endpoints could not be read."
          retry={() => endpoints.refetch()}
        />
      )}
      {endpoints.data?.data.length === 0 && (
        <Empty title="No endpoint yet" action={may && hasAccount && add}>
          An endpoint of yours is told, signed and repeated until it answers, when a task ends.
          {!hasAccount && ' Choose an account at the top to add one for it.'}
        </Empty>
      )}
      {endpoints.data && endpoints.data.data.length > 0 && <Endpoints endpoints={endpoints.data.data} />}
      <AddEndpoint open={adding} onClose={() => setAdding(false)} />
    </Panel>
  );
}

function Endpoints({ endpoints }: { endpoints: readonly Endpoint[] }) {
  return (
    <Table
      label="Webhook endpoints"
      stack
      columns={[{ title: 'Address' }, { title: 'Events' }, { title: 'State' }]}
    >
      {endpoints.map((endpoint) => (
        <tr key={endpoint.id}>
          <td>
            <Link
              to="/developers/webhooks/$id"
              params={{ id: endpoint.id }}
              className="inline-block min-w-44 font-medium text-accent underline [overflow-wrap:anywhere]"
            >
              {endpoint.url}
            </Link>
            {endpoint.description && <p className="text-ink-3">{endpoint.description}</p>}
          </td>
          <td className="text-ink-2">{endpoint.types.join(', ')}</td>
          <td>
            <EndpointState endpoint={endpoint} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

export function EndpointState({ endpoint }: { endpoint: Endpoint }) {
  if (endpoint.status === 'enabled') return <Tone tone="ok">enabled</Tone>;
  return <Tone tone="bad">disabled{endpoint.disabled_reason ? `: ${endpoint.disabled_reason}` : ''}</Tone>;
}

export function AddEndpoint({ open, onClose }: { open: boolean; onClose: () => void }) {
  const queries = useQueryClient();
  const [url, setUrl] = useState('');
  const [description, setDescription] = useState('');
  const [made, setMade] = useState<EndpointWithSecret | null>(null);
  const create = useMutation({
    mutationFn: () => sluice.webhooks.create({ url, description }),
    onSuccess: (endpoint) => {
      void queries.invalidateQueries({ queryKey: ['webhooks'] });
      setMade(endpoint);
    },
  });
  const close = (): void => {
    setMade(null);
    setUrl('');
    onClose();
  };
  return (
    <Dialog open={open} onClose={close} title={made ? 'Its signing secret' : 'Add an endpoint'}>
      {made ? (
        <Secret secret={made.secret} onDone={close} />
      ) : (
        <form
          className="grid gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            create.mutate();
          }}
        >
          <TextField
            label="Address"
            type="url"
            value={url}
            onChange={setUrl}
            required
            placeholder="https://example.com/hooks/sluice"
            hint="It is told when a task is completed, failed or cancelled."
          />
          <TextField label="Description" value={description} onChange={setDescription} maxLength={200} />
          <Said error={create.error} />
          <Button type="submit" kind="primary" busy={create.isPending}>
            Add
          </Button>
        </form>
      )}
    </Dialog>
  );
}

export function Secret({ secret, onDone }: { secret: string; onDone: () => void }) {
  return (
    <div className="grid gap-4">
      <p>Deliveries are signed with it (Standard Webhooks). Copy it now: it is shown this once.</p>
      <code className="block rounded-md border bg-sunken p-3 font-mono break-all select-all">{secret}</code>
      <div className="flex justify-end gap-2">
        <Button
          kind="primary"
          icon={<Copy className="size-4" aria-hidden="true" />}
          onClick={() => copyText(secret, 'The secret is copied')}
        >
          Copy
        </Button>
        <Button onClick={onDone}>I have it</Button>
      </div>
    </div>
  );
}
