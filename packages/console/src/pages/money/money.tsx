/** What there is, what goes out, what it was for, and the book behind all of it. */
import { useQuery } from '@tanstack/react-query';
import { useActing } from '../../api/acting.ts';
import { accountsQuery } from '../../api/queries.ts';
import { useMay, useSession } from '../../app/session-context.ts';
import { Empty, Failure, InOrder, PageHead, Panel, SkeletonRows } from '../../ui/panel.tsx';
import { AccountsMoney } from './accounts-money.tsx';
import { Balance } from './balance.tsx';
import { BudgetsPanel } from './budgets.tsx';
import { CameBack, CheckoutsPanel } from './checkouts.tsx';
import { LedgerPanel } from './ledger.tsx';
import { PayByCard } from './pay-by-card.tsx';
import { SpendPanel } from './spend.tsx';
import { StatementPanel } from './statement.tsx';
import { TopUp } from './top-up.tsx';

export function Money() {
  const session = useSession();
  const acting = useActing();
  const may = useMay('billing:read');
  const mayPay = useMay('billing:write');
  const account = session.account?.id ?? acting;
  if (!may) {
    return (
      <>
        <PageHead title="Money" />
        <Empty title="This is not for your role">Ask an owner for the role billing or developer.</Empty>
      </>
    );
  }
  return (
    <>
      <PageHead
        title="Money"
        under={account === null ? 'Everything that every account spent' : undefined}
        aside={
          <>
            {mayPay && account !== null && <PayByCard account={account} />}
            {session.operator && <TopUp account={account} />}
          </>
        }
      />
      <CameBack />
      <InOrder>
        {account === null ? <Everybody /> : <Balance account={account} />}
        <SpendPanel account={account} />
        {account !== null && <StatementPanel account={account} />}
        <BudgetsPanel account={account} />
        <CheckoutsPanel account={account} />
        <LedgerPanel account={account} />
      </InOrder>
    </>
  );
}

function Everybody() {
  const accounts = useQuery(accountsQuery);
  return (
    <Panel title="Accounts" flush>
      {accounts.isPending && <SkeletonRows rows={3} />}
      {accounts.isError && (
        <Failure
          error={accounts.error}
          what="The accounts could not be read."
          retry={() => accounts.refetch()}
        />
      )}
      {accounts.data && <AccountsMoney accounts={accounts.data.data} />}
    </Panel>
  );
}
