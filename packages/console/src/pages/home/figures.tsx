/** Today in four figures: jobs, spend, success, and how long a clip takes from the order to being stored. */
import type { Activity, Spend } from '@sluice/sdk';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { activityQuery, spendByDayQuery } from '../../api/queries.ts';
import { useMay } from '../../app/session-context.ts';
import { Amount } from '../../ui/amount.tsx';
import { Bars } from '../../ui/bars.tsx';
import { countText, LOCALE } from '../../ui/locale.ts';
import { Skeleton } from '../../ui/panel.tsx';
import { dayText, spanText } from '../../ui/time.tsx';

const HOURS = 24;
const DAYS = 14;
const percent = new Intl.NumberFormat(LOCALE, { style: 'percent', maximumFractionDigits: 1 });

export function Figures() {
  const activity = useQuery({ ...activityQuery(HOURS), refetchInterval: 30_000 });
  const may = useMay('billing:read');
  if (activity.isPending) return <Skeleton className="h-24 max-lg:h-49" />;
  if (!activity.data) return null;
  return (
    <section
      aria-label="Today"
      className="grid grid-cols-2 overflow-hidden rounded-lg border bg-surface lg:grid-cols-4 [&>div]:border-line"
    >
      <Jobs activity={activity.data} />
      {may && <Spent />}
      <Success activity={activity.data} />
      <ToStored activity={activity.data} />
    </section>
  );
}

type FigureProps = { name: string; value: ReactNode; under: ReactNode; aside?: ReactNode };

function Figure({ name, value, under, aside }: FigureProps) {
  return (
    <div className="flex items-end justify-between gap-3 border-r border-b p-4 -mr-px -mb-px">
      <div className="min-w-0">
        <p className="text-[0.93rem] text-ink-3">{name}</p>
        <div>
          <span className="block text-[1.6rem] leading-tight font-semibold tracking-tight">{value}</span>
          <span className="mt-0.5 block truncate text-[0.93rem] text-ink-2">{under}</span>
        </div>
      </div>
      {aside}
    </div>
  );
}

function Jobs({ activity: { ordered, under_way, partial } }: { activity: Activity }) {
  return (
    <Figure
      name="Jobs, last 24 hours"
      value={`${countText(ordered)}${partial ? '+' : ''}`}
      under={under_way === 0 ? 'none under way' : `${countText(under_way)} under way`}
    />
  );
}

function Spent() {
  const to = dayOf(new Date());
  const from = dayOf(new Date(Date.now() - (DAYS - 1) * 86_400_000));
  const spend = useQuery(spendByDayQuery(from, to));
  if (!spend.data) return <Figure name="Spend today" value="–" under="not read yet" />;
  const [currency] = currenciesOf(spend.data);
  const today = spend.data.data.find(({ group, currency: each }) => group === to && each === currency);
  return (
    <Figure
      name="Spend today"
      value={<Amount amount={today?.charged ?? '0'} currency={currency} />}
      under={`${countText(today?.tasks ?? 0)} charged`}
      aside={
        <Bars
          label={`Spend of the last ${DAYS} days`}
          bars={daysUpTo(to).map((day) => {
            const row = spend.data.data.find(
              ({ group, currency: each }) => group === day && each === currency,
            );
            return { name: dayText(day), value: Number(row?.charged ?? 0) };
          })}
        />
      }
    />
  );
}

function currenciesOf({ data }: Spend): [string, ...string[]] {
  const [first = 'USD', ...rest] = new Set(data.map(({ currency }) => currency));
  return [first, ...rest];
}

/** As the viewer's calendar has it, written as the API writes dates. */
function dayOf(date: Date): string {
  const two = (part: number): string => String(part).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

function daysUpTo(last: string): string[] {
  const endMs = Date.parse(`${last}T12:00:00`);
  return Array.from({ length: DAYS }, (_, at) => dayOf(new Date(endMs - (DAYS - 1 - at) * 86_400_000)));
}

function Success({ activity: { success_share: share, failed } }: { activity: Activity }) {
  return (
    <Figure
      name="Success"
      value={share === null ? '–' : percent.format(share)}
      under={
        failed === 0 ? (
          'no failures'
        ) : (
          <Link
            to="/tasks"
            search={{ stage: 'failed', since: '24h' }}
            className="underline underline-offset-3"
          >
            {countText(failed)} failed
          </Link>
        )
      }
    />
  );
}

function ToStored({ activity: { to_stored_seconds: spread } }: { activity: Activity }) {
  return (
    <Figure
      name="Order to stored, p95"
      value={spread === null ? '–' : spanText(spread.p95)}
      under={spread === null ? 'nothing stored yet' : `half within ${spanText(spread.p50)}`}
    />
  );
}
