/** Labelled inputs that look alike everywhere, with what is wrong with them below. */
import { type InputHTMLAttributes, type ReactNode, useId, useState } from 'react';
import { cx } from './class.ts';

export const INPUT =
  'w-full rounded-md border border-line-strong/70 bg-surface px-3 text-ink hover:border-line-strong ' +
  'focus:outline-2 focus:outline-offset-0 focus:outline-accent disabled:opacity-60';

type FieldProps = {
  label: ReactNode;
  hint?: ReactNode;
  error?: string | null | undefined;
  children: (ids: {
    id: string;
    'aria-describedby': string | undefined;
    'aria-invalid': boolean;
  }) => ReactNode;
};

export function Field({ label, hint, error, children }: FieldProps) {
  const id = useId();
  const noteId = `${id}-note`;
  const note = error ?? hint;
  return (
    <div className="grid gap-1.5">
      <label htmlFor={id} className="font-medium">
        {label}
      </label>
      {children({ id, 'aria-describedby': note ? noteId : undefined, 'aria-invalid': Boolean(error) })}
      {note && (
        <p id={noteId} className={cx('text-[0.93rem]', error ? 'text-bad' : 'text-ink-3')}>
          {note}
        </p>
      )}
    </div>
  );
}

type TextFieldProps = Omit<InputHTMLAttributes<HTMLInputElement>, 'onChange'> & {
  label: ReactNode;
  hint?: ReactNode;
  error?: string | null | undefined;
  onChange: (value: string) => void;
};

export function TextField({ label, hint, error, onChange, className, ...rest }: TextFieldProps) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(ids) => (
        <input
          {...rest}
          {...ids}
          className={cx(INPUT, 'h-9', className)}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}

type NumberFieldProps = {
  label: string;
  /** Null: not told, where that is allowed (`onEmpty`). */
  value: number | null;
  least: number;
  most: number;
  onChange: (value: number) => void;
  onEmpty?: () => void;
  hideLabel?: boolean;
  /** The unit, behind it. */
  after?: string;
  placeholder?: string;
};

/** A whole number. What is typed counts when it is one within the bounds; until then the last one that was holds. */
export function NumberField(props: NumberFieldProps) {
  const { label, value, least, most, onChange, onEmpty, hideLabel = false, after, placeholder } = props;
  const id = useId();
  const [typed, setTyped] = useState<string | null>(null);
  return (
    <div className="grid min-w-0 gap-1.5">
      <label htmlFor={id} className={hideLabel ? 'sr-only' : 'font-medium'}>
        {label}
      </label>
      <div className="flex items-center gap-1.5">
        <input
          id={id}
          type="number"
          inputMode="numeric"
          min={least}
          max={most}
          placeholder={placeholder}
          value={typed ?? value ?? ''}
          onBlur={() => setTyped(null)}
          onChange={(event) => {
            const text = event.target.value;
            setTyped(text);
            const read = Number(text);
            if (text === '') onEmpty?.();
            else if (Number.isInteger(read) && read >= least && read <= most) onChange(read);
          }}
          className={cx(INPUT, 'h-9 min-w-0', after && 'w-24 text-right')}
        />
        {after && (
          <span className="text-ink-3" aria-hidden="true">
            {after}
          </span>
        )}
      </div>
    </div>
  );
}

type SliderProps = {
  label: string;
  value: number;
  least: number;
  most: number;
  step?: number;
  /** The value as a person reads it. */
  text: string;
  onChange: (value: number) => void;
};

export function Slider({ label, value, least, most, step = 1, text, onChange }: SliderProps) {
  const id = useId();
  return (
    <div className="grid gap-1">
      <div className="flex flex-wrap items-baseline justify-between gap-x-3">
        <label htmlFor={id} className="font-medium">
          {label}
        </label>
        <output htmlFor={id} className="text-ink-2">
          {text}
        </output>
      </div>
      <input
        id={id}
        type="range"
        min={least}
        max={most}
        step={step}
        value={value}
        aria-valuetext={text}
        onChange={(event) => onChange(Number(event.target.value))}
        className="h-6 w-full accent-[var(--accent)]"
      />
    </div>
  );
}

export function Tick({
  label,
  on,
  onChange,
}: {
  label: string;
  on: boolean;
  onChange: (on: boolean) => void;
}) {
  return (
    <label className="inline-flex h-9 cursor-pointer items-center gap-2">
      <input
        type="checkbox"
        checked={on}
        onChange={(event) => onChange(event.target.checked)}
        className="size-4 accent-[var(--accent)]"
      />
      {label}
    </label>
  );
}
