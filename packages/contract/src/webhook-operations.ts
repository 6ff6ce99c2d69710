/** Webhook endpoints, their secrets, their deliveries. */
import { z } from 'zod';
import * as accounts from './accounts.ts';
import { EventType } from './events.ts';
import { Deleted, INPUT, json, list, type Operation, PageQuery } from './operation.ts';

export const webhookOperations = {
  listEndpoints: {
    method: 'get',
    path: '/v1/webhooks',
    tag: 'Webhooks',
    summary: 'List endpoints',
    access: 'tasks:read',
    query: PageQuery.extend({
      of: z
        .enum(['installation'])
        .optional()
        .describe('Operators only: not those of accounts, but those where the operators are told alerts.'),
    }),
    response: json(list(accounts.Endpoint, 'EndpointList'), 'Endpoints.'),
    errors: [],
  },
  createEndpoint: {
    method: 'post',
    path: '/v1/webhooks',
    tag: 'Webhooks',
    summary: 'Add an endpoint',
    description:
      'It belongs to an account, or, when an operator adds it without naming one and asks for `alert.raised` and ' +
      '`alert.cleared` alone, to the installation.',
    access: 'webhooks:write',
    body: accounts.CreateEndpoint,
    response: json(accounts.EndpointWithSecret, 'The endpoint, with its secret.', 201),
    errors: [...INPUT, 'input_unreachable'],
    idempotent: 'answer',
  },
  getEndpoint: {
    method: 'get',
    path: '/v1/webhooks/{id}',
    tag: 'Webhooks',
    summary: 'Read an endpoint',
    access: 'tasks:read',
    response: json(accounts.Endpoint, 'The endpoint.'),
    errors: ['not_found'],
  },
  updateEndpoint: {
    method: 'patch',
    path: '/v1/webhooks/{id}',
    tag: 'Webhooks',
    summary: 'Change, enable or disable an endpoint',
    access: 'webhooks:write',
    body: accounts.UpdateEndpoint,
    response: json(accounts.Endpoint, 'The endpoint.'),
    errors: [...INPUT, 'not_found', 'input_unreachable'],
  },
  deleteEndpoint: {
    method: 'delete',
    path: '/v1/webhooks/{id}',
    tag: 'Webhooks',
    summary: 'Remove an endpoint',
    access: 'webhooks:write',
    response: json(Deleted, 'Deleted.'),
    errors: ['not_found'],
  },
  getCallbackSecret: {
    method: 'get',
    path: '/v1/callback-secret',
    tag: 'Webhooks',
    summary: 'The secret that signs deliveries to callback_url addresses',
    description: 'One per account. Endpoints have secrets of their own.',
    access: 'webhooks:write',
    response: json(accounts.CallbackSecret, 'The secret.'),
    errors: [],
  },
  rotateCallbackSecret: {
    method: 'post',
    path: '/v1/callback-secret/rotate',
    tag: 'Webhooks',
    summary: 'New secret for callback_url addresses; the old one keeps signing beside it for 24 hours',
    access: 'webhooks:write',
    response: json(accounts.CallbackSecret, 'The new secret.'),
    errors: [],
    idempotent: 'answer',
  },
  rotateEndpointSecret: {
    method: 'post',
    path: '/v1/webhooks/{id}/rotate',
    tag: 'Webhooks',
    summary: 'New secret; the old one keeps signing beside it for 24 hours',
    access: 'webhooks:write',
    response: json(accounts.EndpointWithSecret, 'The endpoint, with its new secret.'),
    errors: ['not_found'],
    idempotent: 'answer',
  },
  testEndpoint: {
    method: 'post',
    path: '/v1/webhooks/{id}/test',
    tag: 'Webhooks',
    summary: 'Send a signed test event now',
    access: 'webhooks:write',
    response: json(accounts.Delivery, 'The delivery.', 202),
    errors: ['not_found'],
  },
  listDeliveries: {
    method: 'get',
    path: '/v1/webhooks/{id}/deliveries',
    tag: 'Webhooks',
    summary: 'Delivery log of an endpoint, newest first',
    access: 'tasks:read',
    query: PageQuery.extend({
      state: z.enum(['waiting', 'delivered', 'exhausted']).optional(),
      event_type: EventType.optional(),
    }),
    response: json(list(accounts.Delivery, 'DeliveryList'), 'Deliveries.'),
    errors: ['not_found'],
  },
  replayDelivery: {
    method: 'post',
    path: '/v1/deliveries/{id}/replay',
    tag: 'Webhooks',
    summary: 'Deliver an event again, with the same event id',
    access: 'webhooks:write',
    response: json(accounts.Delivery, 'The delivery.', 202),
    errors: ['not_found'],
  },
} satisfies Record<string, Operation>;
