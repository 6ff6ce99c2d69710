/** Operations on active verifications. */
import {
  planVerification,
  startVerification,
  stopVerification,
  type VerificationAnswer,
  verificationById,
  verificationsOf,
} from '../../../lifecycle/evidence/verifications.ts';
import { pageOf, readIdCursor } from '../../cursor.ts';
import { type Answer, type Handlers, notFound, ok, refused } from '../../operation.ts';

export const verificationHandlers: Pick<
  Handlers,
  'planVerification' | 'startVerification' | 'stopVerification' | 'getVerification' | 'listVerifications'
> = {
  planVerification: async ({ context, params, body }) =>
    answered(await planVerification(context, params.id, body)),
  startVerification: async ({ context, caller, params, body }) =>
    answered(await startVerification(context, caller.keyId, params.id, body)),
  stopVerification: async ({ context, caller, params }) =>
    answered(await stopVerification(context, caller.keyId, params.id)),
  getVerification: async ({ context, params }) => {
    const verification = await verificationById(context, params.id);
    return verification ? ok(verification) : notFound;
  },
  listVerifications: async ({ context, params, query }) => {
    const cursor = readIdCursor(query.cursor);
    if (!cursor.ok) return refused(cursor.refusal);
    const page = { before: cursor.before, most: query.limit + 1 };
    const found = await verificationsOf(context, params.id, page);
    if (!found) return notFound;
    return ok(
      pageOf(
        found,
        query.limit,
        ({ id }) => id,
        (each) => each,
      ),
    );
  },
};

function answered(answer: VerificationAnswer): Answer {
  return answer.kind === 'refused' ? refused(answer.refusal) : ok(answer.verification);
}
