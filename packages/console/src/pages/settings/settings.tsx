/** What needs a person, who may come in, who pays on which terms, and the installation itself. */
import { useMay, useSession } from '../../app/session-context.ts';
import { InOrder, PageHead } from '../../ui/panel.tsx';
import { Alerts } from '../home/alerts.tsx';
import { AccountsPanel } from './accounts.tsx';
import { MembersPanel } from './members.tsx';
import { SystemPanel } from './system.tsx';

export function Settings() {
  const { operator } = useSession();
  const people = useMay('members:write');
  return (
    <>
      <PageHead title="Settings" />
      <InOrder>
        <Alerts />
        {people && <MembersPanel />}
        {operator && <AccountsPanel />}
        {operator && <SystemPanel />}
      </InOrder>
    </>
  );
}
