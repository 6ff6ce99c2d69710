/** Events on their way out: signed when they are sent, again until a 2xx comes, several times or held back on wish. */
import { createHmac } from 'node:crypto';
import { writeJson } from '../json.ts';
import type { Caller, OutgoingCallback } from '../outward.ts';
import { type StripeEvent, type StripeWebhook, seconds, type World } from './world.ts';

type Delivery = { id: string; event: StripeEvent; dueAt: number; tries: number; away: boolean };

/** Stripe tries for three days; the pauses are not documented. */
const TRIES_MOST = 12;
const PAUSE_MS = 200;

export function createDeliveries(world: World): Caller & { webhook(webhook: StripeWebhook): void } {
  let webhook: StripeWebhook | null = null;
  let told = 0;
  const deliveries = new Map<string, Delivery>();
  /** Events that happened since, each so many times; those that were held come the newest first. */
  const take = (): void => {
    if (webhook === null || webhook.held === true) return;
    const fresh = world.events.slice(told).reverse();
    told = world.events.length;
    for (const event of fresh) {
      for (let copy = 0; copy < (webhook.copies ?? 1); copy++) {
        const id = `${event.id}-${copy}`;
        deliveries.set(id, { id, event, dueAt: world.clock.now(), tries: 0, away: false });
      }
    }
  };
  return {
    webhook: (next) => {
      webhook = next;
    },
    nextChange: () => {
      take();
      const waiting = [...deliveries.values()].filter(({ away }) => !away).map(({ dueAt }) => dueAt);
      return waiting.length === 0 ? null : Math.min(...waiting);
    },
    dueCallbacks: () => {
      take();
      const to = webhook;
      if (to === null) return [];
      const due = [...deliveries.values()].filter(({ away, dueAt }) => !away && dueAt <= world.clock.now());
      return due.map((delivery) => {
        delivery.away = true;
        return outgoing(delivery, to, world.clock.now());
      });
    },
    callbackAnswered: (id, status) => {
      const delivery = deliveries.get(id);
      if (delivery === undefined) return;
      delivery.tries += 1;
      delivery.away = false;
      delivery.dueAt = world.clock.now() + PAUSE_MS * delivery.tries;
      if ((status !== null && status < 300) || delivery.tries >= TRIES_MOST) deliveries.delete(id);
    },
  };
}

function outgoing({ id, event }: Delivery, { url, secrets }: StripeWebhook, nowMs: number): OutgoingCallback {
  const body = writeJson({
    id: event.id,
    object: 'event',
    api_version: '2024-06-20',
    created: seconds(event.createdAt),
    data: { object: event.object },
    livemode: false,
    pending_webhooks: 1,
    request: { id: null, idempotency_key: null },
    type: event.type,
  });
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
    'stripe-signature': stripeSignature(body, secrets, nowMs),
  };
  return { id, url, headers, body: new TextEncoder().encode(body) };
}

/** `Stripe-Signature` over these bytes: one v1 for each secret. */
export function stripeSignature(body: string, secrets: readonly string[], atMs: number): string {
  const t = seconds(atMs);
  const signed = secrets.map(
    (secret) => `v1=${createHmac('sha256', secret).update(`${t}.${body}`).digest('hex')}`,
  );
  return [`t=${t}`, ...signed].join(',');
}
