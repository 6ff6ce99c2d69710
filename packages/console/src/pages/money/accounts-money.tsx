/** The balances of all accounts, the tightest first. */
import type { Account } from '@sluice/sdk';
import { actFor } from '../../api/acting.ts';
import { queryClient } from '../../api/queries.ts';
import { Amount } from '../../ui/amount.tsx';
import { Button } from '../../ui/button.tsx';
import { compareAmounts, sumOf } from '../../ui/exact.ts';
import { Empty } from '../../ui/panel.tsx';
import { ACTIONS, Table } from '../../ui/table.tsx';

export function AccountsMoney({ accounts }: { accounts: readonly Account[] }) {
  if (accounts.length === 0) {
    return <Empty title="No account yet">Accounts are who pays. Make the first one under Settings.</Empty>;
  }
  const room = ({ balance }: Account): string => sumOf([balance.available, balance.credit_limit]);
  return (
    <Table
      label="Balances"
      stack
      columns={[
        { title: 'Account' },
        { title: 'Available', right: true },
        { title: 'Held', right: true },
        { title: 'Credit limit', right: true },
        ACTIONS,
      ]}
    >
      {accounts
        .toSorted((a, b) => compareAmounts(room(a), room(b)))
        .map((account) => (
          <tr key={account.id}>
            <td>
              <bdi>{account.name}</bdi>
              {account.status === 'suspended' && <span className="ml-2 text-warn">suspended</span>}
            </td>
            <td className="text-right font-medium">
              <Amount amount={account.balance.available} currency={account.currency} />
            </td>
            <td className="text-right">
              <Amount amount={account.balance.held} currency={account.currency} />
            </td>
            <td className="text-right">
              <Amount amount={account.credit_limit} currency={account.currency} />
            </td>
            <td className="text-right">
              <Button
                small
                kind="quiet"
                onClick={() => {
                  actFor(account.id);
                  void queryClient.invalidateQueries();
                }}
              >
                Open <span className="sr-only">{account.name}</span>
              </Button>
            </td>
          </tr>
        ))}
    </Table>
  );
}
