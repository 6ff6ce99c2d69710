/**
 * Tables that look alike: they scroll sideways where they must, by keys as well, and line numbers up at the right.
 * They are `relative`, because what is said and not shown would widen the page otherwise.
 */
import type { ReactNode } from 'react';
import { cx } from './class.ts';

export type Column = { title: ReactNode; right?: boolean };

type TableProps = { label: string; columns: readonly Column[]; children: ReactNode; className?: string };

const BODY =
  '[&>tr]:border-b [&>tr:last-child]:border-0 [&>tr>td]:p-2.5 ' +
  '[&>tr>td:first-child]:pl-4 [&>tr>td:last-child]:pr-4';

export function Table({ label, columns, children, className }: TableProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so keys must reach it.
    <section className={cx('edges relative overflow-x-auto', className)} tabIndex={0} aria-label={label}>
      <table className="w-full text-left">
        <thead className="text-ink-3">
          <tr className="border-b [&>th]:p-2.5 [&>th]:font-normal [&>th:first-child]:pl-4 [&>th:last-child]:pr-4">
            {columns.map(({ title, right }, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: columns never move.
              <th key={index} scope="col" className={cx('whitespace-nowrap', right && 'text-right')}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className={BODY}>{children}</tbody>
      </table>
    </section>
  );
}

/** For the head of a column of buttons. */
export const ACTIONS: Column = { title: <span className="sr-only">Actions</span>, right: true };
