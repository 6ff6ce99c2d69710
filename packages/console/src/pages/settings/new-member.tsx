/** Adding a person. */
import type { Role } from '@sluice/sdk';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useActing } from '../../api/acting.ts';
import { sluice } from '../../api/client.ts';
import { accountsQuery } from '../../api/queries.ts';
import { useSession } from '../../app/session-context.ts';
import { Button } from '../../ui/button.tsx';
import { Pick } from '../../ui/choice.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { TextField } from '../../ui/field.tsx';
import { Said } from '../../ui/said.tsx';
import { toast } from '../../ui/toast.tsx';

export const ROLES: readonly { value: Role; label: string }[] = [
  { value: 'owner', label: 'owner' },
  { value: 'developer', label: 'developer' },
  { value: 'viewer', label: 'viewer' },
  { value: 'billing', label: 'billing' },
  { value: 'operator', label: 'operator' },
];

const MEANS: Record<Role, string> = {
  owner: 'Everything of their account: orders, money, keys and members.',
  developer: 'Orders, webhooks, keys; reads the money.',
  viewer: 'Looks at tasks and clips.',
  billing: 'Reads tasks, balance and statements, and pays by card.',
  operator: 'Everything of everybody, paths and terms included.',
};

export function NewMember({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Dialog open={open} onClose={onClose} title="Add a person">
      <Form onDone={onClose} />
    </Dialog>
  );
}

function Form({ onDone }: { onDone: () => void }) {
  const { operator } = useSession();
  const acting = useActing();
  const queries = useQueryClient();
  const accounts = useQuery({ ...accountsQuery, enabled: operator });
  const all = accounts.data?.data ?? [];
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<Role>('developer');
  const [account, setAccount] = useState(acting ?? '');
  const to = account || all[0]?.id || null;
  const create = useMutation({
    mutationFn: () =>
      sluice.members.create({ name, email, role, account: operator && role !== 'operator' ? to : null }),
    onSuccess: () => {
      toast({ text: 'Added. Make them a sign-in link to let them in.', tone: 'ok' });
      void queries.invalidateQueries({ queryKey: ['members'] });
      onDone();
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
      <TextField label="Name" value={name} onChange={setName} required maxLength={200} />
      <TextField label="Email" type="email" value={email} onChange={setEmail} required maxLength={320} />
      <div className="grid gap-1.5">
        <Pick
          label="Role"
          value={role}
          options={operator ? ROLES : ROLES.filter(({ value }) => value !== 'operator')}
          onChange={setRole}
        />
        <p className="text-[0.93rem] text-ink-3">{MEANS[role]}</p>
      </div>
      {operator && role !== 'operator' && (
        <Pick
          label="Account"
          value={to ?? ''}
          options={all.map(({ id, name: called }) => ({ value: id, label: called }))}
          onChange={setAccount}
        />
      )}
      <Said error={create.error} />
      <Button type="submit" kind="primary" busy={create.isPending}>
        Add
      </Button>
    </form>
  );
}
