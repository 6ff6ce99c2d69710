/** A successor with the same rights and the same budget. Both work until the old one is revoked, so nothing stops. */
import type { Key, KeyWithSecret } from '@sluice/sdk';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { sluice } from '../../api/client.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Said } from '../../ui/said.tsx';
import { ShownOnce } from './shown-once.tsx';

type Props = { keyOf: Key | null; onClose: () => void; onRevoke: (key: Key) => void };

export function ReplaceKey({ keyOf, onClose, onRevoke }: Props) {
  const [made, setMade] = useState<KeyWithSecret | null>(null);
  const queries = useQueryClient();
  const make = useMutation({
    mutationFn: ({ name, account, scopes, budget, budget_period, max_in_flight, expires_at }: Key) =>
      sluice.keys.create({ name, account, scopes, budget, budget_period, max_in_flight, expires_at }),
    onSuccess: (key) => {
      void queries.invalidateQueries({ queryKey: ['keys'] });
      setMade(key);
    },
  });
  const close = (): void => {
    setMade(null);
    make.reset();
    onClose();
  };
  return (
    <Dialog open={keyOf !== null} onClose={close} title={made ? 'Its successor' : 'Replace this key?'}>
      {made === null || keyOf === null ? (
        <div className="grid gap-4">
          <p>
            A new key is made with the name, the rights and the budget of{' '}
            <bdi className="font-medium">{keyOf?.name}</bdi>; its budget begins unused. Both work until you
            revoke the old one.
          </p>
          <Said error={make.error} />
          <div className="flex justify-end gap-2">
            <Button onClick={close}>Leave it</Button>
            <Button kind="primary" busy={make.isPending} onClick={() => keyOf && make.mutate(keyOf)}>
              Make its successor
            </Button>
          </div>
        </div>
      ) : (
        <ShownOnce made={made} onDone={close}>
          <p className="text-ink-2">
            Give it to your program. When nothing uses the old one any more,{' '}
            <button
              type="button"
              className="rounded-sm text-accent underline"
              onClick={() => {
                close();
                onRevoke(keyOf);
              }}
            >
              revoke {keyOf.prefix}…
            </button>
          </p>
        </ShownOnce>
      )}
    </Dialog>
  );
}
