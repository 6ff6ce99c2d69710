/** A rig whose payments go to the emulated Stripe, by function calls in both directions. */
import { createStripe, isDrop, type StripeEmulator, type StripeWebhook } from '@sluice/emulators';
import type { OutboundAnswer, OutboundRequest } from '../../effects/outbound/outbound.ts';
import { seededRandom } from '../../effects/random/seeded.ts';
import { settleCheckouts } from '../../lifecycle/checkout.ts';
import type { Rig } from './rig.ts';

export const STRIPE_SECRET = 'whsec_of_the_shop';
const KEY = 'sk_test_shop';

export type Shop = {
  stripe: StripeEmulator;
  webhook(change?: Partial<StripeWebhook>): void;
  /** Delivers what is due; answers the statuses that Stripe was given. */
  deliver(): Promise<number[]>;
  /** Time passes, and the gateway looks by itself. */
  later(ms: number): Promise<void>;
  balance(accountId: string): Promise<string>;
};

/** Ids of one shop are never those of another. */
let shops = 0;

export function openShop(rig: Rig): Shop {
  const { context, clock } = rig;
  const stripe = createStripe({
    clock,
    random: seededRandom(++shops),
    publicUrl: 'https://stripe.test',
    secretKeys: [KEY],
  });
  context.outbound.request = (request) => askEmulator(stripe, request);
  context.settings.checkout = {
    apiUrl: 'https://stripe.test',
    secretKey: KEY,
    webhookSecrets: [STRIPE_SECRET],
    leastMicros: 5_000_000n,
    mostMicros: 1_000_000_000n,
  };
  const webhook: Shop['webhook'] = (change = {}) =>
    stripe.webhook({ url: 'https://sluice.test/payments/stripe', secrets: [STRIPE_SECRET], ...change });
  webhook();
  return {
    stripe,
    webhook,
    deliver: async () => {
      const statuses = [];
      for (const { id, url, headers, body } of stripe.dueCallbacks()) {
        const asking = { headers, body: Buffer.from(body) };
        const { status } = await rig.ask('POST', new URL(url).pathname, asking);
        statuses.push(status);
        stripe.callbackAnswered(id, status);
      }
      return statuses;
    },
    later: async (ms) => {
      clock.advance(ms);
      await settleCheckouts(context);
    },
    balance: async (accountId) => {
      const { body } = await rig.ask('GET', `/v1/accounts/${accountId}`, { key: rig.operatorKey });
      return body.balance.available;
    },
  };
}

export async function askEmulator(stripe: StripeEmulator, request: OutboundRequest): Promise<OutboundAnswer> {
  const { method, url, headers, body = '' } = request;
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  const reply = await stripe.handle({ method, url, headers, body: bytes });
  if (isDrop(reply)) return { kind: 'lost', reason: 'reset', detail: 'the connection was cut' };
  return { kind: 'answered', status: reply.status, headers: reply.headers, body: reply.body, finalUrl: url };
}
