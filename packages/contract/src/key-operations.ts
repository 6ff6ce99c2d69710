/** API keys: of an account by its owner, and of everybody by operators. */
import { z } from 'zod';
import * as accounts from './accounts.ts';
import { Deleted, INPUT, json, list, type Operation, PageQuery } from './operation.ts';

export const keyOperations = {
  listKeys: {
    method: 'get',
    path: '/v1/keys',
    tag: 'Keys',
    summary: 'List keys with what they have spent',
    access: 'billing:read',
    query: PageQuery.extend({
      account: z.string().max(100).optional().describe('Operators only; everybody else has their own.'),
    }),
    response: json(list(accounts.Key, 'KeyList'), 'Keys.'),
    errors: ['invalid_input', 'unknown_field'],
  },
  createKey: {
    method: 'post',
    path: '/v1/keys',
    tag: 'Keys',
    summary: 'Create a key',
    description: 'Without an operator key: for your own account, and with no scope that you lack yourself.',
    access: 'keys:write',
    body: accounts.CreateKey,
    response: json(accounts.KeyWithSecret, 'The key, shown once.', 201),
    errors: [...INPUT],
    idempotent: 'answer',
  },
  updateKey: {
    method: 'patch',
    path: '/v1/keys/{id}',
    tag: 'Keys',
    summary: 'Change the name, the budget or the tasks at once of a key that works',
    access: 'keys:write',
    body: accounts.UpdateKey,
    response: json(accounts.Key, 'The key.'),
    errors: [...INPUT, 'not_found'],
  },
  revokeKey: {
    method: 'delete',
    path: '/v1/keys/{id}',
    tag: 'Keys',
    summary: 'Revoke a key at once',
    access: 'keys:write',
    response: json(Deleted, 'Revoked.'),
    errors: ['not_found'],
  },
  getSigningSecret: {
    method: 'get',
    path: '/v1/signing-secret',
    tag: 'Keys',
    summary: 'The pair that this key signs tokens with',
    description: 'Access key and secret key for clients of the Kling door that sign JSON Web Tokens.',
    access: 'tasks:write',
    response: json(accounts.SigningSecret, 'The pair.'),
    errors: [],
  },
} satisfies Record<string, Operation>;
