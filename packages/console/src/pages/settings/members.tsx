/** People with roles. They come in by a link that works once; removing somebody ends their sessions. */
import type { Member, Role } from '@sluice/sdk';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { sluice } from '../../api/client.ts';
import { membersQuery } from '../../api/money-queries.ts';
import { accountsQuery } from '../../api/queries.ts';
import { messageOf } from '../../app/key-form.tsx';
import { useSession } from '../../app/session-context.ts';
import { Button } from '../../ui/button.tsx';
import { Pick } from '../../ui/choice.tsx';
import { copyText } from '../../ui/copy.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { Empty, Failure, Panel, SkeletonRows } from '../../ui/panel.tsx';
import { ACTIONS, Table } from '../../ui/table.tsx';
import { Ago } from '../../ui/time.tsx';
import { toast } from '../../ui/toast.tsx';
import { NewMember, ROLES } from './new-member.tsx';

export function MembersPanel() {
  const { operator } = useSession();
  const members = useQuery(membersQuery);
  const [adding, setAdding] = useState(false);
  const add = (
    <Button kind="primary" onClick={() => setAdding(true)}>
      Add a person
    </Button>
  );
  return (
    <Panel title="Members" aside={add} flush>
      {members.isPending && <SkeletonRows rows={2} />}
      {members.isError && (
        <Failure
          error={members.error}
          what="The members could not be read."
          retry={() => members.refetch()}
        />
      )}
      {members.data?.data.length === 0 && (
        <Empty title="Nobody was added yet" action={add}>
          Give each person a name and a role of their own: what they order and change is then theirs in every
          record.
        </Empty>
      )}
      {members.data && members.data.data.length > 0 && (
        <Members members={members.data.data} withAccount={operator} />
      )}
      <NewMember open={adding} onClose={() => setAdding(false)} />
    </Panel>
  );
}

function Members({ members, withAccount }: { members: readonly Member[]; withAccount: boolean }) {
  const accounts = useQuery({ ...accountsQuery, enabled: withAccount });
  const [leaving, setLeaving] = useState<Member | null>(null);
  const [link, setLink] = useState<{ member: Member; url: string } | null>(null);
  const nameOf = (id: string | null): string =>
    id === null ? 'everything' : (accounts.data?.data.find((each) => each.id === id)?.name ?? id);
  return (
    <>
      <Table
        label="Members"
        columns={[
          { title: 'Name' },
          { title: 'Role' },
          ...(withAccount ? [{ title: 'Account' }] : []),
          { title: 'Last seen' },
          ACTIONS,
        ]}
      >
        {members.map((member) => (
          <tr key={member.id}>
            <td>
              <bdi className="font-medium">{member.name}</bdi>
              <bdi className="block text-ink-3">{member.email}</bdi>
            </td>
            <td>
              <RoleOf member={member} />
            </td>
            {withAccount && (
              <td>
                <bdi>{nameOf(member.account)}</bdi>
              </td>
            )}
            <td className="whitespace-nowrap">
              {member.last_seen_at ? (
                <Ago at={member.last_seen_at} />
              ) : (
                <span className="text-ink-3">never</span>
              )}
            </td>
            <td className="text-right whitespace-nowrap">
              <LinkButton member={member} onLink={(url) => setLink({ member, url })} />
              <Button small kind="quiet" onClick={() => setLeaving(member)}>
                Remove <span className="sr-only">{member.name}</span>
              </Button>
            </td>
          </tr>
        ))}
      </Table>
      <LinkShown link={link} onClose={() => setLink(null)} />
      <Remove member={leaving} onClose={() => setLeaving(null)} />
    </>
  );
}

function RoleOf({ member }: { member: Member }) {
  const queries = useQueryClient();
  const change = useMutation({
    mutationFn: (role: Role) => sluice.members.update(member.id, { role }),
    onSuccess: () => {
      toast({ text: 'The new role holds within a second.', tone: 'ok' });
      void queries.invalidateQueries({ queryKey: ['members'] });
    },
    onError: (error) => toast({ text: messageOf(error), tone: 'bad' }),
  });
  if (member.role === 'operator') return <>operator</>;
  return (
    <Pick
      label={`Role of ${member.name}`}
      hideLabel
      value={member.role}
      options={ROLES.filter(({ value }) => value !== 'operator')}
      onChange={(role) => change.mutate(role)}
      className="w-36"
    />
  );
}

function LinkButton({ member, onLink }: { member: Member; onLink: (url: string) => void }) {
  const make = useMutation({
    mutationFn: () => sluice.session.createLink({ member: member.id }),
    onSuccess: ({ url }) => onLink(url),
    onError: (error) => toast({ text: messageOf(error), tone: 'bad' }),
  });
  return (
    <Button small kind="quiet" busy={make.isPending} onClick={() => make.mutate()}>
      Sign-in link <span className="sr-only">for {member.name}</span>
    </Button>
  );
}

function LinkShown({ link, onClose }: { link: { member: Member; url: string } | null; onClose: () => void }) {
  return (
    <Dialog open={link !== null} onClose={onClose} title={`A way in for ${link?.member.name ?? ''}`}>
      <p>Send it to them by a way that only they read. It works once, for a quarter of an hour.</p>
      <code className="mt-3 block rounded-md border bg-sunken p-3 font-mono break-all select-all">
        {link?.url}
      </code>
      <div className="mt-4 flex justify-end gap-2">
        <Button kind="primary" onClick={() => copyText(link?.url ?? '', 'The link is copied')}>
          Copy
        </Button>
        <Button onClick={onClose}>Done</Button>
      </div>
    </Dialog>
  );
}

function Remove({ member, onClose }: { member: Member | null; onClose: () => void }) {
  const queries = useQueryClient();
  const remove = useMutation({
    mutationFn: (id: string) => sluice.members.remove(id),
    onSuccess: () => {
      toast({ text: 'Removed; their sessions end within a second.', tone: 'ok' });
      void queries.invalidateQueries({ queryKey: ['members'] });
      onClose();
    },
    onError: (error) => toast({ text: messageOf(error), tone: 'bad' }),
  });
  return (
    <Dialog open={member !== null} onClose={onClose} title="Remove this person?">
      <p>
        <bdi className="font-medium">{member?.name}</bdi> is signed out everywhere and cannot come back. What
        they ordered stays. Keys that they made go on working: revoke those by hand.
      </p>
      <div className="mt-5 flex justify-end gap-2">
        <Button onClick={onClose}>Leave it</Button>
        <Button kind="danger" busy={remove.isPending} onClick={() => member && remove.mutate(member.id)}>
          Remove
        </Button>
      </div>
    </Dialog>
  );
}
