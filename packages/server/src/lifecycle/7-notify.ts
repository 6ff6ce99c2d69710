/**
 * Stage 7: the client is told.
 *
 * What enters: deliveries in state `waiting` that are due, written by stage 6 with the event they carry.
 * What leaves: `delivered`, or another try by the schedule, or `exhausted` (a dead letter that can be replayed).
 * If it dies in the middle: the lease ends and the event is sent again with the same id, so a receiver may see it twice
 * and can tell. A delivery is never lost, and never marked delivered before a 2xx was read.
 *
 * Told in the words of the protocol whose client listens (`format`), and signed as that protocol does: by the Standard
 * Webhooks scheme, during a rotation with the old and the new secret, or by a key that we publish. A chat room is told
 * a line of text at an address that is itself the secret.
 */
import { createHash } from 'node:crypto';
import { type DeliveryResult, deliveryVerdict, disableAfterFailingMs } from '../decide/delivery.ts';
import { newId } from '../effects/random/id.ts';
import type { DeliveryRecord, DeliveryRow } from '../store/notify.ts';
import { addressContext } from './chat-room.ts';
import type { Context } from './context.ts';
import { type WrittenDelivery, writeDelivery } from './delivery-formats.ts';
import { signatureHeader } from './signature.ts';
import { signText } from './signing-keys.ts';

const LIMITS = { connectMs: 5_000, headersMs: 15_000, idleMs: 5_000, totalMs: 15_000, maxBytes: 16 * 1024 };
const PER_RECEIVER_MOST = 8;
const RESPONSE_KEPT = 2_000;

export async function claimDeliveries(
  context: Context,
  most: number,
): Promise<{ lease: string; deliveries: DeliveryRow[] }> {
  const nowMs = context.clock.now();
  const lease = newId('lease', nowMs, context.random);
  if (most <= 0 || (await context.gate.quarantined())) return { lease, deliveries: [] };
  const untilMs = nowMs + context.settings.leaseMs;
  const claim = { nowMs, most, lease, untilMs, mostPerReceiver: PER_RECEIVER_MOST };
  return { lease, deliveries: await context.store.notify.claimDeliveries(claim) };
}

export async function deliver(context: Context, lease: string, delivery: DeliveryRow): Promise<void> {
  const startedMs = context.clock.monotonic();
  const reply = await send(context, delivery);
  const nowMs = context.clock.now();
  const verdict = deliveryVerdict(reply.result, delivery.tries, nowMs, context.random.fraction());
  const record: DeliveryRecord = {
    id: delivery.id,
    lease,
    state: verdict.kind === 'again' ? 'waiting' : verdict.kind === 'delivered' ? 'delivered' : 'exhausted',
    dueAtMs: verdict.kind === 'again' ? verdict.atMs : null,
    gone: verdict.kind === 'gone',
    log: {
      at: new Date(nowMs).toISOString(),
      status: reply.result.kind === 'answered' ? reply.result.status : null,
      outcome: reply.result.kind === 'answered' ? verdict.kind : `${verdict.kind}: ${reply.result.reason}`,
      duration_ms: Math.round(context.clock.monotonic() - startedMs),
      response: reply.text,
    },
  };
  const touched = await context.store.notify.recordDeliveries([record], nowMs, nowMs - disableAfterFailingMs);
  context.telemetry.count('sluice_deliveries_total', { outcome: verdict.kind });
  for (const endpoint of touched) {
    if (endpoint.status === 'disabled') {
      context.telemetry.log('warn', 'a webhook endpoint was disabled', { endpoint: endpoint.id });
    }
  }
}

async function send(
  context: Context,
  delivery: DeliveryRow,
): Promise<{ result: DeliveryResult; text: string | null }> {
  const written = await writeDelivery(context, delivery);
  // Another release knows it: the schedule brings it there, or to us when we do.
  if (!written)
    return { result: { kind: 'not_reached', reason: `no format ${delivery.format}` }, text: null };
  const url = addressOf(context, delivery, written);
  if (url === null)
    return { result: { kind: 'not_reached', reason: 'its address was replaced' }, text: null };
  const answer = await context.outbound.request({
    method: 'POST',
    url,
    headers: {
      'content-type': 'application/json',
      'user-agent': 'Sluice-Webhooks/1',
      ...(await signatureOf(context, delivery, written)),
    },
    body: written.body,
    trust: 'given',
    limits: LIMITS,
    redirects: 0,
  });
  if (answer.kind !== 'answered')
    return { result: { kind: 'not_reached', reason: answer.reason }, text: null };
  const text = Buffer.from(answer.body).toString('utf8').slice(0, RESPONSE_KEPT);
  const retryAfterMs = secondsToMs(answer.headers['retry-after']);
  return { result: { kind: 'answered', status: answer.status, retryAfterMs }, text };
}

/** Null: it was meant for a room whose address is not kept any more. */
function addressOf(context: Context, delivery: DeliveryRow, { signing }: WrittenDelivery): string | null {
  if (signing !== 'address') return delivery.url;
  const { url_sealed: sealed, endpoint_id: endpointId } = delivery;
  return sealed === null || endpointId === null
    ? null
    : context.secrets.open(sealed, addressContext(endpointId));
}

async function signatureOf(
  context: Context,
  delivery: DeliveryRow,
  { body, signing }: WrittenDelivery,
): Promise<Record<string, string>> {
  const timestamp = Math.floor(context.clock.now() / 1000);
  const { event_id: id, task_id: taskId } = delivery;
  const accountId = delivery.account_id ?? '';
  switch (signing) {
    case 'standard':
      return {
        'webhook-id': id,
        'webhook-timestamp': String(timestamp),
        'webhook-signature': signatureHeader(secretsOf(context, delivery), id, timestamp, body),
      };
    case 'address':
      return {};
    case 'published_key': {
      const requestId = taskId ?? id;
      const hash = createHash('sha256').update(body).digest('hex');
      return {
        'x-fal-webhook-request-id': requestId,
        'x-fal-webhook-user-id': accountId,
        'x-fal-webhook-timestamp': String(timestamp),
        'x-fal-webhook-signature': await signText(
          context,
          [requestId, accountId, timestamp, hash].join('\n'),
        ),
      };
    }
  }
}

function secretsOf(context: Context, delivery: DeliveryRow): string[] {
  const of = `webhook:${delivery.secret_of}`;
  const current = context.secrets.open(delivery.secret_sealed, of);
  const { previous_secret_sealed: previous, previous_until: until } = delivery;
  const rotating = previous !== null && until !== null && context.clock.now() < until;
  return rotating ? [current, context.secrets.open(previous, of)] : [current];
}

function secondsToMs(retryAfter: string | undefined): number | null {
  return retryAfter !== undefined && /^\d{1,6}$/.test(retryAfter) ? Number(retryAfter) * 1000 : null;
}
