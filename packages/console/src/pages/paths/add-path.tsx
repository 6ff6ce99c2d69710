/** Adding a path: the credential is checked by a free call before anything is saved. */
import type { CreatePath, Provider } from '@sluice/sdk';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { sluice } from '../../api/client.ts';
import { pricesQuery, providersQuery } from '../../api/money-queries.ts';
import { Button } from '../../ui/button.tsx';
import { Pick } from '../../ui/choice.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { TextField } from '../../ui/field.tsx';
import { Failure, SkeletonRows } from '../../ui/panel.tsx';
import { Said } from '../../ui/said.tsx';
import { toast } from '../../ui/toast.tsx';
import { CredentialFields } from './credential-fields.tsx';

export function AddPath({ open, onClose }: { open: boolean; onClose: () => void }) {
  const providers = useQuery({ ...providersQuery, enabled: open });
  return (
    <Dialog open={open} onClose={onClose} title="Add a path">
      {providers.isPending && <SkeletonRows rows={4} />}
      {providers.isError && <Failure error={providers.error} what="The providers could not be read." />}
      {providers.data && <Form providers={providers.data.data} onDone={onClose} />}
    </Dialog>
  );
}

/** Browsers read it by the rules of `v`, where a dash of its own is written with a backslash. */
const NAME = { pattern: '[a-z0-9][a-z0-9\\-]{0,62}', hint: 'Lower-case letters, digits and dashes.' };

function Form({ providers, onDone }: { providers: readonly Provider[]; onDone: () => void }) {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const sheets = useQuery(pricesQuery);
  const [id, setId] = useState(providers[0]?.id ?? '');
  const [name, setName] = useState('');
  const [credential, setCredential] = useState<Record<string, string>>({});
  const [settings, setSettings] = useState<Record<string, string>>({});
  const [address, setAddress] = useState('');
  const [sheet, setSheet] = useState('');
  const provider = providers.find((each) => each.id === id);
  const create = useMutation({
    mutationFn: () =>
      sluice.paths.create(pathOf({ provider: id, name, credential, settings, address, sheet })),
    onSuccess: (path) => {
      toast({ text: 'The credential works; the path takes work from now on.', tone: 'ok' });
      // What can be ordered, at which price and by whom, hangs on it.
      void queries.invalidateQueries();
      onDone();
      void navigate({ to: '/paths/$name', params: { name: path.name } });
    },
  });
  const prices = sheets.data?.data.map((each) => ({ value: each.id, label: each.id })) ?? [];
  return (
    <form
      className="grid gap-4"
      autoComplete="off"
      onSubmit={(event) => {
        event.preventDefault();
        create.mutate();
      }}
    >
      <Pick
        label="Provider"
        value={id}
        options={providers.map((each) => ({ value: each.id, label: each.name }))}
        onChange={(value) => {
          setId(value);
          setCredential({});
          setSettings({});
        }}
      />
      <TextField label="Name" value={name} onChange={setName} placeholder={id} {...NAME} />
      {provider && (
        <CredentialFields fields={provider.credential} values={credential} onChange={setCredential} />
      )}
      <Pick
        label="Price sheet"
        value={sheet}
        options={[{ value: '', label: 'the newest of this provider' }, ...prices]}
        onChange={setSheet}
      />
      <More
        provider={provider}
        address={address}
        onAddress={setAddress}
        settings={settings}
        onSettings={setSettings}
      />
      <Said error={create.error} />
      <Button type="submit" kind="primary" busy={create.isPending}>
        Check and add
      </Button>
    </form>
  );
}

type MoreProps = {
  provider: Provider | undefined;
  address: string;
  onAddress: (address: string) => void;
  settings: Record<string, string>;
  onSettings: (settings: Record<string, string>) => void;
};

function More({ provider, address, onAddress, settings, onSettings }: MoreProps) {
  return (
    <details>
      <summary className="rounded-sm font-medium">More settings</summary>
      <div className="mt-3 grid gap-4">
        <TextField
          label="Address"
          type="url"
          value={address}
          onChange={onAddress}
          placeholder={provider?.base_url ?? ''}
          hint="Only where the vendor gave you another one."
        />
        {provider && (
          <CredentialFields
            fields={provider.settings}
            values={settings}
            onChange={onSettings}
            secret={false}
          />
        )}
      </div>
    </details>
  );
}

type Draft = {
  provider: string;
  name: string;
  credential: Record<string, string>;
  settings: Record<string, string>;
  address: string;
  sheet: string;
};

function pathOf({ provider, name, credential, settings, address, sheet }: Draft): CreatePath {
  return {
    name: name || provider,
    provider,
    credential,
    settings,
    ...(address ? { base_url: address } : {}),
    ...(sheet ? { price_sheet: sheet } : {}),
  };
}
