/** Buttons, and links that look like them. A busy one says so and cannot be pressed twice. */
import { Link, type LinkProps } from '@tanstack/react-router';
import type { ButtonHTMLAttributes, ReactNode } from 'react';
import { cx } from './class.ts';

export type ButtonKind = 'primary' | 'outline' | 'quiet' | 'danger';

const KINDS: Record<ButtonKind, string> = {
  primary: 'bg-accent text-accent-ink border-transparent hover:brightness-110 active:brightness-95',
  outline: 'bg-surface text-ink border-line-strong/60 hover:border-line-strong hover:bg-sunken',
  quiet: 'bg-transparent text-ink-2 border-transparent hover:bg-sunken hover:text-ink',
  danger: 'bg-surface text-bad border-bad/50 hover:bg-bad-soft',
};

export function buttonClass(kind: ButtonKind = 'outline', small = false): string {
  return cx(
    'inline-flex items-center justify-center gap-1.5 rounded-md border font-medium whitespace-nowrap select-none',
    'transition-[background,border,filter] duration-100 disabled:opacity-55 disabled:cursor-not-allowed',
    small ? 'h-7 px-2.5 text-[0.93rem]' : 'h-9 px-3.5',
    KINDS[kind],
  );
}

type ButtonProps = ButtonHTMLAttributes<HTMLButtonElement> & {
  kind?: ButtonKind;
  small?: boolean;
  busy?: boolean;
  icon?: ReactNode;
};

export function Button({ kind, small, busy, icon, children, className, disabled, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      className={cx(buttonClass(kind, small), className)}
    >
      {busy ? <Spinner /> : icon}
      {children}
    </button>
  );
}

export function IconButton({ label, children, className, ...rest }: ButtonProps & { label: string }) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      {...rest}
      className={cx(
        'inline-flex size-8 shrink-0 items-center justify-center rounded-md text-ink-2 hover:bg-sunken hover:text-ink',
        'disabled:opacity-50',
        className,
      )}
    >
      {children}
    </button>
  );
}

export function ButtonLink({
  kind,
  small,
  icon,
  children,
  className,
  ...rest
}: LinkProps & {
  kind?: ButtonKind;
  small?: boolean;
  icon?: ReactNode;
  children: ReactNode;
  className?: string;
}) {
  return (
    <Link {...rest} className={cx(buttonClass(kind, small), className)}>
      {icon}
      {children}
    </Link>
  );
}

function Spinner() {
  return (
    <svg className="size-3.5 animate-spin" viewBox="0 0 16 16" aria-hidden="true">
      <circle cx="8" cy="8" r="6.5" fill="none" stroke="currentColor" strokeOpacity=".3" strokeWidth="2" />
      <path d="M8 1.5a6.5 6.5 0 0 1 6.5 6.5" fill="none" stroke="currentColor" strokeWidth="2" />
    </svg>
  );
}
