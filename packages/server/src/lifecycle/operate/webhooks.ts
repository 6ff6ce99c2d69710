/** What customers do to their webhook endpoints. An address is judged when it is given and again at each delivery. */
import type { CreateEndpoint, Refusal, UpdateEndpoint } from '@sluice/contract';
import type { z } from 'zod';
import { newId } from '../../effects/random/id.ts';
import type { DeliveryLogRow, EndpointRow } from '../../store/webhooks.ts';
import type { Context } from '../context.ts';
import { newWebhookSecret, webhookSecretContext } from './secrets.ts';

/** Null when events may go there, else why not. */
export type JudgeAddress = (url: string) => Promise<string | null>;

export type EndpointAnswer =
  | { kind: 'endpoint'; endpoint: EndpointRow }
  | { kind: 'refused'; refusal: Refusal };
export type CreatedEndpoint =
  | { kind: 'created'; endpoint: EndpointRow; secret: string }
  | { kind: 'refused'; refusal: Refusal };
export type ReplayAnswer =
  | { kind: 'replayed'; delivery: DeliveryLogRow }
  | { kind: 'refused'; refusal: Refusal };

/** The old secret keeps signing for so long. */
const ROTATION_MS = 24 * 3_600_000;

export async function createEndpoint(
  context: Context,
  accountId: string,
  input: z.output<typeof CreateEndpoint>,
  judge: JudgeAddress,
): Promise<CreatedEndpoint> {
  const refusal = await addressRefusal(input.url, judge);
  if (refusal) return { kind: 'refused', refusal };
  const nowMs = context.clock.now();
  const id = newId('ep', nowMs, context.random);
  const secret = newWebhookSecret(context.random);
  const { url, types, description, format } = input;
  const secretSealed = context.secrets.seal(secret, webhookSecretContext(id));
  const row = { id, accountId, url, types: [...new Set(types)], description, secretSealed, format };
  return { kind: 'created', endpoint: await context.store.webhooks.insertEndpoint(row, nowMs), secret };
}

export async function updateEndpoint(
  context: Context,
  id: string,
  accountId: string | null,
  change: z.output<typeof UpdateEndpoint>,
  judge: JudgeAddress,
): Promise<EndpointAnswer> {
  const refusal = change.url === undefined ? null : await addressRefusal(change.url, judge);
  if (refusal) return { kind: 'refused', refusal };
  const endpoint = await context.store.webhooks.updateEndpoint(id, accountId, change);
  if (!endpoint) return { kind: 'refused', refusal: { code: 'not_found' } };
  if (change.status === 'enabled') context.wake('notify');
  return { kind: 'endpoint', endpoint };
}

export async function rotateEndpointSecret(
  context: Context,
  id: string,
  accountId: string | null,
): Promise<{ endpoint: EndpointRow; secret: string } | null> {
  const secret = newWebhookSecret(context.random);
  const sealed = context.secrets.seal(secret, webhookSecretContext(id));
  const untilMs = context.clock.now() + ROTATION_MS;
  const endpoint = await context.store.webhooks.rotateSecret(id, accountId, sealed, untilMs);
  return endpoint ? { endpoint, secret } : null;
}

export async function testEndpoint(
  context: Context,
  id: string,
  accountId: string | null,
): Promise<DeliveryLogRow | null> {
  const endpoint = await context.store.webhooks.findEndpoint(id, accountId);
  if (!endpoint) return null;
  const nowMs = context.clock.now();
  const delivery = await context.store.webhooks.insertTest(
    {
      deliveryId: newId('dlv', nowMs, context.random),
      eventId: newId('evt', nowMs, context.random),
      accountId: endpoint.account_id,
      endpointId: endpoint.id,
      url: endpoint.url,
      format: endpoint.format,
      data: { endpoint_id: endpoint.id, message: 'A test of this endpoint.' },
    },
    nowMs,
  );
  context.wake('notify');
  return delivery;
}

export async function replayDelivery(
  context: Context,
  id: string,
  accountId: string | null,
): Promise<ReplayAnswer> {
  const answer = await context.store.webhooks.replay(id, accountId, context.clock.now());
  switch (answer.kind) {
    case 'replayed':
      context.wake('notify');
      return { kind: 'replayed', delivery: answer.delivery };
    case 'not_found':
      return { kind: 'refused', refusal: { code: 'not_found' } };
    case 'blocked': {
      const message = 'The endpoint of this delivery is disabled.';
      return { kind: 'refused', refusal: { code: 'conflict', message, fix: 'Enable the endpoint first.' } };
    }
  }
}

async function addressRefusal(url: string, judge: JudgeAddress): Promise<Refusal | null> {
  const why = await judge(url);
  if (why === null) return null;
  return { code: 'input_unreachable', field: 'url', message: why, fix: 'Use a public https address.' };
}

/** What signs deliveries to the `callback_url` of an account's tasks. */
export async function callbackSecret(context: Context, accountId: string): Promise<string | null> {
  const sealed = await context.store.webhooks.callbackSecretSealed(accountId);
  return sealed === null ? null : context.secrets.open(sealed, webhookSecretContext(accountId));
}

/** A new one; the old one keeps signing beside it for a day. Null: there is no such account. */
export async function rotateCallbackSecret(context: Context, accountId: string): Promise<string | null> {
  const secret = newWebhookSecret(context.random);
  const sealed = context.secrets.seal(secret, webhookSecretContext(accountId));
  const untilMs = context.clock.now() + ROTATION_MS;
  return (await context.store.webhooks.rotateCallbackSecret(accountId, sealed, untilMs)) ? secret : null;
}
