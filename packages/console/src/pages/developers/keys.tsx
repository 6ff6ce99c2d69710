/** API keys with what they may do and what they have spent; made here, shown once, revoked at once. */
import type { Key } from '@sluice/sdk';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useActing } from '../../api/acting.ts';
import { sluice } from '../../api/client.ts';
import { keysQuery } from '../../api/money-queries.ts';
import { useCurrencies } from '../../app/currencies.ts';
import { messageOf } from '../../app/key-form.tsx';
import { useMay, useSession } from '../../app/session-context.ts';
import { BudgetUse } from '../../ui/budget.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Empty, Failure, Panel, SkeletonRows } from '../../ui/panel.tsx';
import { ACTIONS, Table } from '../../ui/table.tsx';
import { Ago } from '../../ui/time.tsx';
import { toast } from '../../ui/toast.tsx';
import { Tone } from '../../ui/tone.tsx';
import { NewKey } from './new-key.tsx';
import { ReplaceKey } from './replace-key.tsx';

export function KeysPanel() {
  const { operator } = useSession();
  const acting = useActing();
  const may = useMay('keys:write');
  const [making, setMaking] = useState(false);
  const keys = useQuery(keysQuery(operator ? acting : null));
  const add = (
    <Button kind="primary" onClick={() => setMaking(true)}>
      New key
    </Button>
  );
  return (
    <Panel title="API keys" aside={may && add} flush>
      {keys.isPending && <SkeletonRows rows={3} />}
      {keys.isError && (
        <Failure error={keys.error} what="The keys could not be read." retry={() => keys.refetch()} />
      )}
      {keys.data?.data.length === 0 && (
        <Empty title="No key yet" action={may && add}>
          A program signs its requests with a key. Give each program its own, with a budget.
        </Empty>
      )}
      {keys.data && keys.data.data.length > 0 && <Keys keys={keys.data.data} may={may} />}
      <NewKey open={making} onClose={() => setMaking(false)} />
    </Panel>
  );
}

function Keys({ keys, may }: { keys: readonly Key[]; may: boolean }) {
  const [ending, setEnding] = useState<Key | null>(null);
  const [replacing, setReplacing] = useState<Key | null>(null);
  const currencyOf = useCurrencies();
  return (
    <>
      <Table
        label="API keys"
        stack
        columns={[
          { title: 'Name' },
          { title: 'Starts with' },
          { title: 'May' },
          { title: 'Budget used', right: true },
          { title: 'Last used' },
          { title: 'State' },
          ACTIONS,
        ]}
      >
        {keys.map((key) => (
          <tr key={key.id}>
            <td className="max-w-56">
              <bdi className="block truncate font-medium">{key.name}</bdi>
              <Made keyOf={key} />
            </td>
            <td className="font-mono whitespace-nowrap">{key.prefix}…</td>
            <td className="min-w-56 text-ink-2">
              {key.account === null ? 'operator' : scopesText(key.scopes)}
            </td>
            <td className="text-right">
              <BudgetUse keyOf={key} currency={currencyOf(key.account)} />
            </td>
            <td className="whitespace-nowrap">
              {key.last_used_at ? <Ago at={key.last_used_at} /> : <span className="text-ink-3">never</span>}
            </td>
            <td>
              <State keyOf={key} />
            </td>
            <td className="text-right whitespace-nowrap">
              {may && key.revoked_at === null && (
                <>
                  <Button small kind="quiet" onClick={() => setReplacing(key)}>
                    Replace <span className="sr-only">{key.name}</span>
                  </Button>
                  <Button small kind="quiet" onClick={() => setEnding(key)}>
                    Revoke <span className="sr-only">{key.name}</span>
                  </Button>
                </>
              )}
            </td>
          </tr>
        ))}
      </Table>
      <ReplaceKey keyOf={replacing} onClose={() => setReplacing(null)} onRevoke={setEnding} />
      <Revoke keyOf={ending} onClose={() => setEnding(null)} />
    </>
  );
}

function Made({ keyOf: { created_at, created_by } }: { keyOf: Key }) {
  return (
    <span className="block truncate text-[0.93rem] text-ink-3">
      made <Ago at={created_at} />
      {created_by !== null && (
        <>
          {' by '}
          <bdi>{created_by}</bdi>
        </>
      )}
    </span>
  );
}

function scopesText(scopes: Key['scopes']): string {
  return scopes.join(', ');
}

function State({ keyOf: { revoked_at, expires_at } }: { keyOf: Key }) {
  if (revoked_at) return <Tone tone="off">revoked</Tone>;
  if (expires_at && Date.parse(expires_at) < Date.now()) return <Tone tone="bad">expired</Tone>;
  return expires_at ? (
    <Tone tone="ok">
      good, ends <Ago at={expires_at} />
    </Tone>
  ) : (
    <Tone tone="ok">good</Tone>
  );
}

function Revoke({ keyOf, onClose }: { keyOf: Key | null; onClose: () => void }) {
  const queries = useQueryClient();
  const revoke = useMutation({
    mutationFn: (id: string) => sluice.keys.revoke(id),
    onSuccess: () => {
      toast({ text: 'The key is revoked; it stops within a second.', tone: 'ok' });
      void queries.invalidateQueries({ queryKey: ['keys'] });
      onClose();
    },
    onError: (error) => toast({ text: messageOf(error), tone: 'bad' }),
  });
  return (
    <Dialog open={keyOf !== null} onClose={onClose} title="Revoke this key?">
      <p>
        Programs that use <bdi className="font-medium">{keyOf?.name}</bdi> are refused from now on, and
        sessions by it end. Tasks that it ordered go on. This cannot be undone.
      </p>
      <div className="mt-5 flex justify-end gap-2">
        <Button onClick={onClose}>Keep it</Button>
        <Button kind="danger" busy={revoke.isPending} onClick={() => keyOf && revoke.mutate(keyOf.id)}>
          Revoke
        </Button>
      </div>
    </Dialog>
  );
}
