/**
 * The card that explains a grade: what the word means, who said it and when. It lies over everything, dialogs too, and
 * goes away with Escape, with the pointer, or with the mark that it belongs to.
 */
import { useEffect, useLayoutEffect, useRef, useSyncExternalStore } from 'react';
import { cx } from './class.ts';
import { dismiss, type GradeWord, leave, readExplained, stay, watchExplained } from './grade-shown.ts';
import { dayText } from './time.tsx';

const MEANS: Record<GradeWord, string> = {
  unknown: 'Nobody has said or measured this.',
  declared: 'The source says so; not measured here.',
  measured: 'Measured on this installation or from a real bill.',
};

const GAP_PX = 6;

export function GradeCard() {
  const shown = useSyncExternalStore(watchExplained, readExplained);
  const card = useRef<HTMLDivElement>(null);
  const at = shown?.at;
  useLayoutEffect(() => {
    const box = card.current;
    if (box === null || at === undefined) return;
    box.showPopover();
    place(box, at.getBoundingClientRect());
    return () => box.hidePopover();
  }, [at]);
  useEffect(() => {
    if (at === undefined) return;
    const press = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape') return;
      // It closes this card, not the dialog below.
      event.stopPropagation();
      dismiss();
    };
    // Focus that comes by a key scrolls what it comes to into sight.
    const follow = (): void => {
      const mark = at.getBoundingClientRect();
      if (mark.bottom < 0 || mark.top > window.innerHeight) dismiss();
      else if (card.current !== null) place(card.current, mark);
    };
    window.addEventListener('keydown', press, { capture: true });
    window.addEventListener('scroll', follow, { capture: true, passive: true });
    return () => {
      window.removeEventListener('keydown', press, { capture: true });
      window.removeEventListener('scroll', follow, { capture: true });
    };
  }, [at]);
  const fact = shown?.fact;
  return (
    <div
      ref={card}
      popover="manual"
      role="tooltip"
      onPointerEnter={stay}
      onPointerLeave={leave}
      className="fixed m-0 max-w-72 rounded-lg border bg-surface p-3 text-sm text-ink shadow-lift"
    >
      {fact && (
        <>
          <p className="font-medium">{fact.grade}</p>
          <p className="mt-0.5 text-ink-2">{MEANS[fact.grade]}</p>
          {fact.source && <p className="mt-2 break-words text-ink-2">{fact.source}</p>}
          {fact.date && (
            <p className={cx('mt-0.5', fact.stale ? 'text-warn' : 'text-ink-3')}>
              looked at {dayText(fact.date)}
              {fact.stale && ', too long ago to rely on'}
            </p>
          )}
        </>
      )}
    </div>
  );
}

/** Above the mark, in the window; below it where there is no room above. */
function place(box: HTMLElement, mark: DOMRect): void {
  const { width, height } = box.getBoundingClientRect();
  const right = document.documentElement.clientWidth - GAP_PX - width;
  const left = Math.max(GAP_PX, Math.min(right, mark.left + mark.width / 2 - width / 2));
  const above = mark.top - GAP_PX - height;
  box.style.left = `${left}px`;
  box.style.top = `${above < GAP_PX ? mark.bottom + GAP_PX : above}px`;
}
