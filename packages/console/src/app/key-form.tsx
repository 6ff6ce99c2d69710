/** A key exchanged for a session. The key is not kept: not in the page, not in storage. */
import { isSluiceError } from '@sluice/sdk';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { sluice } from '../api/client.ts';
import { rememberSignedIn, sessionQuery } from '../api/session.ts';
import { Button } from '../ui/button.tsx';
import { TextField } from '../ui/field.tsx';
import { fixOf } from '../ui/fix.ts';

export function KeyForm({ onDone }: { onDone?: () => void }) {
  const [key, setKey] = useState('');
  const queries = useQueryClient();
  const enter = useMutation({
    mutationFn: (apiKey: string) => sluice.session.create({ api_key: apiKey }),
    onSuccess: (session) => {
      setKey('');
      rememberSignedIn(true);
      queries.setQueryData(sessionQuery.queryKey, session);
      onDone?.();
    },
  });
  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (key.trim() !== '') enter.mutate(key.trim());
      }}
    >
      <TextField
        label="API key"
        type="password"
        name="key"
        autoComplete="current-password"
        placeholder="sk-sluice-…"
        value={key}
        onChange={setKey}
        error={enter.isError ? messageOf(enter.error) : null}
        className="font-mono"
        required
      />
      <Button type="submit" kind="primary" busy={enter.isPending}>
        Sign in
      </Button>
    </form>
  );
}

export function messageOf(error: unknown): string {
  if (isSluiceError(error)) return [error.message, fixOf(error)].filter(Boolean).join(' ');
  return error instanceof Error ? error.message : String(error);
}
