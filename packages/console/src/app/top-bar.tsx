/** The bar above: where you are connected, for whom, with how much; and the way to everything else. */
import { useQuery } from '@tanstack/react-query';
import { CircleUserRound, Search } from 'lucide-react';
import { lazy } from 'react';
import { type LiveState, useLiveState } from '../api/live.ts';
import { balanceQuery } from '../api/queries.ts';
import { Amount } from '../ui/amount.tsx';
import { cx } from '../ui/class.ts';
import { isZero } from '../ui/exact.ts';
import { OnDemand } from '../ui/on-demand.tsx';
import { AccountSwitch } from './account-switch.tsx';
import { Mark } from './mark.tsx';
import { useHasAccount, useMay, useSession } from './session-context.ts';

const PersonMenu = lazy(async () => ({ default: (await import('./person-menu.tsx')).PersonMenu }));

export function TopBar({ onSearch }: { onSearch: () => void }) {
  const session = useSession();
  return (
    <header
      className={cx(
        'sticky top-0 z-20 flex h-13 items-center gap-2 border-b bg-bg px-3',
        'sm:gap-3 sm:px-6 lg:px-8 print:hidden',
      )}
    >
      <Mark className="size-7 shrink-0 md:hidden" />
      {session.operator ? (
        <AccountSwitch />
      ) : (
        <span className="truncate font-medium max-sm:hidden">{session.account?.name}</span>
      )}
      {session.sandbox && <SandboxLabel />}
      <div className="flex-1" />
      <LiveMark />
      <button
        type="button"
        onClick={onSearch}
        className={cx(
          'flex h-8 items-center gap-2 rounded-md border border-line-strong/60 bg-surface px-2 text-ink-3',
          'hover:border-line-strong hover:text-ink lg:w-56',
        )}
      >
        <Search className="size-4" aria-hidden="true" />
        <span className="flex-1 text-left max-lg:sr-only">Search or jump to…</span>
        <kbd className="rounded-sm border px-1 font-sans text-xs max-lg:hidden">/</kbd>
      </button>
      <BalanceChip />
      <OnDemand
        opened={(button) => <PersonMenu button={button} />}
        opens="menu"
        aria-label="You and this page"
        className={
          'inline-flex size-8 shrink-0 items-center justify-center ' +
          'rounded-md text-ink-2 hover:bg-sunken hover:text-ink'
        }
      >
        <CircleUserRound className="size-5" strokeWidth={1.8} aria-hidden="true" />
      </OnDemand>
    </header>
  );
}

/** Nobody may mistake play money for real money, or the other way round. */
export function SandboxLabel() {
  return (
    <span
      title="No path leads to a paid vendor: emulators render these clips, and nothing costs money."
      className={cx(
        'shrink-0 rounded-sm border border-warn/60 bg-warn-soft px-1.5 py-px font-mono text-xs font-semibold',
        'tracking-wide text-warn uppercase',
      )}
    >
      sandbox
    </span>
  );
}

function BalanceChip() {
  const may = useMay('billing:read');
  const hasAccount = useHasAccount();
  const balance = useQuery({ ...balanceQuery, enabled: may && hasAccount });
  if (!balance.data) return null;
  const { available, held, currency } = balance.data;
  const low = available.startsWith('-') || isZero(available);
  return (
    <span className="flex h-8 shrink-0 items-center gap-2 rounded-md border bg-surface px-2.5">
      <span className={cx('font-medium', low && 'text-bad')}>
        <span className="sr-only">Available balance </span>
        <Amount amount={available} currency={currency} title={`${available} ${currency} available`} />
      </span>
      {!isZero(held) && (
        <span className="text-ink-3 max-sm:hidden">
          <Amount amount={held} currency={currency} title="Reserved for tasks under way" /> held
        </span>
      )}
    </span>
  );
}

const LIVE: Record<LiveState, { text: string; dot: string; means: string }> = {
  connecting: { text: 'connecting', dot: 'bg-line-strong', means: 'Opening the stream of events.' },
  live: { text: 'live', dot: 'bg-ok', means: 'Changes appear by themselves.' },
  broken: {
    text: 'reconnecting',
    dot: 'bg-warn-fill',
    means: 'The stream of events broke. What you see may be old; it is caught up when the stream is back.',
  },
};

function LiveMark() {
  const state = useLiveState();
  const { text, dot, means } = LIVE[state];
  return (
    <span
      role="status"
      title={means}
      className={cx(
        'flex shrink-0 items-center gap-1.5 text-[0.93rem]',
        state === 'broken' ? 'font-medium text-warn' : 'text-ink-3',
      )}
    >
      <span className={cx('size-2 rounded-full', dot)} aria-hidden="true" />
      <span className={state === 'broken' ? '' : 'max-sm:sr-only'}>{text}</span>
    </span>
  );
}
