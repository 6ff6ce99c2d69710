/** Operations on API keys. The text of a key is in one answer only: the one to its creation. */
import { createKey } from '../../../lifecycle/operate/keys.ts';
import { pageOf, readIdCursor } from '../../cursor.ts';
import { type Handlers, notFound, ok, refused } from '../../operation.ts';
import { keyView } from '../../views/key.ts';

export const keyHandlers: Pick<Handlers, 'listKeys' | 'createKey' | 'revokeKey'> = {
  listKeys: async ({ context, query }) => {
    const cursor = readIdCursor(query.cursor);
    if (!cursor.ok) return refused(cursor.refusal);
    const { account = null, limit } = query;
    const rows = await context.store.keys.list({
      accountId: account,
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
  createKey: async ({ context, body }) => {
    const answer = await createKey(context, body);
    if (answer.kind === 'refused') return refused(answer.refusal);
    return ok({ ...keyView(answer.key, context.clock.now()), key: answer.text });
  },
  revokeKey: async ({ context, params }) => {
    const revoked = await context.store.keys.revoke(params.id, context.clock.now());
    return revoked ? ok({ id: revoked.id, object: 'key', deleted: true }) : notFound;
  },
};
