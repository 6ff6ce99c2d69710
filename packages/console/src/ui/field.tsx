/** Labelled inputs that look alike everywhere, with what is wrong with them below. */
import { type InputHTMLAttributes, type ReactNode, useId } from 'react';
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
