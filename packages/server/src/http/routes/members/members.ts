/** Members: of an account by its owners, and of everything by operators. */
import { type Member, Scope } from '@sluice/contract';
import { z } from 'zod';
import {
  createMember,
  type MemberAnswer,
  removeMember,
  updateMember,
} from '../../../lifecycle/operate/members.ts';
import type { MemberRow } from '../../../store/team.ts';
import { type Caller, ownerOf } from '../../auth.ts';
import type { HttpContext } from '../../context.ts';
import { type Answer, type Handlers, notFound, ok, refused } from '../../operation.ts';
import { instant } from '../../views/instant.ts';

export const memberHandlers: Pick<
  Handlers,
  'listMembers' | 'createMember' | 'updateMember' | 'removeMember'
> = {
  listMembers: async ({ context, caller }) => {
    const rows = await context.store.team.listMembers(ownerOf(caller));
    return ok({ object: 'list', data: rows.map(memberView), next_cursor: null });
  },
  createMember: async ({ context, caller, body }) => {
    const { keyId, accountId, operator } = caller;
    return shown(context, caller, await createMember(context, { keyId, accountId, operator }, body));
  },
  updateMember: async ({ context, caller, params, body }) => {
    const member = await context.store.team.findMember(params.id, ownerOf(caller));
    if (!member) return notFound;
    return shown(context, caller, await updateMember(context, caller.keyId, member, body));
  },
  removeMember: async ({ context, caller, params }) => {
    const member = await context.store.team.findMember(params.id, ownerOf(caller));
    if (!member) return notFound;
    await removeMember(context, caller.keyId, member);
    return ok({ id: member.id, object: 'member', deleted: true });
  },
};

async function shown(context: HttpContext, caller: Caller, answer: MemberAnswer): Promise<Answer> {
  if (answer.kind === 'refused') return refused(answer.refusal);
  const row = await context.store.team.findMember(answer.id, ownerOf(caller));
  return row ? ok(memberView(row)) : notFound;
}

function memberView(row: MemberRow): z.infer<typeof Member> {
  return {
    id: row.id,
    object: 'member',
    name: row.name,
    email: row.email,
    role: row.role,
    account: row.account_id,
    key: row.key_id,
    scopes: z.array(Scope).parse(row.scopes),
    created_at: instant(row.created_at),
    last_seen_at: instant(row.last_seen_at),
  };
}
