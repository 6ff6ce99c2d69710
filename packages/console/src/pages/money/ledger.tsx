/** The book: each transaction, which way its money went, its postings, and the task that it belongs to. */
import type { LedgerEntry, ListLedgerQuery } from '@sluice/sdk';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { ChevronRight, Download } from 'lucide-react';
import { Fragment, useState } from 'react';
import { ledgerQuery } from '../../api/money-queries.ts';
import { accountsQuery } from '../../api/queries.ts';
import { useSession } from '../../app/session-context.ts';
import { Amount, moneyText } from '../../ui/amount.tsx';
import { Button, buttonClass } from '../../ui/button.tsx';
import { cx } from '../../ui/class.ts';
import { Id, shortId } from '../../ui/id.tsx';
import { Empty, Failure, Panel, SkeletonRows } from '../../ui/panel.tsx';
import { Table } from '../../ui/table.tsx';
import { Ago } from '../../ui/time.tsx';
import { LedgerFilters } from './ledger-filters.tsx';
import { type Movement, movementOf, payerOf } from './movement.ts';
import { KINDS, type LedgerSearch } from './search.ts';

const PAGE = 25;
const DAY_MS = 86_400_000;

export function LedgerPanel({ account }: { account: string | null }) {
  const { operator } = useSession();
  const { checkout: _, left: __, ...search } = useSearch({ from: '/money' });
  const book = useInfiniteQuery(ledgerQuery(queryOf(search, operator ? account : null)));
  const entries = book.data?.pages.flatMap((page) => page.data) ?? [];
  const filtered = Object.keys(search).length > 0;
  return (
    <Panel
      title="Ledger"
      flush
      aside={
        operator && (
          <a href="/v1/ledger/export" download className={buttonClass('outline')}>
            <Download className="size-4" aria-hidden="true" />
            Whole book as a journal
          </a>
        )
      }
    >
      {(filtered || entries.length > 0) && <LedgerFilters search={search} ofOne={account !== null} />}
      {book.isPending && <SkeletonRows rows={5} />}
      {book.isError && (
        <Failure error={book.error} what="The book could not be read." retry={() => book.refetch()} />
      )}
      {book.data && entries.length === 0 && (
        <Empty title={filtered ? 'Nothing like that is booked' : 'Nothing is booked yet'}>
          {filtered
            ? 'Choose another kind or other days.'
            : 'Top-ups, holds and charges appear here as they happen.'}
        </Empty>
      )}
      {entries.length > 0 && <Entries entries={entries} named={operator && account === null} />}
      {book.hasNextPage && (
        <div className="flex justify-center border-t p-3">
          <Button busy={book.isFetchingNextPage} onClick={() => book.fetchNextPage()}>
            Older
          </Button>
        </div>
      )}
    </Panel>
  );
}

/** Days are the viewer's: from the first moment of one to the last of the other. */
function queryOf({ from, to, ...search }: LedgerSearch, account: string | null): ListLedgerQuery {
  return {
    limit: PAGE,
    ...search,
    ...(account !== null && { account }),
    ...(from && { booked_after: new Date(midnightMs(from) - 1).toISOString() }),
    // Midnight of the day behind it, whatever the clocks did meanwhile.
    ...(to && { booked_before: new Date(midnightMs(dayAfter(to))).toISOString() }),
  };
}

/** Without a zone, a date with a time is the viewer's. */
function midnightMs(day: string): number {
  return Date.parse(`${day}T00:00:00`);
}

function dayAfter(day: string): string {
  return new Date(Date.parse(day) + DAY_MS).toISOString().slice(0, 10);
}

function Entries({ entries, named }: { entries: readonly LedgerEntry[]; named: boolean }) {
  const accounts = useQuery({ ...accountsQuery, enabled: named });
  const names = new Map((accounts.data?.data ?? []).map(({ id, name }) => [id, name]));
  return (
    <Table
      label="Ledger"
      columns={[
        { title: 'What' },
        { title: 'When', wide: true },
        { title: 'Task', wide: true },
        { title: named ? 'Account' : 'Note', wide: true },
        { title: 'Amount', right: true },
      ]}
    >
      {entries.map((entry) => (
        <Entry
          key={entry.id}
          entry={entry}
          account={named ? (names.get(payerOf(entry) ?? '') ?? payerOf(entry)) : null}
        />
      ))}
    </Table>
  );
}

