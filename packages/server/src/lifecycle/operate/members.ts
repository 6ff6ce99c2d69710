/**
 * People with roles. Each acts with a key row of their own whose text nobody has ever seen: they come in by links, and
 * budgets, limits and the record of who did what work as for any key.
 */
import type { CreateMember, Refusal, Role, Scope, UpdateMember } from '@sluice/contract';
import type { z } from 'zod';
import { newId } from '../../effects/random/id.ts';
import type { MemberRow } from '../../store/team.ts';
import type { Context } from '../context.ts';
import { record } from './actions.ts';
import { newKey } from './keys.ts';

const READS = ['tasks:read', 'billing:read'] as const satisfies Scope[];
const WORKS = ['tasks:read', 'tasks:write', 'files:write', 'webhooks:write'] as const satisfies Scope[];

const SCOPES: Record<Role, readonly Scope[]> = {
  operator: ['operator'],
  owner: [...WORKS, 'billing:read', 'billing:write', 'keys:write', 'members:write'],
  developer: [...WORKS, 'billing:read', 'keys:write'],
  viewer: ['tasks:read'],
  billing: [...READS, 'billing:write'],
};

export type MemberAnswer = { kind: 'member'; id: string } | { kind: 'refused'; refusal: Refusal };

export type Inviting = { keyId: string; accountId: string | null; operator: boolean };

export async function createMember(
  context: Context,
  by: Inviting,
  input: z.output<typeof CreateMember>,
): Promise<MemberAnswer> {
  const accountId = by.operator ? input.account : by.accountId;
  const refusal = await refusalOf(context, by, input, accountId);
  if (refusal) return { kind: 'refused', refusal };
  const { name, email, role } = input;
  const scopes = [...SCOPES[role]];
  const { key } = newKey(
    context,
    {
      name,
      account: accountId,
      scopes,
      budget: null,
      budget_period: 'total',
      max_in_flight: null,
      expires_at: null,
    },
    by.keyId,
  );
  const nowMs = context.clock.now();
  const id = newId('mem', nowMs, context.random);
  await context.store.team.insertMember({ id, account_id: accountId, name, email, role }, key, nowMs);
  await record(context, by.keyId, 'member.created', id, { role, account: accountId });
  return { kind: 'member', id };
}

async function refusalOf(
  context: Context,
  by: Inviting,
  { role, account }: z.output<typeof CreateMember>,
  accountId: string | null,
): Promise<Refusal | null> {
  const wrong = (field: string, message: string, fix: string): Refusal => ({
    code: 'invalid_input',
    field,
    message,
    fix,
  });
  if (!by.operator && account !== null && account !== by.accountId) {
    return wrong('account', 'That is not your account.', 'Leave out account.');
  }
  if (role === 'operator' && !by.operator) {
    return wrong('role', 'Only operators make operators.', 'Pick owner, developer, viewer or billing.');
  }
  if ((role === 'operator') !== (accountId === null)) {
    return role === 'operator'
      ? wrong('account', 'An operator sees every account, so they belong to none.', 'Leave out account.')
      : wrong('account', `A member with the role ${role} belongs to an account.`, 'Name the account.');
  }
  if (accountId !== null && (await context.store.accounts.find(accountId)) === null) {
    return wrong('account', `There is no account ${accountId}.`, 'Pick one from GET /v1/accounts.');
  }
  return null;
}

export async function updateMember(
  context: Context,
  keyId: string,
  member: MemberRow,
  change: z.output<typeof UpdateMember>,
): Promise<MemberAnswer> {
  const { name = null, role = null } = change;
  if (role !== null && (role === 'operator') !== (member.account_id === null)) {
    const message = 'A member of an account is no operator, nor the other way round.';
    const fix = 'Remove them and add them anew.';
    return { kind: 'refused', refusal: { code: 'invalid_input', field: 'role', message, fix } };
  }
  const scopes = role === null ? null : SCOPES[role];
  await context.store.team.updateMember(member.id, { name, role, scopes });
  await record(context, keyId, 'member.changed', member.id, { ...(role === null ? {} : { role }) });
  return { kind: 'member', id: member.id };
}

export async function removeMember(context: Context, keyId: string, member: MemberRow): Promise<void> {
  await context.store.team.removeMember(member.id, context.clock.now());
  await record(context, keyId, 'member.removed', member.id, {});
}
