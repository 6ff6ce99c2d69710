/** The fields of a credential, as its provider names them. What is typed here goes to the gateway and nowhere else. */
import type { Provider } from '@sluice/sdk';
import { TextField } from '../../ui/field.tsx';

type Values = Record<string, string>;

type FieldsProps = {
  fields: Provider['credential'];
  values: Values;
  onChange: (values: Values) => void;
  secret?: boolean;
};

export function CredentialFields({ fields, values, onChange, secret = true }: FieldsProps) {
  return (
    <>
      {fields.map(({ name, required, description }) => (
        <TextField
          key={name}
          label={name.replaceAll('_', ' ')}
          type={secret ? 'password' : 'text'}
          autoComplete="off"
          spellCheck={false}
          required={required}
          value={values[name] ?? ''}
          hint={description || undefined}
          onChange={(value) => onChange(withValue(values, name, value))}
        />
      ))}
    </>
  );
}

/** An empty field is one that was not given. */
function withValue(values: Values, name: string, value: string): Values {
  const { [name]: _, ...others } = values;
  return value === '' ? others : { ...others, [name]: value };
}
