/** An operator books money that was received, or a correction with its reason. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { sluice } from '../../api/client.ts';
import { accountsQuery } from '../../api/queries.ts';
import { moneyText } from '../../ui/amount.tsx';
import { Button } from '../../ui/button.tsx';
import { Pick, Segments } from '../../ui/choice.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { TextField } from '../../ui/field.tsx';
import { Said } from '../../ui/said.tsx';
import { toast } from '../../ui/toast.tsx';

export function TopUp({ account }: { account: string | null }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button
        icon={<Plus className="size-4" aria-hidden="true" />}
        kind="primary"
        onClick={() => setOpen(true)}
      >
        Book money
      </Button>
      <Dialog open={open} onClose={() => setOpen(false)} title="Book money">
        <Form account={account} onDone={() => setOpen(false)} />
      </Dialog>
    </>
  );
}

const KINDS = [
  { value: 'top_up', label: 'Received' },
  { value: 'adjustment', label: 'Correction' },
] as const;

function Form({ account, onDone }: { account: string | null; onDone: () => void }) {
  const queries = useQueryClient();
  const accounts = useQuery(accountsQuery);
  const all = accounts.data?.data ?? [];
  const [to, setTo] = useState(account ?? '');
  const chosen = to || all[0]?.id || '';
  const [kind, setKind] = useState<'top_up' | 'adjustment'>('top_up');
  const [amount, setAmount] = useState('');
  const [note, setNote] = useState('');
  // Made with the form: pressing twice, or again after a lost answer, books once.
  const [reference, setReference] = useState(() => `console ${new Date().toISOString()}`);
  const book = useMutation({
    mutationFn: () =>
      kind === 'top_up'
        ? sluice.accounts.topUp(chosen, { amount, reference, ...(note ? { note } : {}) })
        : sluice.accounts.adjust(chosen, { amount, reference, note }),
    onSuccess: ({ balance }) => {
      toast({ text: `Booked. Available: ${moneyText(balance.available, balance.currency)}`, tone: 'ok' });
      void queries.invalidateQueries();
      onDone();
    },
  });
  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        book.mutate();
      }}
    >
      <Pick
        label="Account"
        value={chosen}
        options={all.map(({ id, name }) => ({ value: id, label: name }))}
        onChange={setTo}
      />
      <Segments label="What" value={kind} options={KINDS} onChange={setKind} />
      <TextField
        label={`Amount in ${all.find(({ id }) => id === chosen)?.currency ?? 'USD'}`}
        value={amount}
        onChange={setAmount}
        inputMode="decimal"
        placeholder={kind === 'top_up' ? '250.00' : '-1.50'}
        required
        hint={kind === 'adjustment' ? 'A positive correction favours the customer.' : undefined}
      />
      <TextField
        label="Reference"
        value={reference}
        onChange={setReference}
        required
        maxLength={200}
        hint="Unique, such as the number of the invoice. Booking it again changes nothing."
      />
      <TextField
        label={kind === 'top_up' ? 'Note' : 'Reason'}
        value={note}
        onChange={setNote}
        maxLength={500}
        required={kind === 'adjustment'}
      />
      <Said error={book.error} />
      <Button type="submit" kind="primary" busy={book.isPending} disabled={chosen === ''}>
        Book
      </Button>
    </form>
  );
}
