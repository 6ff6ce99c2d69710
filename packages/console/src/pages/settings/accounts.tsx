/** Who pays, and on which terms. */
import type { Account } from '@sluice/sdk';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { accountsQuery } from '../../api/queries.ts';
import { Amount } from '../../ui/amount.tsx';
import { Button } from '../../ui/button.tsx';
import { Empty, Failure, Panel, SkeletonRows } from '../../ui/panel.tsx';
import { ACTIONS, Table } from '../../ui/table.tsx';
import { Tone } from '../../ui/tone.tsx';
import { AccountForm } from './account-form.tsx';

export function AccountsPanel() {
  const accounts = useQuery(accountsQuery);
  const [open, setOpen] = useState<Account | 'new' | null>(null);
  const add = (
    <Button kind="primary" onClick={() => setOpen('new')}>
      New account
    </Button>
  );
  return (
    <Panel title="Accounts" aside={add} flush>
      {accounts.isPending && <SkeletonRows rows={3} />}
      {accounts.isError && (
        <Failure
          error={accounts.error}
          what="The accounts could not be read."
          retry={() => accounts.refetch()}
        />
      )}
      {accounts.data?.data.length === 0 && (
        <Empty title="No account yet" action={add}>
          An account pays: it has a balance, a share of the slots, and keys.
        </Empty>
      )}
      {accounts.data && accounts.data.data.length > 0 && (
        <Table
          label="Accounts"
          columns={[
            { title: 'Name' },
            { title: 'Available', right: true },
            { title: 'Weight', right: true },
            { title: 'At once', right: true },
            { title: 'Markup', right: true },
            { title: 'Clips kept' },
            { title: 'State' },
            ACTIONS,
          ]}
        >
          {accounts.data.data.map((account) => (
            <tr key={account.id}>
              <td className="max-w-64 truncate font-medium">
                <bdi>{account.name}</bdi>
              </td>
              <td className="text-right">
                <Amount amount={account.balance.available} currency={account.currency} />
              </td>
              <td className="text-right">{account.weight}</td>
              <td className="text-right">{account.max_in_flight ?? 'no cap'}</td>
              <td className="text-right">{account.markup_percent} %</td>
              <td>{account.retention_days === null ? 'for good' : `${account.retention_days} days`}</td>
              <td>
                <Tone tone={account.status === 'active' ? 'ok' : 'warn'}>{account.status}</Tone>
              </td>
              <td className="text-right">
                <Button small kind="quiet" onClick={() => setOpen(account)}>
                  Change <span className="sr-only">{account.name}</span>
                </Button>
              </td>
            </tr>
          ))}
        </Table>
      )}
      {open !== null && <AccountForm account={open === 'new' ? null : open} onClose={() => setOpen(null)} />}
    </Panel>
  );
}
