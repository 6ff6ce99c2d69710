/** Webhook endpoints of an account: add, change, rotate, test, look what was delivered, deliver again. */
import type { Refusal } from '@sluice/contract';
import {
  callbackSecret,
  createEndpoint,
  replayDelivery,
  rotateCallbackSecret,
  rotateEndpointSecret,
  testEndpoint,
  updateEndpoint,
} from '../../../lifecycle/operate/webhooks.ts';
import { accountOf, ownerOf } from '../../auth.ts';
import { pageOf, readIdCursor } from '../../cursor.ts';
import { type Handlers, notFound, ok, refused } from '../../operation.ts';
import { deliveryView, endpointView } from '../../views/webhook.ts';

const ONLY_OPERATORS: Refusal = {
  code: 'forbidden',
  field: 'of',
  message: 'Only operators, who act for no account, see the endpoints of the installation.',
};

export const webhookHandlers: Pick<
  Handlers,
  | 'listEndpoints'
  | 'createEndpoint'
  | 'getEndpoint'
  | 'updateEndpoint'
  | 'deleteEndpoint'
  | 'getCallbackSecret'
  | 'rotateCallbackSecret'
  | 'rotateEndpointSecret'
  | 'testEndpoint'
  | 'listDeliveries'
  | 'replayDelivery'
> = {
  listEndpoints: async ({ context, caller, query }) => {
    const cursor = readIdCursor(query.cursor);
    if (!cursor.ok) return refused(cursor.refusal);
    const accountId = ownerOf(caller);
    if (query.of === 'installation' && accountId !== null) return refused(ONLY_OPERATORS);
    const installationOnly = query.of === 'installation';
    const page = { accountId, installationOnly, before: cursor.before, most: query.limit + 1 };
    const rows = await context.store.webhooks.listEndpoints(page);
    return ok(pageOf(rows, query.limit, (row) => row.id, endpointView));
  },
  createEndpoint: async ({ context, caller, body }) => {
    const answer = await createEndpoint(context, caller.accountId, body, context.addressRefusal);
    if (answer.kind === 'refused') return refused(answer.refusal);
    return ok({ ...endpointView(answer.endpoint), secret: answer.secret });
  },
  getEndpoint: async ({ context, caller, params }) => {
    const row = await context.store.webhooks.findEndpoint(params.id, ownerOf(caller));
    return row ? ok(endpointView(row)) : notFound;
  },
  updateEndpoint: async ({ context, caller, params, body }) => {
    const answer = await updateEndpoint(context, params.id, ownerOf(caller), body, context.addressRefusal);
    return answer.kind === 'refused' ? refused(answer.refusal) : ok(endpointView(answer.endpoint));
  },
  deleteEndpoint: async ({ context, caller, params }) => {
    const deleted = await context.store.webhooks.deleteEndpoint(
      params.id,
      ownerOf(caller),
      context.clock.now(),
    );
    return deleted ? ok({ id: params.id, object: 'webhook_endpoint', deleted: true }) : notFound;
  },
  getCallbackSecret: async ({ context, caller }) => {
    const account = accountOf(caller);
    if (!account.ok) return refused(account.refusal);
    const secret = await callbackSecret(context, account.accountId);
    return secret === null ? notFound : ok({ object: 'callback_secret', secret });
  },
  rotateCallbackSecret: async ({ context, caller }) => {
    const account = accountOf(caller);
    if (!account.ok) return refused(account.refusal);
    const secret = await rotateCallbackSecret(context, account.accountId);
    return secret === null ? notFound : ok({ object: 'callback_secret', secret });
  },
  rotateEndpointSecret: async ({ context, caller, params }) => {
    const answer = await rotateEndpointSecret(context, params.id, ownerOf(caller));
    return answer ? ok({ ...endpointView(answer.endpoint), secret: answer.secret }) : notFound;
  },
  testEndpoint: async ({ context, caller, params }) => {
    const delivery = await testEndpoint(context, params.id, ownerOf(caller));
    return delivery ? ok(deliveryView(delivery)) : notFound;
  },
  listDeliveries: async ({ context, caller, params, query }) => {
    const cursor = readIdCursor(query.cursor);
    if (!cursor.ok) return refused(cursor.refusal);
    const endpoint = await context.store.webhooks.findEndpoint(params.id, ownerOf(caller));
    if (!endpoint) return notFound;
    const rows = await context.store.webhooks.listDeliveries({
      endpointId: endpoint.id,
      state: query.state ?? null,
      eventType: query.event_type ?? null,
      before: cursor.before,
      most: query.limit + 1,
    });
    return ok(pageOf(rows, query.limit, (row) => row.id, deliveryView));
  },
  replayDelivery: async ({ context, caller, params }) => {
    const answer = await replayDelivery(context, params.id, ownerOf(caller));
    return answer.kind === 'refused' ? refused(answer.refusal) : ok(deliveryView(answer.delivery));
  },
};
