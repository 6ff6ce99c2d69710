/** Top-ups by card: the operations on them, and where Stripe tells us what became of them. */
import type { FastifyInstance } from 'fastify';
import {
  checkoutTerms,
  lookAtCheckout,
  openCheckout,
  receivePaymentEvent,
} from '../../../lifecycle/checkout.ts';
import { accountOf, ownerOf } from '../../auth.ts';
import type { HttpContext } from '../../context.ts';
import { pageOf, readIdCursor } from '../../cursor.ts';
import { linkBase } from '../../links.ts';
import { type Handlers, notFound, ok, refused } from '../../operation.ts';
import { sendRefusal } from '../../problem.ts';
import { checkoutView } from '../../views/checkout.ts';

export const checkoutHandlers: Pick<
  Handlers,
  'getCheckoutTerms' | 'createCheckout' | 'listCheckouts' | 'getCheckout'
> = {
  getCheckoutTerms: async ({ context }) => ok(checkoutTerms(context)),
  createCheckout: async ({ context, caller, body, request }) => {
    const account = accountOf(caller);
    if (!account.ok) return refused(account.refusal);
    const returnBase = linkBase(context.settings, request);
    const answer = await openCheckout(context, {
      accountId: account.accountId,
      keyId: caller.keyId,
      amount: body.amount,
      returnBase,
    });
    return answer.kind === 'checkout' ? ok(checkoutView(answer.checkout)) : refused(answer.refusal);
  },
  listCheckouts: async ({ context, caller, query }) => {
    const cursor = readIdCursor(query.cursor);
    if (!cursor.ok) return refused(cursor.refusal);
    const page = { before: cursor.before, most: query.limit + 1 };
    const rows = await context.store.checkouts.list(ownerOf(caller), page);
    return ok(pageOf(rows, query.limit, (row) => row.id, checkoutView));
  },
  getCheckout: async ({ context, caller, params }) => {
    const row = await context.store.checkouts.find(params.id, ownerOf(caller));
    return row ? ok(checkoutView(await lookAtCheckout(context, row))) : notFound;
  },
};

/** Several times the largest event that Stripe's documents show. */
const EVENT_MAX_BYTES = 256 * 1024;

/** A lane of its own: no key, the body as it came, and a 2xx only when what it says is in the book. */
export function registerPaymentEvents(app: FastifyInstance, context: HttpContext): void {
  app.register(async (lane) => {
    lane.removeAllContentTypeParsers();
    lane.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    lane.post('/payments/stripe', { bodyLimit: EVENT_MAX_BYTES }, async (request, reply) => {
      const { 'stripe-signature': signature } = request.headers;
      const body = request.body instanceof Uint8Array ? request.body : new Uint8Array();
      const told = await receivePaymentEvent(
        context,
        signature === undefined ? undefined : String(signature),
        body,
      );
      switch (told) {
        case 'taken':
          return reply.status(200).send({ received: true });
        case 'not_configured':
          return sendRefusal(reply, { code: 'not_found' });
        case 'rejected':
          return sendRefusal(reply, { code: 'invalid_key', message: 'The signature is not valid.' });
        case 'unreadable':
          return sendRefusal(reply, {
            code: 'invalid_input',
            message: 'This is no event that Stripe documents.',
          });
      }
    });
  });
}
