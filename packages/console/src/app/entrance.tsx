/** Lets in who is signed in, and shows the door to everybody else. */
import type { Session } from '@sluice/sdk';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { useEffect } from 'react';
import { followEvents } from '../api/live.ts';
import { sessionQuery } from '../api/session.ts';
import { Failure } from '../ui/panel.tsx';
import { Keeper } from './expired.tsx';
import { router } from './router.ts';
import { SessionContext } from './session-context.ts';
import { SignIn } from './sign-in.tsx';

export function Entrance() {
  const session = useQuery(sessionQuery);
  if (session.isPending) return <Waiting />;
  if (session.isError) {
    return (
      <main className="mx-auto max-w-lg p-6 pt-[18vh]">
        <Failure error={session.error} what="The gateway does not answer." retry={() => session.refetch()} />
      </main>
    );
  }
  return session.data === null ? <SignIn /> : <Inside session={session.data} />;
}

function Inside({ session }: { session: Session }) {
  const queries = useQueryClient();
  useEffect(() => {
    const leaving = new AbortController();
    void followEvents(queries, leaving.signal);
    return () => leaving.abort();
  }, [queries]);
  return (
    <SessionContext value={session}>
      <RouterProvider router={router} />
      <Keeper />
    </SessionContext>
  );
}

function Waiting() {
  return (
    <div role="status" className="flex h-dvh items-center justify-center text-ink-3">
      <span className="animate-[appear_0.3s_0.4s_both]">Opening the console…</span>
    </div>
  );
}
