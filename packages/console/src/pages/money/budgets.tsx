/** What each key may spend, what is left of it and when it starts anew; changed right here by whoever may. */
import type { Key } from '@sluice/sdk';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { sluice } from '../../api/client.ts';
import { keysQuery } from '../../api/money-queries.ts';
import { useCurrencies } from '../../app/currencies.ts';
import { useMay, useSession } from '../../app/session-context.ts';
import { moneyText } from '../../ui/amount.tsx';
import { BudgetFields, BudgetUse, isNearEnd, type Period, usedShare } from '../../ui/budget.tsx';
import { Button } from '../../ui/button.tsx';
import { Pick } from '../../ui/choice.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { isNegative, negated, sumOf } from '../../ui/exact.ts';
import { Empty, Failure, Panel, SkeletonRows } from '../../ui/panel.tsx';
import { Said } from '../../ui/said.tsx';
import { ACTIONS, Table } from '../../ui/table.tsx';
import { Ago } from '../../ui/time.tsx';
import { toast } from '../../ui/toast.tsx';
import { Tone } from '../../ui/tone.tsx';

/** Which key: null asks. */
type Editing = { key: Key | null } | null;

export function BudgetsPanel({ account }: { account: string | null }) {
  const { operator } = useSession();
  const may = useMay('keys:write');
  const [editing, setEditing] = useState<Editing>(null);
  const keys = useQuery(keysQuery(operator ? account : null));
  const working = (keys.data?.data ?? []).filter((key) => key.account !== null && works(key));
  const limited = working.filter(({ budget }) => budget !== null);
  const free = working.filter(({ budget }) => budget === null);
  const add = may && free.length > 0 && (
    <Button small onClick={() => setEditing({ key: null })}>
      Set a budget
    </Button>
  );
  return (
    <Panel title="Budgets" flush aside={limited.length > 0 && add}>
      {keys.isPending && <SkeletonRows rows={2} />}
      {keys.isError && (
        <Failure error={keys.error} what="The budgets could not be read." retry={() => keys.refetch()} />
      )}
      {keys.data && limited.length === 0 && (
        <Empty title="No key has a budget" action={add}>
          A key with a budget spends so much in all, a month or a day; what goes beyond it is refused before
          anything is held. {may ? '' : 'An owner can set one.'}
        </Empty>
      )}
      {limited.length > 0 && <Budgets keys={limited} onEdit={may ? (key) => setEditing({ key }) : null} />}
      <Dialog
        open={editing !== null}
        onClose={() => setEditing(null)}
        title={editing?.key ? `Budget of ${editing.key.name}` : 'Set a budget'}
      >
        {editing !== null && (
          <Edit
            key={editing.key?.id}
            keys={editing.key ? [editing.key] : free}
            onDone={() => setEditing(null)}
          />
        )}
      </Dialog>
    </Panel>
  );
}

function works({ revoked_at, expires_at }: Key): boolean {
  return revoked_at === null && (expires_at === null || Date.parse(expires_at) > Date.now());
}

function Budgets({ keys, onEdit }: { keys: readonly Key[]; onEdit: ((key: Key) => void) | null }) {
  const currencyOf = useCurrencies();
  return (
    <Table
      label="Budgets"
      stack
      columns={[
        { title: 'Key' },
        { title: 'Used' },
        { title: 'Left', right: true },
        { title: 'Starts anew' },
        ACTIONS,
      ]}
    >
      {keys
        .toSorted((a, b) => usedShare(b) - usedShare(a))
        .map((key) => (
          <tr key={key.id}>
            <td className="max-w-56 truncate font-medium">
              <bdi>{key.name}</bdi>
            </td>
            <td>
              <BudgetUse keyOf={key} currency={currencyOf(key.account)} />
            </td>
            <td className="text-right">
              <Left keyOf={key} currency={currencyOf(key.account)} />
            </td>
            <td className="whitespace-nowrap">
              {key.budget_renews_at ? (
                <Ago at={key.budget_renews_at} />
              ) : (
                <span className="text-ink-3">never</span>
              )}
            </td>
            <td className="text-right">
              {onEdit && (
                <Button small kind="quiet" onClick={() => onEdit(key)}>
                  Change <span className="sr-only">the budget of {key.name}</span>
                </Button>
              )}
            </td>
          </tr>
        ))}
    </Table>
  );
}

/** A budget that was made smaller may be used beyond itself. */
function Left({ keyOf, currency }: { keyOf: Key; currency: string }) {
  const left = sumOf([keyOf.budget ?? '0', negated(keyOf.budget_used)]);
  const text = moneyText(isNegative(left) ? '0' : left, currency);
  return isNearEnd(keyOf) ? <Tone tone="warn">{text}</Tone> : text;
}

function Edit({ keys, onDone }: { keys: readonly Key[]; onDone: () => void }) {
  const queries = useQueryClient();
  const currencyOf = useCurrencies();
  const [chosen, setChosen] = useState(keys[0]?.id ?? '');
  const key = keys.find(({ id }) => id === chosen);
  const [budget, setBudget] = useState(key?.budget ?? '');
  const [period, setPeriod] = useState<Period>(key?.budget ? key.budget_period : 'month');
  const save = useMutation({
    mutationFn: () =>
      sluice.keys.update(chosen, {
        budget: budget.trim() === '' ? null : budget.trim(),
        budget_period: period,
      }),
    onSuccess: (changed) => {
      const currency = currencyOf(changed.account);
      const text = changed.budget === null ? 'none' : moneyText(changed.budget, currency);
      toast({ text: `The budget of ${changed.name} is ${text}.`, tone: 'ok' });
      void queries.invalidateQueries({ queryKey: ['keys'] });
      onDone();
    },
  });
  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      {keys.length > 1 && (
        <Pick
          label="Key"
          value={chosen}
          options={keys.map(({ id, name }) => ({ value: id, label: name }))}
          onChange={setChosen}
        />
      )}
      <BudgetFields budget={budget} period={period} onBudget={setBudget} onPeriod={setPeriod} />
      <p className="text-ink-2">
        What it has spent stays counted. Days and months begin at midnight UTC; an empty budget is none.
      </p>
      <Said error={save.error} />
      <Button type="submit" kind="primary" busy={save.isPending}>
        Save
      </Button>
    </form>
  );
}
