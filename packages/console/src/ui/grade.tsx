/**
 * Evidence: how sure we are of a fact, and where it comes from. Hollow: unknown. Outlined: declared by somebody. Solid:
 * measured. A fact that nobody has looked at for long has a clock.
 *
 * A page has dozens of them, so each is no more than a button; the one card that explains is in `grade-card.tsx`.
 */
import { Clock } from 'lucide-react';
import { cx } from './class.ts';
import { explain, explains, type GradeProps, type GradeWord, leave, toggle } from './grade-shown.ts';

const SHAPES: Record<GradeWord, string> = {
  unknown: 'border border-dashed border-line-strong',
  declared: 'border-[1.5px] border-accent',
  measured: 'border-[1.5px] border-accent bg-accent',
};

export function gradeOf(grade: string): GradeWord {
  return grade === 'measured' || grade === 'declared' ? grade : 'unknown';
}

export function Grade({
  grade,
  source,
  date,
  stale = false,
  word = false,
}: GradeProps & { /** The word beside the mark. */ word?: boolean }) {
  const known = gradeOf(grade);
  const fact = { grade: known, source, date, stale };
  return (
    <button
      type="button"
      ref={explains}
      aria-label={[known, stale && 'stale', source, date].filter(Boolean).join(', ')}
      onPointerEnter={({ currentTarget, pointerType }) => {
        if (pointerType === 'mouse') explain(currentTarget, fact, 'soon');
      }}
      onPointerLeave={leave}
      onFocus={({ currentTarget }) => {
        if (currentTarget.matches(':focus-visible')) explain(currentTarget, fact, 'now');
      }}
      onBlur={leave}
      onClick={({ currentTarget }) => toggle(currentTarget, fact)}
      className="-my-1.5 inline-flex min-h-6 min-w-6 items-center justify-center gap-1.5 rounded-sm text-ink-2"
    >
      <span className={cx('inline-block size-2.5 rounded-full', SHAPES[known])} aria-hidden="true" />
      {word && <span>{known}</span>}
      {stale && <Clock className="size-3 text-warn" aria-hidden="true" />}
    </button>
  );
}
