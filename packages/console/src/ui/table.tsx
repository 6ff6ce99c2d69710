/**
 * Tables that look alike: they scroll sideways where they must, by keys as well, or stand in blocks, and line numbers
 * up at the right.
 * They are `relative`, because what is said and not shown would widen the page otherwise.
 */
import type { CSSProperties, ReactNode } from 'react';
import { cx } from './class.ts';

export type Column = {
  title: ReactNode;
  right?: boolean;
  /** Not there on narrow screens; its cells say so themselves. */
  wide?: boolean;
};

type TableProps = {
  label: string;
  columns: readonly Column[];
  children: ReactNode;
  className?: string;
  /** On narrow screens each row is a block of its own, its first cell above the others and each with its title. */
  stack?: boolean;
};

const BODY =
  '[&>tr]:border-b [&>tr:last-child]:border-0 [&>tr>td]:p-2.5 ' +
  '[&>tr>td:first-child]:pl-4 [&>tr>td:last-child]:pr-4';

/** For the style sheet, which puts them before the cells. */
function titlesOf(columns: readonly Column[]): CSSProperties {
  const titles = columns.map(({ title }, at) => [`--title-${at + 1}`, JSON.stringify(textOf(title))]);
  return Object.fromEntries(titles);
}

function textOf(title: ReactNode): string {
  return typeof title === 'string' ? title : '';
}

export function Table({ label, columns, children, className, stack = false }: TableProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so keys must reach it.
    <section className={cx('edges relative overflow-x-auto', className)} tabIndex={0} aria-label={label}>
      <table
        className={cx('w-full text-left', stack && 'stacks')}
        style={stack ? titlesOf(columns) : undefined}
      >
        <thead className="text-ink-3">
          <tr className="border-b [&>th]:p-2.5 [&>th]:font-normal [&>th:first-child]:pl-4 [&>th:last-child]:pr-4">
            {columns.map(({ title, right, wide }, index) => (
              <th
                // biome-ignore lint/suspicious/noArrayIndexKey: columns never move.
                key={index}
                scope="col"
                className={cx('whitespace-nowrap', right && 'text-right', wide && 'max-sm:hidden')}
              >
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
