/** One account: what it has, what is reserved, how fast it goes and how long it lasts. */
import type { Balance as Shape, Spend } from '@sluice/sdk';
import { useQuery } from '@tanstack/react-query';
import { accountQuery, spendQuery } from '../../api/money-queries.ts';
import { balanceQuery } from '../../api/queries.ts';
import { useSession } from '../../app/session-context.ts';
import { Amount } from '../../ui/amount.tsx';
import { sumOf } from '../../ui/exact.ts';
import { Fact, Failure, Panel, Skeleton } from '../../ui/panel.tsx';

const BURN_DAYS = 7;

export function Balance({ account }: { account: string }) {
  const { operator } = useSession();
  const own = useQuery({ ...balanceQuery, enabled: !operator });
  const other = useQuery({ ...accountQuery(account), enabled: operator });
  const spend = useQuery(spendQuery({ by: 'day', ...(operator ? { account } : {}) }));
  const balance = operator ? other.data?.balance : own.data;
  const asked = operator ? other : own;
  if (asked.isError && !balance) {
    return (
      <Failure error={asked.error} what="The balance could not be read." retry={() => asked.refetch()} />
    );
  }
  if (!balance) return <Skeleton className="h-24" />;
  return (
    <Panel>
      <dl className="grid grid-cols-2 gap-x-6 gap-y-4 sm:grid-cols-3 lg:grid-cols-5">
        <Fact name="Available">
          <Amount
            amount={balance.available}
            currency={balance.currency}
            className="text-xl font-semibold tracking-tight"
          />
        </Fact>
        <Fact name="Held for tasks under way">
          <Amount amount={balance.held} currency={balance.currency} />
        </Fact>
        <Fact name="Credit limit">
          <Amount amount={balance.credit_limit} currency={balance.currency} />
        </Fact>
        <Pace balance={balance} spend={spend.data} />
      </dl>
    </Panel>
  );
}

/** The mean of the last full week, or of as many days as there are. */
function Pace({ balance, spend }: { balance: Shape; spend: Spend | undefined }) {
  const rows = spend?.data.filter(({ currency }) => currency === balance.currency).slice(-BURN_DAYS) ?? [];
  // A pace is an estimate, so from here on it may be a number.
  const burn = Number(sumOf(rows.map(({ charged }) => charged))) / BURN_DAYS;
  const room = Number(sumOf([balance.available, balance.credit_limit]));
  const days = burn > 0 ? room / burn : null;
  return (
    <>
      <Fact name={`Goes out a day, mean of ${BURN_DAYS}`}>
        {spend ? <Amount amount={burn.toFixed(2)} currency={balance.currency} /> : '…'}
      </Fact>
      <Fact name="Lasts at this pace">
        {spend === undefined ? '…' : days === null ? 'nothing goes out' : runwayText(days)}
      </Fact>
    </>
  );
}

function runwayText(days: number): string {
  if (days > 365) return 'more than a year';
  if (days < 1) return `${Math.max(0, Math.floor(days * 24))} hours`;
  return `${Math.floor(days)} days`;
}
