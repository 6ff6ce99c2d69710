/** Whoever pays chooses an amount and goes to Stripe's page; there only when this installation takes cards. */
import type { CheckoutTerms } from '@sluice/sdk';
import { useMutation, useQuery } from '@tanstack/react-query';
import { CreditCard } from 'lucide-react';
import { useState } from 'react';
import { sluice } from '../../api/client.ts';
import { accountQuery, checkoutTermsQuery } from '../../api/money-queries.ts';
import { balanceQuery } from '../../api/queries.ts';
import { useSession } from '../../app/session-context.ts';
import { moneyText } from '../../ui/amount.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { compareAmounts } from '../../ui/exact.ts';
import { TextField } from '../../ui/field.tsx';
import { Said } from '../../ui/said.tsx';

export function PayByCard({ account }: { account: string }) {
  const [open, setOpen] = useState(false);
  const terms = useQuery(checkoutTermsQuery);
  const currency = useCurrency(account);
  if (!terms.data?.offered || currency === null) return null;
  return (
    <>
      <Button
        icon={<CreditCard className="size-4" aria-hidden="true" />}
        kind="primary"
        onClick={() => setOpen(true)}
      >
        Pay by card
      </Button>
      <Dialog open={open} onClose={() => setOpen(false)} title="Pay by card">
        <Form terms={terms.data} currency={currency} />
      </Dialog>
    </>
  );
}

function useCurrency(account: string): string | null {
  const { operator } = useSession();
  const own = useQuery({ ...balanceQuery, enabled: !operator });
  const other = useQuery({ ...accountQuery(account), enabled: operator });
  return (operator ? other.data?.currency : own.data?.currency) ?? null;
}

const USUAL = ['20', '50', '100', '500'];

function Form({ terms, currency }: { terms: CheckoutTerms; currency: string }) {
  const { least, most } = terms;
  const usual = USUAL.filter((each) => isWithin(each, terms));
  const [amount, setAmount] = useState(usual[1] ?? least ?? '');
  const pay = useMutation({
    mutationFn: async () => {
      const made = await sluice.checkouts.create({ amount: amount.trim() });
      const opened = made.url === null ? await sluice.checkouts.page(made.id) : made;
      if (opened.url === null) throw new Error(opened.problem ?? 'Stripe opened no page for it. Try again.');
      window.location.assign(opened.url);
      // The page is about to go: until then, nothing can be pressed twice.
      return new Promise<void>(() => {});
    },
  });
  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        pay.mutate();
      }}
    >
      <TextField
        label={`Amount in ${currency}`}
        value={amount}
        onChange={setAmount}
        inputMode="decimal"
        required
        pattern="\d{1,9}([.]\d{1,2})?"
        hint={`From ${moneyText(least ?? '0', currency)} to ${moneyText(most ?? '0', currency)}.`}
      />
      {usual.length > 0 && (
        <fieldset className="flex flex-wrap gap-2">
          <legend className="sr-only">Usual amounts</legend>
          {usual.map((each) => (
            <Button key={each} small aria-pressed={each === amount} onClick={() => setAmount(each)}>
              {moneyText(each, currency)}
            </Button>
          ))}
        </fieldset>
      )}
      <p className="text-ink-2">
        You pay on Stripe’s page and come back here. The balance rises when Stripe confirms the payment.
      </p>
      {terms.test && (
        <p className="text-warn">Test cards only: no money moves, and the balance rises all the same.</p>
      )}
      <Said error={pay.error} />
      <Button type="submit" kind="primary" busy={pay.isPending}>
        Go to the payment
      </Button>
    </form>
  );
}

function isWithin(amount: string, { least, most }: CheckoutTerms): boolean {
  return compareAmounts(amount, least ?? '0') >= 0 && compareAmounts(amount, most ?? '0') <= 0;
}
