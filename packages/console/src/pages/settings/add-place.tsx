/** Adding a place where alerts are told. */
import type { AlertSeverity, EndpointWithSecret } from '@sluice/sdk';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { sluice } from '../../api/client.ts';
import { Button } from '../../ui/button.tsx';
import { Pick, Segments } from '../../ui/choice.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { TextField } from '../../ui/field.tsx';
import { Said } from '../../ui/said.tsx';
import { toast } from '../../ui/toast.tsx';
import { Secret } from '../developers/webhooks.tsx';

export const SEVERITIES: readonly { value: AlertSeverity; label: string }[] = [
  { value: 'warning', label: 'everything' },
  { value: 'critical', label: 'critical only' },
];

type Format = 'slack' | 'sluice';

const FORMATS: readonly { value: Format; label: string }[] = [
  { value: 'slack', label: 'Chat room' },
  { value: 'sluice', label: 'Program' },
];

const HINTS: Record<Format, string> = {
  slack:
    'Of an incoming webhook of Slack or Mattermost; for Discord, with /slack behind it. It is a secret, and is not ' +
    'shown again.',
  sluice: 'It gets signed events, alert.raised and alert.cleared.',
};

type Props = { open: boolean; own: boolean; onClose: () => void };

export function AddPlace({ open, own, onClose }: Props) {
  const [made, setMade] = useState<EndpointWithSecret | null>(null);
  const close = (): void => {
    setMade(null);
    onClose();
  };
  return (
    <Dialog open={open} onClose={close} title={made ? 'Its signing secret' : 'Add a place'}>
      {made ? (
        <Secret secret={made.secret} onDone={close} />
      ) : (
        <Form
          own={own}
          onMade={(endpoint) => {
            if (endpoint.format === 'sluice') setMade(endpoint);
            else close();
          }}
        />
      )}
    </Dialog>
  );
}

function Form({ own, onMade }: { own: boolean; onMade: (endpoint: EndpointWithSecret) => void }) {
  const queries = useQueryClient();
  const [format, setFormat] = useState<Format>('slack');
  const [url, setUrl] = useState('');
  const [description, setDescription] = useState('');
  const [severity, setSeverity] = useState<AlertSeverity>('warning');
  const create = useMutation({
    mutationFn: () =>
      sluice.webhooks.create({
        ...{ url, description, format, least_severity: severity },
        types: ['alert.raised', 'alert.cleared'],
      }),
    onSuccess: (endpoint) => {
      toast({ text: 'Added. Test it before you need it.', tone: 'ok' });
      void queries.invalidateQueries({ queryKey: ['webhooks'] });
      onMade(endpoint);
    },
  });
  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        create.mutate();
      }}
    >
      <Segments label="Who reads it" value={format} options={FORMATS} onChange={setFormat} />
      <TextField
        label="Address"
        type="url"
        value={url}
        onChange={setUrl}
        required
        autoComplete="off"
        hint={HINTS[format]}
      />
      <TextField
        label="Name"
        value={description}
        onChange={setDescription}
        maxLength={200}
        hint="To know it by, such as the name of the room."
      />
      <Pick
        label={own ? 'Told there, of the installation' : 'Told there, of your account'}
        value={severity}
        options={SEVERITIES}
        onChange={setSeverity}
      />
      <Said error={create.error} />
      <Button type="submit" kind="primary" busy={create.isPending}>
        Add
      </Button>
    </form>
  );
}
