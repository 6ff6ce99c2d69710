/** The book: each transaction, its postings, and the task that it belongs to. */
import type { LedgerEntry } from '@sluice/sdk';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ChevronRight, Download } from 'lucide-react';
import { Fragment, useState } from 'react';
import { ledgerQuery } from '../../api/money-queries.ts';
import { useSession } from '../../app/session-context.ts';
import { Amount } from '../../ui/amount.tsx';
import { Button, buttonClass } from '../../ui/button.tsx';
import { cx } from '../../ui/class.ts';
import { sumOf } from '../../ui/exact.ts';
import { Id, shortId } from '../../ui/id.tsx';
import { Empty, Failure, Panel, SkeletonRows } from '../../ui/panel.tsx';
import { Table } from '../../ui/table.tsx';
import { Ago } from '../../ui/time.tsx';

const KINDS: Record<LedgerEntry['kind'], string> = {
  top_up: 'Top-up',
  adjustment: 'Correction',
  hold: 'Hold',
  settle: 'Charge',
  release: 'Release',
  cost: 'Upstream cost',
  refund: 'Refund',
};

export function LedgerPanel({ account }: { account: string | null }) {
  const { operator } = useSession();
  const book = useInfiniteQuery(ledgerQuery({ limit: 25, ...(operator && account ? { account } : {}) }));
  const entries = book.data?.pages.flatMap((page) => page.data) ?? [];
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
      {book.isPending && <SkeletonRows rows={5} />}
      {book.isError && (
        <Failure error={book.error} what="The book could not be read." retry={() => book.refetch()} />
      )}
      {book.data && entries.length === 0 && (
        <Empty title="Nothing is booked yet">Top-ups, holds and charges appear here as they happen.</Empty>
      )}
      {entries.length > 0 && (
        <Table
          label="Ledger"
          columns={[
            { title: 'When' },
            { title: 'What' },
            { title: 'Task' },
            { title: 'Note' },
            { title: 'Amount', right: true },
          ]}
        >
          {entries.map((entry) => (
            <Entry key={entry.id} entry={entry} />
          ))}
        </Table>
      )}
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

function Entry({ entry }: { entry: LedgerEntry }) {
  const [open, setOpen] = useState(false);
  const currency = entry.postings[0]?.currency ?? 'USD';
  // What moved: the debits, which are as large as the credits.
  const moved = sumOf(entry.postings.flatMap(({ amount }) => (amount.startsWith('-') ? [] : [amount])));
  return (
    <Fragment>
      <tr>
        <td className="whitespace-nowrap">
          <Ago at={entry.at} />
        </td>
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
        </td>
        <td>
          {entry.task_id && (
            <Link
              to="/tasks/$id"
              params={{ id: entry.task_id }}
              className="font-mono whitespace-nowrap text-accent underline"
            >
              {shortId(entry.task_id)}
            </Link>
          )}
        </td>
        <td className="max-w-64 truncate text-ink-2" title={entry.note ?? undefined}>
          <bdi>{entry.note}</bdi>
        </td>
        <td className="text-right">
          <Amount amount={moved} currency={currency} />
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
      <p className="text-ink-3">
        <Id id={entry.id} /> under the reference <span className="font-mono">{entry.reference}</span>; it sums
        to zero.
      </p>
    </div>
  );
}
