/** What needs a person and where it is told, who may come in, who pays on which terms, the installation. */
import { useMay, useSession } from '../../app/session-context.ts';
import { InOrder, PageHead } from '../../ui/panel.tsx';
import { Alerts } from '../home/alerts.tsx';
import { AccountsPanel } from './accounts.tsx';
import { AlertPlaces } from './alert-places.tsx';
import { MembersPanel } from './members.tsx';
import { SystemPanel } from './system.tsx';
import { Thresholds } from './thresholds.tsx';

export function Settings() {
  const { operator } = useSession();
  const people = useMay('members:write');
  const told = useMay('webhooks:write');
  return (
    <>
      <PageHead title="Settings" />
      <InOrder>
        <Alerts />
        {told && <AlertPlaces />}
        {told && <Thresholds />}
        {people && <MembersPanel />}
        {operator && <AccountsPanel />}
        {operator && <SystemPanel />}
      </InOrder>
    </>
  );
}
