/** What was spent, by day, model, path or key; operators also see what it cost and what is left over. */
import type { Spend, SpendRow } from '@sluice/sdk';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { spendQuery, ZONE } from '../../api/money-queries.ts';
import { useSession } from '../../app/session-context.ts';
import { Amount, moneyText } from '../../ui/amount.tsx';
import { type Bar, Chart } from '../../ui/chart.tsx';
import { Segments } from '../../ui/choice.tsx';
import { sumOf } from '../../ui/exact.ts';
import { countText } from '../../ui/locale.ts';
import { Empty, Failure, Panel, Skeleton } from '../../ui/panel.tsx';
import { Table } from '../../ui/table.tsx';

type By = Spend['by'];
const BYS = [
  { value: 'day', label: 'Day' },
  { value: 'model', label: 'Model' },
  { value: 'path', label: 'Path' },
  { value: 'key', label: 'Key' },
] as const;
const SPANS = [
  { value: 7, label: '7 days' },
  { value: 30, label: '30 days' },
  { value: 90, label: '90 days' },
] as const;
const DAY_MS = 86_400_000;

export function SpendPanel({ account }: { account: string | null }) {
  const { operator } = useSession();
  const [by, setBy] = useState<By>('day');
  const [days, setDays] = useState<number>(30);
  const from = dayText(Date.now() - (days - 1) * DAY_MS);
  const spend = useQuery(spendQuery({ by, from, ...(operator && account ? { account } : {}) }));
  return (
    <Panel
      title="Spend"
      aside={
        <div className="flex flex-wrap gap-x-4 gap-y-1">
          <Segments label="Span" hideLabel value={days} options={SPANS} onChange={setDays} />
          <Segments label="By" hideLabel value={by} options={BYS} onChange={setBy} />
        </div>
      }
    >
      {spend.isPending && <Skeleton className="h-48" />}
      {spend.isError && (
        <Failure error={spend.error} what="The spending could not be read." retry={() => spend.refetch()} />
      )}
      {spend.data && <Shown spend={spend.data} />}
    </Panel>
  );
}

function dayText(ms: number): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: ZONE }).format(ms);
}

function Shown({ spend }: { spend: Spend }) {
  const { operator } = useSession();
  if (spend.data.length === 0) {
    return (
      <Empty title="Nothing was spent in this time">
        Each finished clip appears here on the day on which it was charged.
      </Empty>
    );
  }
  const currencies = [...new Set(spend.data.map(({ currency }) => currency))];
  return (
    <div className="grid gap-6">
      <Sums spend={spend} currencies={currencies} />
      {spend.partial && (
        <p className="text-warn">
          Only the largest {countText(spend.data.length)} are told, and the sums above are of these. A shorter
          span or one account shows all of it; the export of a statement has every line.
        </p>
      )}
      {currencies.map((currency) => {
        const rows = spend.data.filter((row) => row.currency === currency);
        return spend.by === 'day' ? (
          <ByDay key={currency} spend={spend} rows={rows} currency={currency} costs={operator} />
        ) : (
          <ByGroup key={currency} by={spend.by} rows={rows} currency={currency} costs={operator} />
        );
      })}
    </div>
  );
}

function Sums({ spend, currencies }: { spend: Spend; currencies: readonly string[] }) {
  const { operator } = useSession();
  return (
    <p className="text-ink-2">
      {currencies.map((currency) => {
        const rows = spend.data.filter((row) => row.currency === currency);
        const sum = (of: (row: SpendRow) => string | null) =>
          moneyText(sumOf(rows.map((row) => of(row) ?? '0')), currency);
        const tasks = rows.reduce((all, row) => all + row.tasks, 0);
        return (
          <span key={currency} className="mr-6">
            <strong className="text-ink">{sum((row) => row.charged)}</strong> for {tasks}{' '}
            {tasks === 1 ? 'clip' : 'clips'}
            {operator && (
              <>
                , cost {sum((row) => row.cost)}, margin{' '}
                <strong className="text-ink">{sum((row) => row.margin)}</strong>
              </>
            )}
          </span>
        );
      })}
    </p>
  );
}

type RowsProps = { rows: readonly SpendRow[]; currency: string; costs: boolean };

function ByDay({ spend, rows, currency, costs }: RowsProps & { spend: Spend }) {
  const byDay = new Map(rows.map((row) => [row.group, row]));
  const bars = daysBetween(spend.from, spend.to).map((day): Bar => {
    const row = byDay.get(day);
    const cost = row?.cost ?? '0';
    return {
      label: day,
      value: Number(row?.charged ?? 0),
      text: moneyText(row?.charged ?? '0', currency),
      ...(costs ? { second: { value: Number(cost), text: moneyText(cost, currency) } } : {}),
    };
  });
  return (
    <Chart
      label={`Spend by day in ${currency}`}
      bars={bars}
      names={{ group: 'Day', value: 'Charged', ...(costs ? { second: 'cost' } : {}) }}
      topText={(top) => moneyText(top.toFixed(2), currency)}
      aside={`Days begin at midnight in ${spend.zone}.`}
    />
  );
}

function daysBetween(from: string, to: string): string[] {
  const days: string[] = [];
  for (let ms = Date.parse(from); ms <= Date.parse(to); ms += DAY_MS) {
    days.push(new Date(ms).toISOString().slice(0, 10));
  }
  return days;
}

function ByGroup({ rows, currency, costs, by }: RowsProps & { by: By }) {
  const most = Math.max(...rows.map((row) => Number(row.charged)), 0);
  return (
    <Table
      label={`Spend by ${by} in ${currency}`}
      stack
      columns={[
        { title: by.replace(/^./, (letter) => letter.toUpperCase()) },
        { title: 'Clips', right: true },
        { title: 'Charged', right: true },
        ...(costs
          ? [
              { title: 'Cost', right: true },
              { title: 'Margin', right: true },
            ]
          : []),
      ]}
    >
      {rows.map((row) => (
        <tr key={row.group}>
          <td>
            <bdi>{row.label || 'no path'}</bdi>
            <span
              aria-hidden="true"
              className="mt-1 block h-1 rounded-full bg-accent"
              style={{ width: `${most > 0 ? (Number(row.charged) / most) * 100 : 0}%` }}
            />
          </td>
          <td className="text-right">{row.tasks}</td>
          <td className="text-right font-medium">
            <Amount amount={row.charged} currency={currency} />
          </td>
          {costs && (
            <>
              <td className="text-right">
                <Amount amount={row.cost ?? '0'} currency={currency} />
              </td>
              <td className="text-right">
                <Amount amount={row.margin ?? '0'} currency={currency} />
              </td>
            </>
          )}
        </tr>
      ))}
    </Table>
  );
}
