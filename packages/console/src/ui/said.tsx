/** Why a form was refused, below it. */
import { messageOf } from '../app/key-form.tsx';

export function Said({ error }: { error: unknown }) {
  if (error === null || error === undefined) return null;
  return (
    <p role="alert" className="text-bad">
      {messageOf(error)}
    </p>
  );
}