/** Narrow screens have what, when and the amount beside each other, and the rest below. */
function Entry({ entry, account }: { entry: LedgerEntry; account: string | null }) {
  const [open, setOpen] = useState(false);
  const currency = entry.postings[0]?.currency ?? 'USD';
  const about = account ?? entry.note;
  return (
    <Fragment>
      <tr className="align-top">
        <td>
          <button
            type="button"
            aria-expanded={open}
            onClick={() => setOpen(!open)}
            className="inline-flex items-center gap-1 rounded-sm font-medium whitespace-nowrap"
          >
            <ChevronRight className={cx('size-3.5', open && 'rotate-90')} aria-hidden="true" />
            {KINDS[entry.kind]}
          </button>
          <span className="mt-0.5 grid gap-0.5 pl-4.5 text-ink-3 sm:hidden">
            <Ago at={entry.at} />
            {entry.task_id && <TaskLink id={entry.task_id} />}
            <bdi>{about}</bdi>
          </span>
        </td>
        <td className="whitespace-nowrap max-sm:hidden">
          <Ago at={entry.at} />
        </td>
        <td className="max-sm:hidden">{entry.task_id && <TaskLink id={entry.task_id} />}</td>
        <td className="max-w-64 truncate text-ink-2 max-sm:hidden" title={about ?? undefined}>
          <bdi>{about}</bdi>
        </td>
        <td className="text-right whitespace-nowrap">
          <Moved movement={movementOf(entry)} currency={currency} ofCustomer={payerOf(entry) !== null} />
        </td>
      </tr>
      {open && (
        <tr>
          <td colSpan={5} className="bg-sunken">
            <Postings entry={entry} />
          </td>
        </tr>
      )}
    </Fragment>
  );
}

function TaskLink({ id }: { id: string }) {
  return (
    <Link to="/tasks/$id" params={{ id }} className="w-fit font-mono whitespace-nowrap text-accent underline">
      {shortId(id)}
    </Link>
  );
}

const WAYS: Record<Movement['way'], { sign: string; word: string; look: string }> = {
  in: { sign: '+', word: 'in', look: 'font-medium text-ok' },
  out: { sign: '−', word: 'out', look: 'font-medium' },
  held: { sign: '', word: 'set aside', look: 'text-ink-3' },
  freed: { sign: '', word: 'set free', look: 'text-ink-3' },
  none: { sign: '', word: 'nothing moved', look: 'text-ink-3' },
};

const OF_VENDORS: Partial<Record<Movement['way'], string>> = { in: 'from the vendor', out: 'to the vendor' };

type MovedProps = { movement: Movement; currency: string; ofCustomer: boolean };

/** What is set aside or set free is still the customer's, so it has no sign. */
function Moved({ movement: { way, amount, freed }, currency, ofCustomer }: MovedProps) {
  const { sign, look, word: usual } = WAYS[way];
  const word = ofCustomer ? usual : (OF_VENDORS[way] ?? usual);
  return (
    <span className={look}>
      <span className="text-[0.93rem] font-normal text-ink-3 max-sm:block">{word}</span>{' '}
      <span className="sm:ml-2">
        {sign}
        <Amount amount={amount} currency={currency} />
      </span>
      {freed !== null && (
        <span className="block text-[0.93rem] font-normal text-ink-3">
          {moneyText(freed, currency)} of the hold set free
        </span>
      )}
    </span>
  );
}

function Postings({ entry }: { entry: LedgerEntry }) {
  return (
    <div className="grid gap-2">
      <ul className="grid gap-1 font-mono text-[0.93em]">
        {entry.postings.map(({ account, amount, currency }) => (
          <li key={account} className="flex justify-between gap-6">
            <span className="[overflow-wrap:anywhere]">{account}</span>
            <Amount amount={amount} currency={currency} />
          </li>
        ))}
      </ul>
      {entry.note && (
        <p className="text-ink-2">
          <bdi>{entry.note}</bdi>
        </p>
      )}
      <p className="text-ink-3 [overflow-wrap:anywhere]">
        <Id id={entry.id} /> under the reference <span className="font-mono">{entry.reference}</span>; debits
        are positive, and it sums to zero.
      </p>
    </div>
  );
}
