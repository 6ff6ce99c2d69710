/** The statement of a month: it opens where the last one closed, and its lines can be taken along as CSV. */
import type { AccountStatement } from '@sluice/sdk';
import { useQuery } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import { useState } from 'react';
import { statementQuery, ZONE } from '../../api/money-queries.ts';
import { useSession } from '../../app/session-context.ts';
import { Amount } from '../../ui/amount.tsx';
import { buttonClass } from '../../ui/button.tsx';
import { Pick } from '../../ui/choice.tsx';
import { LOCALE } from '../../ui/locale.ts';
import { Fact, Failure, Panel, Skeleton } from '../../ui/panel.tsx';

const MONTHS_SHOWN = 24;
const monthName = new Intl.DateTimeFormat(LOCALE, { month: 'long', year: 'numeric', timeZone: 'UTC' });

function months(): { value: string; label: string }[] {
  const today = new Intl.DateTimeFormat('sv-SE', { timeZone: ZONE }).format(Date.now());
  const [year = 0, month = 1] = today.split('-').map(Number);
  return Array.from({ length: MONTHS_SHOWN }, (_, back) => {
    const at = new Date(Date.UTC(year, month - 1 - back, 1));
    return { value: at.toISOString().slice(0, 7), label: monthName.format(at) };
  });
}

export function StatementPanel({ account }: { account: string }) {
  const { operator } = useSession();
  const choices = months();
  const [month, setMonth] = useState(choices[0]?.value ?? '');
  const of = operator ? { account } : {};
  const statement = useQuery(statementQuery({ month, ...of }));
  const address = new URLSearchParams({ month, zone: ZONE, ...of });
  return (
    <Panel
      title="Statement"
      aside={
        <div className="flex flex-wrap items-center gap-2">
          <Pick label="Month" hideLabel value={month} options={choices} onChange={setMonth} />
          <a href={`/v1/statements/export?${address}`} download className={buttonClass('outline')}>
            <Download className="size-4" aria-hidden="true" />
            Lines as CSV
          </a>
        </div>
      }
    >
      {statement.isPending && <Skeleton className="h-20" />}
      {statement.isError && (
        <Failure
          error={statement.error}
          what="The statement could not be made."
          retry={() => statement.refetch()}
        />
      )}
      {statement.data && <Sums statement={statement.data} />}
    </Panel>
  );
}

function Sums({ statement }: { statement: AccountStatement }) {
  const { currency, by_model, complete, tasks } = statement;
  const facts: [name: string, amount: string][] = [
    ['Opening', statement.opening],
    ['Top-ups', statement.top_ups],
    ['Corrections', statement.adjustments],
    [`Charged, ${tasks} ${tasks === 1 ? 'clip' : 'clips'}`, statement.charges],
    [complete ? 'Closing' : 'Balance so far', statement.closing],
  ];
  return (
    <>
      <dl className="grid grid-cols-2 gap-x-6 gap-y-4 sm:grid-cols-3 lg:grid-cols-5">
        {facts.map(([name, amount]) => (
          <Fact key={name} name={name}>
            <Amount amount={amount} currency={currency} className="font-medium" />
          </Fact>
        ))}
      </dl>
      {by_model.length > 0 && (
        <ul className="mt-4 flex flex-wrap gap-x-6 gap-y-1 border-t pt-3 text-ink-2">
          {by_model.map(({ model, tasks: of, charged }) => (
            <li key={model}>
              {model}: <Amount amount={charged} currency={currency} /> for {of}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
