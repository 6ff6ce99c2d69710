/** The terms of an account. */
import type { Account } from '@sluice/sdk';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { sluice } from '../../api/client.ts';
import { Button } from '../../ui/button.tsx';
import { Pick } from '../../ui/choice.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { TextField } from '../../ui/field.tsx';
import { Said } from '../../ui/said.tsx';
import { toast } from '../../ui/toast.tsx';

type Terms = {
  name: string;
  weight: string;
  credit_limit: string;
  max_in_flight: string;
  max_queued: string;
  retention_days: string;
  markup_percent: string;
  status: 'active' | 'suspended';
};

function termsOf(account: Account | null): Terms {
  return {
    name: account?.name ?? '',
    weight: String(account?.weight ?? 1),
    credit_limit: account?.credit_limit ?? '0',
    max_in_flight: String(account?.max_in_flight ?? ''),
    max_queued: String(account?.max_queued ?? ''),
    retention_days: String(account?.retention_days ?? ''),
    markup_percent: String(account?.markup_percent ?? 0),
    status: account?.status ?? 'active',
  };
}

const whole = (text: string): number | null => (text.trim() === '' ? null : Number(text));

function save(account: Account | null, terms: Terms): Promise<Account> {
  const fields = {
    name: terms.name,
    weight: Number(terms.weight),
    credit_limit: terms.credit_limit,
    max_in_flight: whole(terms.max_in_flight),
    max_queued: whole(terms.max_queued),
    retention_days: whole(terms.retention_days),
    markup_percent: Number(terms.markup_percent),
  };
  return account === null
    ? sluice.accounts.create(fields)
    : sluice.accounts.update(account.id, { ...fields, status: terms.status });
}

const STATES = [
  { value: 'active', label: 'active' },
  { value: 'suspended', label: 'suspended: orders are refused' },
] as const;

export function AccountForm({ account, onClose }: { account: Account | null; onClose: () => void }) {
  const queries = useQueryClient();
  const [terms, setTerms] = useState(() => termsOf(account));
  const set = (name: keyof Terms) => (value: string) => setTerms({ ...terms, [name]: value });
  const saving = useMutation({
    mutationFn: () => save(account, terms),
    onSuccess: () => {
      toast({ text: 'Saved.', tone: 'ok' });
      void queries.invalidateQueries({ queryKey: ['accounts'] });
      onClose();
    },
  });
  return (
    <Dialog open onClose={onClose} title={account === null ? 'New account' : account.name}>
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          saving.mutate();
        }}
      >
        <TextField label="Name" value={terms.name} onChange={set('name')} required maxLength={200} />
        <Limits terms={terms} set={set} />
        {account !== null && (
          <Pick label="State" value={terms.status} options={STATES} onChange={set('status')} />
        )}
        <Said error={saving.error} />
        <Button type="submit" kind="primary" busy={saving.isPending}>
          Save
        </Button>
      </form>
    </Dialog>
  );
}

type Set = (name: keyof Terms) => (value: string) => void;

function Limits({ terms, set }: { terms: Terms; set: Set }) {
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <TextField
        label="Weight"
        type="number"
        min={1}
        max={1000}
        value={terms.weight}
        onChange={set('weight')}
        hint="Share of the slots against other accounts."
      />
      <TextField
        label="Credit limit"
        inputMode="decimal"
        value={terms.credit_limit}
        onChange={set('credit_limit')}
        hint="How far below zero it may go."
      />
      <TextField
        label="Tasks at once"
        type="number"
        min={1}
        placeholder="no cap"
        value={terms.max_in_flight}
        onChange={set('max_in_flight')}
      />
      <TextField
        label="Tasks waiting"
        type="number"
        min={1}
        placeholder="no cap"
        value={terms.max_queued}
        onChange={set('max_queued')}
      />
      <TextField
        label="Keep clips, days"
        type="number"
        min={1}
        placeholder="for good"
        value={terms.retention_days}
        onChange={set('retention_days')}
        hint="Holds for clips from now on."
      />
      <TextField
        label="Markup, percent"
        type="number"
        step="any"
        value={terms.markup_percent}
        onChange={set('markup_percent')}
        hint="Over the list price."
      />
    </div>
  );
}
