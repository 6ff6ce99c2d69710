/** When the session ends while a page is open: the page stays as it is, and signing in again goes on with it. */
import { useQueryClient } from '@tanstack/react-query';
import { forgetExpired, useExpired } from '../api/expiry.ts';
import { Dialog } from '../ui/dialog.tsx';
import { KeyForm } from './key-form.tsx';

export function Keeper() {
  const expired = useExpired();
  const queries = useQueryClient();
  return (
    <Dialog open={expired} title="Your session has ended">
      <p className="mb-4 text-ink-2">
        Nothing you wrote is lost. Tasks under way go on by themselves. Sign in again to go on here.
      </p>
      <KeyForm
        onDone={() => {
          forgetExpired();
          void queries.invalidateQueries();
        }}
      />
    </Dialog>
  );
}
