/** What customers do to their webhook endpoints. An address is judged when it is given and again at each delivery. */
import { alertEventTypes, type CreateEndpoint, type Refusal, type UpdateEndpoint } from '@sluice/contract';
import type { z } from 'zod';
import { newId } from '../../effects/random/id.ts';
import type { DeliveryLogRow, EndpointRow } from '../../store/webhooks.ts';
import { addressContext, CHAT_FORMAT, shownAddress } from '../chat-room.ts';
import type { Context } from '../context.ts';
import { NATIVE_FORMAT } from '../delivery-formats.ts';
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

const INSTALLATION_FORMATS = [NATIVE_FORMAT, CHAT_FORMAT] as const;
/** The old secret keeps signing for so long. */
const ROTATION_MS = 24 * 3_600_000;

/** `accountId` null: an endpoint of the installation, where operators are told alerts. */
export async function createEndpoint(
  context: Context,
  accountId: string | null,
  input: z.output<typeof CreateEndpoint>,
  judge: JudgeAddress,
): Promise<CreatedEndpoint> {
  const refusal = installationRefusal(accountId, input) ?? (await addressRefusal(input.url, judge));
  if (refusal) return { kind: 'refused', refusal };
  const nowMs = context.clock.now();
  const id = newId('ep', nowMs, context.random);
  const secret = newWebhookSecret(context.random);
  const { types, description, format, least_severity: leastSeverity } = input;
  const secretSealed = context.secrets.seal(secret, webhookSecretContext(id));
  const { shown: url, sealed: urlSealed } = keptAddress(context, id, input.url, format);
  const told = { types: [...new Set(types)], description, format, leastSeverity };
  const row = { id, accountId, url, urlSealed, secretSealed, ...told };
  return { kind: 'created', endpoint: await context.store.webhooks.insertEndpoint(row, nowMs), secret };
}

/** The address of a chat room is kept sealed, and only hinted at. */
function keptAddress(
  context: Context,
  id: string,
  url: string,
  format: string,
): { shown: string; sealed: string | null } {
  if (format !== CHAT_FORMAT) return { shown: url, sealed: null };
  return { shown: shownAddress(url), sealed: context.secrets.seal(url, addressContext(id)) };
}

/** Accounts are told of their tasks; operators, who have none, of what needs them, in words that need no account. */
function installationRefusal(
  accountId: string | null,
  { types, format }: { types?: readonly string[] | undefined; format?: string | undefined },
): Refusal | null {
  if (accountId !== null) return null;
  if (types?.some((type) => !(alertEventTypes as readonly string[]).includes(type))) {
    return {
      code: 'forbidden',
      field: 'types',
      message: 'An operator key belongs to no account, and the installation has no tasks of its own.',
      allowed: alertEventTypes,
      fix: 'Name the account in the header sluice-account, or ask for alerts alone.',
    };
  }
  if (format === undefined || (INSTALLATION_FORMATS as readonly string[]).includes(format)) return null;
  const message = 'Protocols of clients have no words for alerts.';
  return { code: 'invalid_input', field: 'format', message, allowed: INSTALLATION_FORMATS };
}

export async function updateEndpoint(
  context: Context,
  id: string,
  accountId: string | null,
  change: z.output<typeof UpdateEndpoint>,
  judge: JudgeAddress,
): Promise<EndpointAnswer> {
  const before = await context.store.webhooks.findEndpoint(id, accountId);
  if (!before) return { kind: 'refused', refusal: { code: 'not_found' } };
  const refusal =
    installationRefusal(before.account_id, change) ??
    secretRefusal(before.format, change) ??
    (change.url === undefined ? null : await addressRefusal(change.url, judge));
  if (refusal) return { kind: 'refused', refusal };
  const { url: given, least_severity: leastSeverity, ...rest } = change;
  const format = change.format ?? before.format;
  // What becomes a room is kept like one from now on, also when its address stays.
  const address = given ?? (format === CHAT_FORMAT && before.format !== CHAT_FORMAT ? before.url : undefined);
  const url = address === undefined ? undefined : keptAddress(context, id, address, format);
  const asked = { ...rest, url, leastSeverity };
  const endpoint = await context.store.webhooks.updateEndpoint(id, accountId, before.format, asked);
  // Somebody else changed it meanwhile: judged again by what it is now.
  if (!endpoint) return updateEndpoint(context, id, accountId, change, judge);
  if (change.status === 'enabled') context.wake('notify');
  return { kind: 'endpoint', endpoint };
}

/** What may be shown of a room's address cannot be called: other words need an address of their own. */
function secretRefusal(before: string, { url, format }: z.output<typeof UpdateEndpoint>): Refusal | null {
  if (before !== CHAT_FORMAT || format === undefined || format === CHAT_FORMAT || url !== undefined)
    return null;
  const message = 'The address of a chat room is a secret, which is not kept for another format.';
  return { code: 'invalid_input', field: 'url', message, fix: 'Give the address with the new format.' };
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
