/**
 * Evidence: how sure we are of a fact, and where it comes from. Hollow: unknown. Outlined: declared by somebody. Solid:
 * measured. A fact that nobody has looked at for long has a clock.
 */
import { Hovercard, HovercardAnchor, HovercardProvider } from '@ariakit/react';
import { Clock } from 'lucide-react';
import { cx } from './class.ts';
import { dayText } from './time.tsx';

export type GradeWord = 'unknown' | 'declared' | 'measured';

const MEANS: Record<GradeWord, string> = {
  unknown: 'Nobody has said or measured this.',
  declared: 'The source says so; not measured here.',
  measured: 'Measured on this installation or from a real bill.',
};

const SHAPES: Record<GradeWord, string> = {
  unknown: 'border border-dashed border-line-strong',
  declared: 'border-[1.5px] border-accent',
  measured: 'border-[1.5px] border-accent bg-accent',
};

export type GradeProps = {
  grade: string;
  source?: string | undefined;
  date?: string | undefined;
  stale?: boolean | undefined;
  /** The word beside the mark. */
  word?: boolean;
};

export function gradeOf(grade: string): GradeWord {
  return grade === 'measured' || grade === 'declared' ? grade : 'unknown';
}

export function Grade({ grade, source, date, stale = false, word = false }: GradeProps) {
  const known = gradeOf(grade);
  const said = [known, stale && 'stale', source, date].filter(Boolean).join(', ');
  return (
    <HovercardProvider placement="top" timeout={250}>
      <HovercardAnchor
        render={<button type="button" />}
        aria-label={said}
        className="-my-1.5 inline-flex min-h-6 min-w-6 items-center justify-center gap-1.5 rounded-sm text-ink-2"
      >
        <span className={cx('inline-block size-2.5 rounded-full', SHAPES[known])} aria-hidden="true" />
        {word && <span>{known}</span>}
        {stale && <Clock className="size-3 text-warn" aria-hidden="true" />}
      </HovercardAnchor>
      <Hovercard
        gutter={6}
        portal
        unmountOnHide
        aria-label="Evidence"
        className="z-40 max-w-72 rounded-lg border bg-surface p-3 text-sm shadow-lift"
      >
        <p className="font-medium text-ink">{known}</p>
        <p className="mt-0.5 text-ink-2">{MEANS[known]}</p>
        {source && <p className="mt-2 break-words text-ink-2">{source}</p>}
        {date && (
          <p className={cx('mt-0.5', stale ? 'text-warn' : 'text-ink-3')}>
            looked at {dayText(date)}
            {stale && ', too long ago to rely on'}
          </p>
        )}
      </Hovercard>
    </HovercardProvider>
  );
}
