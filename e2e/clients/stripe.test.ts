/** The emulated Stripe, examined by Stripe’s own npm client, unmodified: what judges us knows what it is played by. */
import { serveStripe } from '@sluice/emulators';
import Stripe from 'stripe';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openArrivals } from '../doors/receiver.ts';

const KEY = 'sk_test_client';
const SECRETS = ['whsec_old', 'whsec_new'];
const served = await serveStripe({ secretKeys: [KEY] });
const { port } = new URL(served.url);
const at = { host: '127.0.0.1', port: Number(port), protocol: 'http', maxNetworkRetries: 0 } as const;
const stripe = new Stripe(KEY, at);
let arrivals: Awaited<ReturnType<typeof openArrivals>>;
beforeAll(async () => {
  arrivals = await openArrivals();
  served.webhook({ url: `${arrivals.url}/hook`, secrets: SECRETS });
});
afterAll(async () => {
  await served.close();
  await arrivals.close();
});

const order = (cents = 2_500): Stripe.Checkout.SessionCreateParams => ({
  mode: 'payment',
  client_reference_id: 'chk_1',
  metadata: { sluice_checkout: 'chk_1' },
  line_items: [
    {
      quantity: 1,
      price_data: { currency: 'usd', unit_amount: cents, product_data: { name: 'Balance top-up' } },
    },
  ],
  success_url: 'https://shop.example/back',
  cancel_url: 'https://shop.example/left',
});

test('opens, reads and expires a session', async () => {
  const session = await stripe.checkout.sessions.create(order());
  expect(session).toMatchObject({
    object: 'checkout.session',
    status: 'open',
    payment_status: 'unpaid',
    amount_total: 2_500,
    currency: 'usd',
    livemode: false,
    client_reference_id: 'chk_1',
    metadata: { sluice_checkout: 'chk_1' },
  });
  expect((await stripe.checkout.sessions.expire(session.id)).status).toBe('expired');
  await expect(stripe.checkout.sessions.expire(session.id)).rejects.toBeInstanceOf(
    Stripe.errors.StripeInvalidRequestError,
  );
});

test('one key opens one session; with other parameters it is refused', async () => {
  const idempotencyKey = 'sluice-chk_2';
  const [first, again] = [
    await stripe.checkout.sessions.create(order(), { idempotencyKey }),
    await stripe.checkout.sessions.create(order(), { idempotencyKey }),
  ];
  expect(again.id).toBe(first.id);
  const other = stripe.checkout.sessions.create(order(9_900), { idempotencyKey });
  await expect(other).rejects.toBeInstanceOf(Stripe.errors.StripeIdempotencyError);
});

test('what is refused is refused with the errors that the client knows', async () => {
  await expect(
    new Stripe('sk_test_other', at).checkout.sessions.retrieve('cs_test_1'),
  ).rejects.toBeInstanceOf(Stripe.errors.StripeAuthenticationError);
  const missing = await stripe.checkout.sessions.retrieve('cs_test_1').catch((error: unknown) => error);
  expect(missing).toMatchObject({ statusCode: 404, code: 'resource_missing' });
  await expect(stripe.checkout.sessions.create(order(1))).rejects.toBeInstanceOf(
    Stripe.errors.StripeInvalidRequestError,
  );
});

test('paid on its page, refunded, disputed: events that the client’s verifier takes, with each secret', async () => {
  const session = await stripe.checkout.sessions.create(order());
  const page = await fetch(String(session.url));
  expect(await page.text()).toContain('SANDBOX');
  const paid = await fetch(String(session.url), {
    method: 'POST',
    body: new URLSearchParams({ act: 'pay' }),
    redirect: 'manual',
  });
  expect([paid.status, paid.headers.get('location')]).toEqual([303, 'https://shop.example/back']);
  const read = await stripe.checkout.sessions.retrieve(session.id, { expand: ['payment_intent'] });
  expect(read).toMatchObject({
    status: 'complete',
    payment_status: 'paid',
    payment_intent: { status: 'succeeded' },
  });
  const intent =
    typeof read.payment_intent === 'string' ? read.payment_intent : (read.payment_intent?.id ?? '');
  expect((await stripe.refunds.create({ payment_intent: intent, amount: 500 })).status).toBe('succeeded');
  await expect(stripe.refunds.create({ payment_intent: intent, amount: 5_000 })).rejects.toThrow(/greater/);
  served.emulator.dispute(session.id);
  const types = ['checkout.session.completed', 'charge.refunded', 'charge.dispute.created'];
  for (const type of types) {
    const { headers, body } = await arrivals.at('/hook', (arrival) => arrival.body.includes(`"${type}"`));
    const signature = headers['stripe-signature'] ?? '';
    for (const secret of SECRETS) {
      expect(stripe.webhooks.constructEvent(body, signature, secret).type).toBe(type);
    }
    expect(() => stripe.webhooks.constructEvent(body, signature, 'whsec_other')).toThrow();
  }
});
