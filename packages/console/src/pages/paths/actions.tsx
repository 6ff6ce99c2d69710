/** Pause, drain, resume, check, and put in a new credential. */
import type { Path, PathCheck } from '@sluice/sdk';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { sluice } from '../../api/client.ts';
import { providersQuery } from '../../api/money-queries.ts';
import { messageOf } from '../../app/key-form.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Said } from '../../ui/said.tsx';
import { toast } from '../../ui/toast.tsx';
import { CredentialFields } from './credential-fields.tsx';

const SAID = {
  active: 'The path takes work again.',
  paused: 'The path takes nothing more.',
  draining: 'The path finishes what runs and takes nothing more.',
} as const;

export function PathActions({ path }: { path: Path }) {
  const queries = useQueryClient();
  const [rotating, setRotating] = useState(false);
  const done = (): void => void queries.invalidateQueries({ queryKey: ['paths'] });
  const turn = useMutation({
    mutationFn: (state: keyof typeof SAID) => sluice.paths.update(path.name, { state }),
    onSuccess: (_path, state) => {
      done();
      void queries.invalidateQueries({ queryKey: ['gate'] });
      const before = path.state;
      const undo = before === 'retired' ? undefined : { label: 'Undo', run: () => turn.mutate(before) };
      toast({ text: SAID[state], tone: 'ok', ...(undo && state !== 'active' ? { action: undo } : {}) });
    },
    onError: (error) => toast({ text: messageOf(error), tone: 'bad' }),
  });
  const check = useMutation({
    mutationFn: () => sluice.paths.check(path.name),
    onSuccess: ({ ok, detail }: PathCheck) => {
      done();
      toast({ text: detail, tone: ok ? 'ok' : 'bad' });
    },
    onError: (error) => toast({ text: messageOf(error), tone: 'bad' }),
  });
  return (
    <>
      <Button busy={check.isPending} onClick={() => check.mutate()}>
        Check, free
      </Button>
      <Button onClick={() => setRotating(true)}>New credential</Button>
      {path.state === 'active' ? (
        <>
          <Button busy={turn.isPending} onClick={() => turn.mutate('draining')}>
            Drain
          </Button>
          <Button kind="danger" busy={turn.isPending} onClick={() => turn.mutate('paused')}>
            Pause
          </Button>
        </>
      ) : (
        <Button kind="primary" busy={turn.isPending} onClick={() => turn.mutate('active')}>
          Resume
        </Button>
      )}
      <Dialog open={rotating} onClose={() => setRotating(false)} title={`New credential for ${path.name}`}>
        <Rotate path={path} onDone={() => setRotating(false)} />
      </Dialog>
    </>
  );
}

function Rotate({ path, onDone }: { path: Path; onDone: () => void }) {
  const queries = useQueryClient();
  const providers = useQuery(providersQuery);
  const provider = providers.data?.data.find(({ id }) => id === path.provider);
  const [values, setValues] = useState<Record<string, string>>({});
  const save = useMutation({
    mutationFn: () => sluice.paths.update(path.name, { credential: values }),
    onSuccess: () => {
      toast({ text: 'The new credential is sealed and in use.', tone: 'ok' });
      void queries.invalidateQueries({ queryKey: ['paths'] });
      onDone();
    },
  });
  return (
    <form
      className="grid gap-4"
      autoComplete="off"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <p className="text-ink-2">
        Tasks under way are asked about with the new one. Put it in before you end the old one at the vendor.
      </p>
      {provider && <CredentialFields fields={provider.credential} values={values} onChange={setValues} />}
      <Said error={save.error} />
      <Button type="submit" kind="primary" busy={save.isPending} disabled={Object.keys(values).length === 0}>
        Put it in
      </Button>
    </form>
  );
}
