/** Payments by card: the one that its payer comes back from, and those before it. */
import type { Checkout } from '@sluice/sdk';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect } from 'react';
import { checkoutQuery, checkoutsQuery } from '../../api/money-queries.ts';
import { accountsQuery } from '../../api/queries.ts';
import { Amount, moneyText } from '../../ui/amount.tsx';
import { Button, buttonClass } from '../../ui/button.tsx';
import { Failure, Panel } from '../../ui/panel.tsx';
import { Table } from '../../ui/table.tsx';
import { Ago } from '../../ui/time.tsx';
import { Tone, type ToneWord } from '../../ui/tone.tsx';

/** What became of the payment, told while it becomes. */
export function CameBack() {
  const { checkout: id = '', left = false } = useSearch({ from: '/money' });
  const navigate = useNavigate();
  const queries = useQueryClient();
  const checkout = useQuery({ ...checkoutQuery(id), enabled: id !== '' });
  const state = checkout.data?.state;
  useEffect(() => {
    if (state === 'paid') void queries.invalidateQueries();
  }, [state, queries]);
  if (id === '') return null;
  const close = () =>
    void navigate({
      to: '/money',
      search: ({ checkout: _, left: __, ...rest }) => rest,
      replace: true,
    });
  return (
    <section aria-label="Payment" role="status" className="mb-5 rounded-lg border bg-surface p-4">
      {checkout.isError && (
        <Failure
          error={checkout.error}
          what="The payment could not be read."
          retry={() => checkout.refetch()}
        />
      )}
      {checkout.isPending && <p className="text-ink-2">Asking Stripe how the payment stands…</p>}
      {checkout.data && (
        <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-3">
          <Outcome checkout={checkout.data} left={left} />
          <div className="flex flex-wrap gap-2">
            {checkout.data.url !== null && left && (
              <a href={checkout.data.url} className={buttonClass('primary', true)}>
                Go on paying
              </a>
            )}
            <Button small onClick={close}>
              Close
            </Button>
          </div>
        </div>
      )}
    </section>
  );
}

function Outcome({ checkout, left }: { checkout: Checkout; left: boolean }) {
  const { state, amount, credited, currency, problem, test } = checkout;
  const cards = test ? ' These were test cards: no money moved.' : '';
  switch (state) {
    case 'paid':
      return problem === null ? (
        <p>
          <Tone tone="ok">Paid</Tone> {moneyText(credited, currency)} was added to your balance.{cards}
        </p>
      ) : (
        <p>
          <Tone tone="warn">Paid, not added yet</Tone> {problem} The operator has been told.
        </p>
      );
    case 'pending':
      return left ? (
        <p>
          <Tone tone="off">Not paid</Tone> You left the page before paying {moneyText(amount, currency)}.
          Nothing was charged.
        </p>
      ) : (
        <p>
          <Tone tone="wait">Waiting for Stripe</Tone> Your payment of {moneyText(amount, currency)} is not
          confirmed yet. Cards take seconds, bank payments days; you may leave this page.
        </p>
      );
    case 'expired':
      return (
        <p>
          <Tone tone="off">Expired</Tone> Nobody paid in time. Nothing was charged.
        </p>
      );
    case 'failed':
      return (
        <p>
          <Tone tone="bad">Not paid</Tone> {problem ?? 'The payment did not go through.'} Nothing was added.
        </p>
      );
  }
}

const STATES: Record<Checkout['state'], { tone: ToneWord; word: string }> = {
  pending: { tone: 'wait', word: 'Waiting' },
  paid: { tone: 'ok', word: 'Paid' },
  expired: { tone: 'off', word: 'Expired' },
  failed: { tone: 'bad', word: 'Failed' },
};

export function CheckoutsPanel({ account }: { account: string | null }) {
  const list = useQuery(checkoutsQuery);
  const rows = list.data?.data.filter((each) => account === null || each.account === account) ?? [];
  // Where nobody has paid by card, there is nothing to say about it.
  if (rows.length === 0) return null;
  return (
    <Panel title="Payments by card" flush>
      <Table
        label="Payments by card"
        stack
        columns={[
          { title: 'When' },
          ...(account === null ? [{ title: 'Account' }] : []),
          { title: 'State' },
          { title: 'At Stripe' },
          { title: 'Asked for', right: true },
          { title: 'Added', right: true },
          { title: 'Taken back', right: true },
        ]}
      >
        {rows.map((each) => (
          <Row key={each.id} checkout={each} whose={account === null} />
        ))}
      </Table>
    </Panel>
  );
}

function Row({ checkout, whose }: { checkout: Checkout; whose: boolean }) {
  const { state, disputed, problem, currency, payment_reference: reference } = checkout;
  const { tone, word } = STATES[state];
  return (
    <tr>
      <td className="whitespace-nowrap">
        <Ago at={checkout.created_at} />
      </td>
      {whose && (
        <td>
          <AccountName id={checkout.account} />
        </td>
      )}
      <td>
        <Tone tone={disputed || (state === 'paid' && problem !== null) ? 'warn' : tone}>
          {disputed ? 'Disputed' : word}
        </Tone>
        {problem !== null && <span className="ml-2 text-ink-2">{problem}</span>}
      </td>
      <td className="max-w-48 truncate font-mono text-[0.93em] text-ink-2" title={reference ?? undefined}>
        {reference ?? '—'}
      </td>
      <td className="text-right">
        <Amount amount={checkout.amount} currency={currency} />
      </td>
      <td className="text-right font-medium">
        <Amount amount={checkout.credited} currency={currency} />
      </td>
      <td className="text-right">
        <Amount amount={checkout.taken_back} currency={currency} />
      </td>
    </tr>
  );
}

function AccountName({ id }: { id: string }) {
  const accounts = useQuery(accountsQuery);
  return <bdi>{accounts.data?.data.find((each) => each.id === id)?.name ?? id}</bdi>;
}
