/** A new key: what it may do, what it may spend; then the key itself, once. */
import type { KeyWithSecret, Scope } from '@sluice/sdk';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useActing } from '../../api/acting.ts';
import { sluice } from '../../api/client.ts';
import { accountsQuery } from '../../api/queries.ts';
import { useSession } from '../../app/session-context.ts';
import { BudgetFields, type Period } from '../../ui/budget.tsx';
import { Button } from '../../ui/button.tsx';
import { Pick } from '../../ui/choice.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { TextField } from '../../ui/field.tsx';
import { Said } from '../../ui/said.tsx';
import { ShownOnce } from './shown-once.tsx';

const SCOPES: readonly { scope: Scope; says: string }[] = [
  { scope: 'tasks:read', says: 'read tasks and clips' },
  { scope: 'tasks:write', says: 'order and cancel' },
  { scope: 'files:write', says: 'upload' },
  { scope: 'billing:read', says: 'read balance and spending' },
  { scope: 'billing:write', says: 'pay by card' },
  { scope: 'webhooks:write', says: 'set up webhooks' },
  { scope: 'keys:write', says: 'make and revoke keys' },
  { scope: 'members:write', says: 'manage members' },
];
const USUAL = new Set<Scope>(['tasks:read', 'tasks:write', 'files:write', 'billing:read', 'webhooks:write']);

export function NewKey({ open, onClose }: { open: boolean; onClose: () => void }) {
  const [made, setMade] = useState<KeyWithSecret | null>(null);
  const close = (): void => {
    setMade(null);
    onClose();
  };
  return (
    <Dialog open={open} onClose={close} title={made ? 'Your new key' : 'New key'}>
      {made ? <ShownOnce made={made} onDone={close} /> : <Form onMade={setMade} />}
    </Dialog>
  );
}

function Form({ onMade }: { onMade: (key: KeyWithSecret) => void }) {
  const session = useSession();
  const acting = useActing();
  const queries = useQueryClient();
  const accounts = useQuery({ ...accountsQuery, enabled: session.operator });
  const all = accounts.data?.data ?? [];
  const [account, setAccount] = useState(acting ?? '');
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<ReadonlySet<Scope>>(USUAL);
  const [budget, setBudget] = useState('');
  const [period, setPeriod] = useState<Period>('month');
  const own = account || all[0]?.id || null;
  const create = useMutation({
    mutationFn: () =>
      sluice.keys.create({
        name,
        account: session.operator ? own : null,
        scopes: [...scopes],
        ...(budget ? { budget, budget_period: period } : {}),
      }),
    onSuccess: (key) => {
      void queries.invalidateQueries({ queryKey: ['keys'] });
      onMade(key);
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
      <TextField
        label="Name"
        value={name}
        onChange={setName}
        required
        maxLength={200}
        placeholder="render worker, production"
      />
      {session.operator && (
        <Pick
          label="Account that pays"
          value={own ?? ''}
          options={all.map(({ id, name: called }) => ({ value: id, label: called }))}
          onChange={setAccount}
        />
      )}
      <Scopes scopes={scopes} onChange={setScopes} />
      <BudgetFields budget={budget} period={period} onBudget={setBudget} onPeriod={setPeriod} />
      <Said error={create.error} />
      <Button type="submit" kind="primary" busy={create.isPending} disabled={scopes.size === 0}>
        Create the key
      </Button>
    </form>
  );
}

type ScopesProps = { scopes: ReadonlySet<Scope>; onChange: (scopes: ReadonlySet<Scope>) => void };

/** Nobody gives what they do not have. */
function Scopes({ scopes, onChange }: ScopesProps) {
  const session = useSession();
  const offered = SCOPES.filter(({ scope }) => session.operator || session.scopes.includes(scope));
  return (
    <fieldset>
      <legend className="mb-1.5 font-medium">May</legend>
      <div className="grid gap-1 sm:grid-cols-2">
        {offered.map(({ scope, says }) => (
          <label key={scope} className="flex items-center gap-2">
            <input
              type="checkbox"
              className="size-4 accent-accent"
              checked={scopes.has(scope)}
              onChange={() => onChange(toggled(scopes, scope))}
            />
            {says}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function toggled(scopes: ReadonlySet<Scope>, scope: Scope): ReadonlySet<Scope> {
  const next = new Set(scopes);
  if (!next.delete(scope)) next.add(scope);
  return next;
}
