/** A state as a chip: a shape and a word, then a colour. */
import { Check, CircleAlert, CircleSlash, Clock, type LucideIcon, Minus } from 'lucide-react';
import type { ReactNode } from 'react';
import { cx } from './class.ts';

export type ToneWord = 'ok' | 'warn' | 'bad' | 'wait' | 'off';

const LOOKS: Record<ToneWord, { icon: LucideIcon; text: string }> = {
  ok: { icon: Check, text: 'text-ok' },
  warn: { icon: CircleAlert, text: 'text-warn' },
  bad: { icon: CircleSlash, text: 'text-bad' },
  wait: { icon: Clock, text: 'text-ink-2' },
  off: { icon: Minus, text: 'text-ink-3' },
};

export function Tone({ tone, children, title }: { tone: ToneWord; children: ReactNode; title?: string }) {
  const { icon: Icon, text } = LOOKS[tone];
  return (
    <span
      className={cx('inline-flex items-center gap-1.5 font-medium whitespace-nowrap', text)}
      title={title}
    >
      <Icon className="size-3.5 shrink-0" aria-hidden="true" />
      {children}
    </span>
  );
}
