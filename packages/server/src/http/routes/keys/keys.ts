/** Operations on API keys. The text of a key is in one answer only: the one to its creation. */

import { record } from '../../../lifecycle/operate/actions.ts';
import { createKey, updateKey } from '../../../lifecycle/operate/keys.ts';
import { ownerOf, wantedAccount } from '../../auth.ts';
import { pageOf, readIdCursor } from '../../cursor.ts';
import { type Handlers, notFound, ok, refused } from '../../operation.ts';
import { keyView } from '../../views/key.ts';

export const keyHandlers: Pick<
  Handlers,
  'listKeys' | 'createKey' | 'updateKey' | 'revokeKey' | 'getSigningSecret'
> = {
  listKeys: async ({ context, caller, query }) => {
    const wanted = wantedAccount(caller, query.account);
    if (!wanted.ok) return refused(wanted.refusal);
    const cursor = readIdCursor(query.cursor);
    if (!cursor.ok) return refused(cursor.refusal);
    const { limit } = query;
    const rows = await context.store.keys.list({
      accountId: wanted.accountId,
      before: cursor.before,
      most: limit + 1,
    });
    const nowMs = context.clock.now();
    return ok(
      pageOf(
        rows,
        limit,
        (row) => row.id,
        (row) => keyView(row, nowMs),
      ),
    );
  },
  createKey: async ({ context, caller, body }) => {
    const answer = await createKey(context, caller, body);
    if (answer.kind === 'refused') return refused(answer.refusal);
    return ok({ ...keyView(answer.key, context.clock.now()), key: answer.text });
  },
  updateKey: async ({ context, caller, params, body }) => {
    const answer = await updateKey(context, caller, params.id, ownerOf(caller), body);
    return answer.kind === 'refused' ? refused(answer.refusal) : ok(keyView(answer.key, context.clock.now()));
  },
  revokeKey: async ({ context, caller, params }) => {
    const revoked = await context.store.keys.revoke(params.id, ownerOf(caller), context.clock.now());
    if (revoked) await record(context, caller.keyId, 'key.revoked', revoked.id, {});
    return revoked ? ok({ id: revoked.id, object: 'key', deleted: true }) : notFound;
  },
  // Whoever sends the key may sign in its name: it can do the same with both. A session ends, so it gets nothing that
  // would outlive it.
  getSigningSecret: async ({ context, caller, request }) =>
    request.headers.authorization === undefined
      ? refused({ code: 'forbidden', message: 'This needs the key itself, not a session of it.' })
      : ok({
          object: 'signing_secret',
          access_key: caller.keyId,
          secret_key: context.secrets.signingSecret(caller.keyId),
        }),
};
