/** Panels, page heads, and the three things a page shows instead of its content: nothing yet, not yet, and why not. */
import { isSluiceError } from '@sluice/sdk';
import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import { cx } from './class.ts';
import { copyText } from './copy.ts';
import { fixOf } from './fix.ts';

type PanelProps = {
  title?: ReactNode;
  /** At the right of the title. */
  aside?: ReactNode;
  children: ReactNode;
  className?: string;
  /** Without inner space, for tables. */
  flush?: boolean;
};

/** What stands in for a table, or says why there is none, keeps its distance all the same. */
const FLUSH = '[&>[role=alert]]:m-4 [&>[role=status]]:p-4';

export function Panel({ title, aside, children, className, flush = false }: PanelProps) {
  return (
    <section className={cx('min-w-0 rounded-lg border bg-surface', className)}>
      {(title !== undefined || aside !== undefined) && (
        <header className="flex min-h-11 flex-wrap items-center justify-between gap-x-4 gap-y-1 border-b px-4 py-2">
          {title !== undefined && <h2>{title}</h2>}
          {aside}
        </header>
      )}
      <div className={flush ? FLUSH : 'p-4'}>{children}</div>
    </section>
  );
}

export function PageHead({
  title,
  aside,
  under,
}: {
  title: ReactNode;
  aside?: ReactNode;
  under?: ReactNode;
}) {
  return (
    <header className="mb-5 flex min-h-9 flex-wrap items-end justify-between gap-x-6 gap-y-3">
      <div className="min-w-0">
        <h1 className="[overflow-wrap:anywhere]">{title}</h1>
        {under && <div className="mt-1 text-ink-2">{under}</div>}
      </div>
      {aside && <div className="flex flex-wrap items-center gap-2">{aside}</div>}
    </header>
  );
}

/** As long as a page may come from above before all of it is shown, whatever is missing. */
const IN_ORDER_MS = 1_500;

/** Panels below each other. While the page comes, each is shown when those above it have their height. */
export function InOrder({ children }: { children: ReactNode }) {
  return (
    <div ref={freshFor} data-fresh="" className="in-order grid min-w-0 content-start gap-5">
      {children}
    </div>
  );
}

function freshFor(place: HTMLElement | null): (() => void) | undefined {
  if (place === null) return undefined;
  const timer = setTimeout(() => place.removeAttribute('data-fresh'), IN_ORDER_MS);
  return () => clearTimeout(timer);
}

export function Skeleton({ className }: { className?: string }) {
  return <span className={cx('still-shimmer block rounded-md', className)} aria-hidden="true" />;
}

/** Rows of what is about to come, as high as they will be. */
export function SkeletonRows({ rows, className = 'h-9' }: { rows: number; className?: string }) {
  return (
    <div role="status" aria-label="Loading" className="grid gap-2">
      {Array.from({ length: rows }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all the same and never move.
        <Skeleton key={index} className={className} />
      ))}
    </div>
  );
}

export function Empty({
  title,
  children,
  action,
}: {
  title: string;
  children: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className="mx-auto flex max-w-md flex-col items-center gap-2 px-4 py-10 text-center">
      <p className="text-[1.07rem] font-medium">{title}</p>
      <div className="text-ink-2">{children}</div>
      {action && <div className="mt-3 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  );
}

type FailureProps = {
  error: unknown;
  /** What could not be done: "The tasks could not be read." */
  what: string;
  retry?: () => void;
};

export function Failure({ error, what, retry }: FailureProps) {
  const known = isSluiceError(error) ? error : null;
  const fix = known && fixOf(known);
  return (
    <div role="alert" className="rounded-lg border border-bad/40 bg-bad-soft p-4">
      <p className="font-medium text-bad">{what}</p>
      <p className="mt-1 text-ink">
        {known?.message ?? (error instanceof Error ? error.message : String(error))}
      </p>
      {fix && <p className="mt-0.5 text-ink-2">{fix}</p>}
      <div className="mt-3 flex flex-wrap items-center gap-3">
        {retry && (
          <Button small onClick={retry}>
            Try again
          </Button>
        )}
        {known?.requestId && (
          <Button small kind="quiet" onClick={() => copyText(known.requestId ?? '')}>
            Copy request id
          </Button>
        )}
      </div>
    </div>
  );
}

/** A fact with its name over it. */
export function Fact({
  name,
  children,
  className,
}: {
  name: string;
  children: ReactNode;
  className?: string;
}) {
  return (
    <div className={cx('min-w-0', className)}>
      <dt className="text-[0.93rem] text-ink-3">{name}</dt>
      <dd className="mt-0.5 [overflow-wrap:anywhere]">{children}</dd>
    </div>
  );
}
