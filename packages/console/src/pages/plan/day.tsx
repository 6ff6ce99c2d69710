/** The day, drawn: 24 bars that follow the pointer, each one a slider for whoever uses keys. */
import { type PointerEvent, useRef } from 'react';
import { Segments } from '../../ui/choice.tsx';
import { SHAPES } from './draft.ts';

type DayProps = { shape: readonly number[]; onChange: (shape: readonly number[]) => void };

const MOST = 100;
const WORDS = { flat: 'All day alike', office: 'Office hours', evening: 'Evenings', own: 'Drawn' } as const;
type Word = keyof typeof WORDS;

export function Day({ shape, onChange }: DayProps) {
  const place = useRef<HTMLDivElement>(null);
  const known = (Object.keys(SHAPES) as (keyof typeof SHAPES)[]).find((name) =>
    SHAPES[name].every((value, hour) => value === shape[hour]),
  );
  const set = (hour: number, value: number): void =>
    onChange(shape.map((each, at) => (at === hour ? Math.max(0, Math.min(MOST, Math.round(value))) : each)));
  const follow = (event: PointerEvent): void => {
    const box = place.current?.getBoundingClientRect();
    if (!box || event.buttons !== 1) return;
    const hour = Math.floor(((event.clientX - box.left) / box.width) * shape.length);
    if (hour >= 0 && hour < shape.length) set(hour, (1 - (event.clientY - box.top) / box.height) * MOST);
  };
  return (
    <div className="grid gap-2">
      <Segments<Word>
        label="The day"
        value={known ?? 'own'}
        options={(Object.keys(WORDS) as Word[])
          .filter((name) => name !== 'own' || known === undefined)
          .map((name) => ({ value: name, label: WORDS[name] }))}
        onChange={(name) => name !== 'own' && onChange(SHAPES[name])}
      />
      <div
        ref={place}
        className="flex h-28 touch-none items-end gap-px rounded-md border bg-sunken px-1 select-none"
        onPointerDown={follow}
        onPointerMove={follow}
      >
        {shape.map((value, hour) => (
          <label
            // biome-ignore lint/suspicious/noArrayIndexKey: an hour is its place.
            key={hour}
            title={`${hour}:00, ${value} %`}
            className={
              'relative flex h-full min-w-0 flex-1 items-end ' +
              'has-focus-visible:outline-2 has-focus-visible:outline-accent'
            }
          >
            <span className="w-full rounded-t-[2px] bg-accent/80" style={{ height: `${value}%` }} />
            <input
              type="range"
              min={0}
              max={MOST}
              value={value}
              aria-label={`${hour}:00, in percent of the busiest hour`}
              onChange={(event) => set(hour, Number(event.target.value))}
              className="pointer-events-none absolute inset-0 w-full opacity-0"
            />
          </label>
        ))}
      </div>
      <p className="flex justify-between text-xs text-ink-3" aria-hidden="true">
        {[0, 6, 12, 18, 24].map((hour) => (
          <span key={hour}>{hour}:00</span>
        ))}
      </p>
    </div>
  );
}
