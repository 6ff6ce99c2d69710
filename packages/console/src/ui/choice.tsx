/** One of a few: a row of segments that arrow keys walk through, or a select where there are many. */
import { type ReactNode, useId } from 'react';
import { cx } from './class.ts';
import { INPUT } from './field.tsx';

export type Option<T extends string | number> = { value: T; label: ReactNode; disabled?: boolean };

type ChoiceProps<T extends string | number> = {
  label: string;
  value: T;
  options: readonly Option<T>[];
  onChange: (value: T) => void;
  /** The label is said, not shown. */
  hideLabel?: boolean;
};

export function Segments<T extends string | number>(props: ChoiceProps<T>) {
  const { label, value, options, onChange, hideLabel = false } = props;
  const name = useId();
  return (
    <fieldset className="min-w-0">
      <legend className={hideLabel ? 'sr-only' : 'mb-1.5 font-medium'}>{label}</legend>
      <div className="flex flex-wrap gap-1">
        {options.map((option) => (
          <label
            key={option.value}
            className={cx(
              'relative inline-flex h-8 cursor-pointer items-center rounded-md border px-2.5 select-none',
              'has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent',
              option.value === value
                ? 'border-accent bg-accent-soft font-medium text-ink'
                : 'border-line bg-surface text-ink-2 hover:border-line-strong hover:text-ink',
              option.disabled && 'cursor-not-allowed opacity-50',
            )}
          >
            <input
              type="radio"
              name={name}
              className="absolute inset-0 cursor-pointer opacity-0"
              checked={option.value === value}
              disabled={option.disabled ?? false}
              onChange={() => onChange(option.value)}
            />
            {option.label}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

type PickProps<T extends string> = {
  label: string;
  value: T;
  options: readonly { value: T; label: string }[];
  onChange: (value: T) => void;
  hideLabel?: boolean;
  className?: string;
};

export function Pick<T extends string>({
  label,
  value,
  options,
  onChange,
  hideLabel,
  className,
}: PickProps<T>) {
  const id = useId();
  return (
    <div className={cx('grid min-w-0 gap-1.5', className)}>
      <label htmlFor={id} className={hideLabel ? 'sr-only' : 'font-medium'}>
        {label}
      </label>
      <select
        id={id}
        value={value}
        onChange={(event) => {
          const chosen = options.find((option) => option.value === event.target.value);
          if (chosen) onChange(chosen.value);
        }}
        className={cx(INPUT, 'h-9 truncate pr-7')}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </div>
  );
}
