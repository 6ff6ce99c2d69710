/** The door: by the link that the gateway printed, or by a key. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { sluice } from '../api/client.ts';
import { rememberSignedIn, sessionQuery, tokenFromAddress } from '../api/session.ts';
import { KeyForm, messageOf } from './key-form.tsx';
import { Mark } from './mark.tsx';

export function SignIn() {
  const [token] = useState(tokenFromAddress);
  const queries = useQueryClient();
  const byLink = useMutation({
    mutationFn: (given: string) => sluice.session.create({ token: given }),
    onSuccess: (session) => {
      rememberSignedIn(true);
      queries.setQueryData(sessionQuery.queryKey, session);
    },
  });
  const { mutate } = byLink;
  useEffect(() => {
    if (token !== null) mutate(token);
  }, [token, mutate]);
  return (
    <main className="mx-auto flex min-h-dvh max-w-sm flex-col justify-center px-5 py-10">
      <Mark className="mb-6 size-10" />
      <h1>Sign in to Sluice</h1>
      <p className="mt-1.5 mb-6 text-ink-2">
        {byLink.isPending
          ? 'Opening with your sign-in link…'
          : 'Use the link that the gateway printed when it started, or an API key.'}
      </p>
      {byLink.isError && (
        <p role="alert" className="mb-4 rounded-md border border-warn/50 bg-warn-soft p-3 text-warn">
          {messageOf(byLink.error)} Sign-in links work once.
        </p>
      )}
      <KeyForm />
      <p className="mt-6 text-[0.93rem] text-ink-3">
        On the machine of the gateway, <code className="font-mono text-ink-2">sluice console</code> prints a
        new sign-in link. The key is exchanged for a cookie and not kept.
      </p>
    </main>
  );
}
