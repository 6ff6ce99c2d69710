import { stripeSignature } from '@sluice/emulators';
import { beforeAll, describe, expect, test } from 'vitest';
import { settleCheckouts } from '../../../lifecycle/checkout.ts';
import { useRig } from '../../testing/rig.ts';
import { openShop, type Shop, STRIPE_SECRET } from '../../testing/shop.ts';

const use = useRig();
let shop: Shop;
beforeAll(() => {
  shop = openShop(use());
});

const SCOPES = ['billing:read', 'billing:write'];
const payer = () => use().account({ topUp: '0', scopes: SCOPES });

async function checkout(key: string, amount = '25.00') {
  const { body, status } = await use().ask('POST', '/v1/checkouts', { key, body: { amount } });
  expect(status).toBe(201);
  return body as { id: string; url: string; payment_reference: string; state: string };
}

const read = async (key: string, id: string) => (await use().ask('GET', `/v1/checkouts/${id}`, { key })).body;
const kindsOf = async (key: string) =>
  (await use().ask('GET', '/v1/ledger', { key })).body.data.map(
    ({ kind, reference, note }: { kind: string; reference: string; note: string }) => ({
      kind,
      reference,
      note,
    }),
  );

describe('from the wish to the balance', () => {
  test('a payment is credited once, however often it is told, and shows in the book and the statement', async () => {
    const { id, key } = await payer();
    const made = await checkout(key);
    expect(made).toMatchObject({
      state: 'pending',
      amount: '25.00',
      currency: 'USD',
      test: true,
      credited: '0.00',
    });
    expect(made.url).toMatch(/^https:\/\/stripe\.test\/c\/pay\/cs_test_/);
    shop.webhook({ copies: 3 });
    shop.stripe.pay(made.payment_reference);
    expect(await shop.deliver()).toEqual([200, 200, 200]);
    shop.webhook();
    expect(await read(key, made.id)).toMatchObject({ state: 'paid', credited: '25.00', url: null });
    expect(await shop.balance(id)).toBe('25.00');
    const reference = `stripe:${made.payment_reference}`;
    expect(await kindsOf(key)).toEqual([
      { kind: 'top_up', reference, note: `Stripe Checkout ${made.payment_reference}` },
    ]);
    const month = new Date(use().clock.now()).toISOString().slice(0, 7);
    const statement = await use().ask('GET', `/v1/statements?month=${month}`, { key });
    expect(statement.body).toMatchObject({ top_ups: '25.00', charges: '0.00', closing: '25.00' });
    const exported = await use().ask('GET', '/v1/ledger/export', { key: use().operatorKey });
    expect(exported.text).toContain('assets:stripe');
    expect(use().wakes).toContain('admit');
  });

  test('without any webhook: the payer comes back and the balance is there', async () => {
    const { id, key } = await payer();
    const made = await checkout(key);
    shop.webhook({ held: true });
    shop.stripe.pay(made.payment_reference);
    use().clock.advance(4_000);
    expect((await read(key, made.id)).state).toBe('paid');
    shop.webhook();
    expect(await shop.deliver()).toEqual([200]);
    expect(await shop.balance(id)).toBe('25.00');
  });

  test('without anybody: it is found by ourselves', async () => {
    const { id, key } = await payer();
    const made = await checkout(key);
    shop.webhook({ held: true });
    shop.stripe.pay(made.payment_reference);
    await shop.later(10_000);
    expect(await shop.balance(id)).toBe('0.00');
    await shop.later(30_000);
    expect(await shop.balance(id)).toBe('25.00');
    shop.webhook();
    await shop.deliver();
    expect(await shop.balance(id)).toBe('25.00');
  });

  test('told by five at once, looked at and swept meanwhile: once', async () => {
    const { ask, context, clock } = use();
    const { id, key } = await payer();
    const made = await checkout(key);
    shop.webhook({ copies: 5 });
    shop.stripe.pay(made.payment_reference);
    clock.advance(40_000);
    const told = shop.stripe.dueCallbacks().map(async ({ id: delivery, headers, body }) => {
      const { status } = await ask('POST', '/payments/stripe', { headers, body: Buffer.from(body) });
      shop.stripe.callbackAnswered(delivery, status);
      return status;
    });
    const looks = [read(key, made.id), settleCheckouts(context), read(key, made.id)];
    expect(await Promise.all(told)).toEqual([200, 200, 200, 200, 200]);
    await Promise.all(looks);
    shop.webhook();
    expect([await shop.balance(id), (await kindsOf(key)).length]).toEqual(['25.00', 1]);
  });

  test('a payment that takes days counts when it has come, and ends when it has not', async () => {
    const { id, key } = await payer();
    const [came, failed] = [await checkout(key), await checkout(key)];
    for (const { payment_reference } of [came, failed]) shop.stripe.payLater(payment_reference);
    await shop.deliver();
    await shop.later(3_600_000);
    expect([(await read(key, came.id)).state, await shop.balance(id)]).toEqual(['pending', '0.00']);
    shop.stripe.arrive(came.payment_reference, true);
    shop.stripe.arrive(failed.payment_reference, false);
    await shop.deliver();
    expect((await read(key, came.id)).state).toBe('paid');
    expect(await read(key, failed.id)).toMatchObject({
      state: 'failed',
      problem: 'The payment did not go through.',
    });
    expect(await shop.balance(id)).toBe('25.00');
  });

  test('a failure of which nobody told is seen in the payment', async () => {
    const { key } = await payer();
    const made = await checkout(key);
    shop.webhook({ held: true });
    shop.stripe.payLater(made.payment_reference);
    shop.stripe.arrive(made.payment_reference, false);
    await shop.later(60_000);
    expect((await read(key, made.id)).state).toBe('failed');
    shop.webhook();
    await shop.deliver();
  });

  test('a page that nobody pays on expires, with a webhook or without', async () => {
    const { key } = await payer();
    const [told, found] = [await checkout(key), await checkout(key)];
    shop.stripe.expire(told.payment_reference);
    await shop.deliver();
    expect((await read(key, told.id)).state).toBe('expired');
    shop.webhook({ held: true });
    await shop.later(25 * 3_600_000);
    expect((await read(key, found.id)).state).toBe('expired');
    shop.webhook();
    await shop.deliver();
  });
});

describe('money that goes back', () => {
  test('a refund is booked once, also when it is told before the payment', async () => {
    const { id, key } = await payer();
    const made = await checkout(key);
    shop.webhook({ held: true });
    shop.stripe.pay(made.payment_reference);
    shop.stripe.refund(made.payment_reference, 1_000);
    shop.stripe.refund(made.payment_reference, 500);
    shop.webhook({ copies: 2 });
    expect(new Set(await shop.deliver())).toEqual(new Set([200]));
    shop.webhook();
    expect(await shop.balance(id)).toBe('10.00');
    expect(await read(key, made.id)).toMatchObject({ state: 'paid', credited: '25.00', taken_back: '15.00' });
    expect((await kindsOf(key)).map(({ kind }: { kind: string }) => kind)).toEqual(['refund', 'top_up']);
    const month = new Date(use().clock.now()).toISOString().slice(0, 7);
    const statement = await use().ask('GET', `/v1/statements?month=${month}`, { key });
    expect(statement.body).toMatchObject({ top_ups: '10.00', charges: '0.00', closing: '10.00' });
  });

  test('what was spent already is alerted, and booked when there is room', async () => {
    const { ask, operatorKey } = use();
    const { id, key } = await payer();
    const made = await checkout(key);
    shop.stripe.pay(made.payment_reference);
    await shop.deliver();
    const spent = { amount: '-20', reference: 'spent', note: 'as if it had been spent' };
    await ask('POST', `/v1/accounts/${id}/adjustments`, { key: operatorKey, body: spent });
    shop.stripe.refund(made.payment_reference, 2_500);
    await shop.deliver();
    expect(await shop.balance(id)).toBe('0.00');
    const alert = await alertOf(made.id);
    expect(alert).toMatchObject({ code: 'payment_taken_back', severity: 'critical', account: id });
    expect(alert?.message).toContain('20.00 USD');
    await ask('POST', `/v1/accounts/${id}/topups`, {
      key: operatorKey,
      body: { amount: '50', reference: 'cash' },
    });
    await shop.later(600_000);
    expect(await shop.balance(id)).toBe('30.00');
    expect(await alertOf(made.id)).toBe(undefined);
  });

  test('a dispute is alerted until it is decided; lost, it is taken back', async () => {
    const { id, key } = await payer();
    const made = await checkout(key);
    shop.stripe.pay(made.payment_reference);
    await shop.deliver();
    const dispute = shop.stripe.dispute(made.payment_reference);
    await shop.deliver();
    expect(await alertOf(made.id)).toMatchObject({ code: 'payment_disputed', account: id });
    expect((await read(key, made.id)).disputed).toBe(true);
    expect(await shop.balance(id)).toBe('25.00');
    shop.stripe.closeDispute(dispute, 'lost');
    await shop.deliver();
    expect(await alertOf(made.id)).toBe(undefined);
    expect(await shop.balance(id)).toBe('0.00');
    expect(use().logs.filter(({ message }) => message.includes('charge.dispute.created'))).toHaveLength(1);
  });
});

async function alertOf(subject: string) {
  const { body } = await use().ask('GET', '/v1/alerts', { key: use().operatorKey });
  return body.data.find((alert: { subject: string }) => alert.subject === subject);
}

describe('what Stripe says may not be believed blindly', () => {
  const post = (event: object, header?: string) => {
    const body = JSON.stringify(event);
    const signature = header ?? stripeSignature(body, [STRIPE_SECRET], use().clock.now());
    return use().ask('POST', '/payments/stripe', {
      headers: { 'stripe-signature': signature, 'content-type': 'application/json' },
      body: Buffer.from(body),
    });
  };
  const completed = (id: string, object: object) => ({
    id,
    object: 'event',
    type: 'checkout.session.completed',
    data: {
      object: {
        object: 'checkout.session',
        status: 'complete',
        payment_status: 'paid',
        livemode: false,
        ...object,
      },
    },
  });

  test('an event without a good signature changes nothing', async () => {
    const { id, key } = await payer();
    const { payment_reference } = await checkout(key);
    const event = completed('evt_forged', { id: payment_reference, amount_total: 2500, currency: 'usd' });
    const stolen = stripeSignature('{}', [STRIPE_SECRET], use().clock.now());
    const old = stripeSignature(JSON.stringify(event), [STRIPE_SECRET], use().clock.now() - 301_000);
    for (const header of ['', 't=1,v1=00', stolen, old]) expect((await post(event, header)).status).toBe(401);
    expect(await shop.balance(id)).toBe('0.00');
    expect((await post(event)).status).toBe(200);
    expect(await shop.balance(id)).toBe('25.00');
  });

  test('the account is the one that we wrote down, whatever the event claims', async () => {
    const { id, key } = await payer();
    const other = await payer();
    const { payment_reference, id: ours } = await checkout(key);
    const claims = {
      client_reference_id: other.id,
      metadata: { sluice_account: other.id, sluice_checkout: 'chk_x' },
    };
    await post(
      completed('evt_claims', { id: payment_reference, amount_total: 2500, currency: 'usd', ...claims }),
    );
    // A session that we never opened, with our own reference on it, is none of ours.
    const foreign = { id: 'cs_foreign', client_reference_id: ours, amount_total: 900_000, currency: 'usd' };
    expect((await post(completed('evt_foreign', foreign))).status).toBe(200);
    expect([await shop.balance(id), await shop.balance(other.id)]).toEqual(['25.00', '0.00']);
  });

  test('another currency is received, not credited, and needs a person', async () => {
    const { id, key } = await payer();
    const { payment_reference, id: ours } = await checkout(key);
    await post(completed('evt_eur', { id: payment_reference, amount_total: 2500, currency: 'eur' }));
    expect(await read(key, ours)).toMatchObject({ state: 'paid', credited: '0.00' });
    expect(await alertOf(ours)).toMatchObject({ code: 'payment_not_credited' });
    expect(await shop.balance(id)).toBe('0.00');
  });

  test('what it tells about other things is taken and left; what cannot be read is said to be so', async () => {
    expect(
      (await post({ id: 'evt_o', object: 'event', type: 'invoice.paid', data: { object: {} } })).status,
    ).toBe(200);
    expect(
      (await post({ id: 'evt_b', object: 'event', type: 'charge.refunded', data: { object: {} } })).status,
    ).toBe(422);
    expect((await post({ hello: 'there' })).status).toBe(422);
  });

  test('more than one event may hold is refused', async () => {
    const body = Buffer.alloc(300 * 1024, 32);
    expect(
      (await use().ask('POST', '/payments/stripe', { body, headers: { 'stripe-signature': 'x' } })).status,
    ).toBe(413);
  });
});

describe('asking for a page', () => {
  test.each([
    ['4.99', 'amount_out_of_bounds'],
    ['1000.01', 'amount_out_of_bounds'],
    ['-25', 'amount_out_of_bounds'],
    ['25.001', 'invalid_input'],
  ])('%s is %s', async (amount, code) => {
    const { key } = await payer();
    const { body } = await use().ask('POST', '/v1/checkouts', { key, body: { amount } });
    expect(body.error).toMatchObject({ code, field: 'amount' });
  });

  test('it needs the scope, and an account', async () => {
    const { key } = await use().account({ topUp: '0' });
    const body = { amount: '25' };
    expect((await use().ask('POST', '/v1/checkouts', { key, body })).body.error.code).toBe('forbidden');
    const { operatorKey } = use();
    expect((await use().ask('POST', '/v1/checkouts', { key: operatorKey, body })).body.error.code).toBe(
      'forbidden',
    );
    const { id } = await payer();
    const acting = { key: operatorKey, body, headers: { 'sluice-account': id } };
    expect((await use().ask('POST', '/v1/checkouts', acting)).body).toMatchObject({ account: id });
  });

  test('accounts see their own; operators everybody’s', async () => {
    const [mine, theirs] = [await payer(), await payer()];
    use().clock.advance(5);
    const made = await checkout(mine.key);
    expect((await use().ask('GET', `/v1/checkouts/${made.id}`, { key: theirs.key })).status).toBe(404);
    expect((await use().ask('GET', '/v1/checkouts', { key: theirs.key })).body.data).toEqual([]);
    const all = await use().ask('GET', '/v1/checkouts?limit=1', { key: use().operatorKey });
    expect([all.body.data[0].id, all.body.next_cursor]).toEqual([made.id, expect.any(String)]);
  });

  test('a key that Stripe refuses opens nothing, and tells operators why', async () => {
    const { key } = await payer();
    const { checkout: terms } = use().context.settings;
    if (terms === null) throw new Error('no shop');
    use().context.settings.checkout = { ...terms, secretKey: 'sk_test_revoked' };
    const { body, status } = await use().ask('POST', '/v1/checkouts', { key, body: { amount: '25' } });
    use().context.settings.checkout = terms;
    expect([status, body.error.code]).toEqual([502, 'payment_refused']);
    expect(body.error.message).not.toContain('API Key');
    expect(use().logs.some(({ message }) => message.includes('Invalid API Key'))).toBe(true);
    expect((await use().ask('GET', '/v1/checkouts', { key })).body.data[0].state).toBe('failed');
  });

  test('where no cards are taken, everything says so', async () => {
    const { key } = await payer();
    const terms = use().context.settings.checkout;
    expect((await use().ask('GET', '/v1/checkout-terms', { key })).body).toMatchObject({
      offered: true,
      least: '5.00',
      test: true,
    });
    use().context.settings.checkout = null;
    const { body, status } = await use().ask('POST', '/v1/checkouts', { key, body: { amount: '25' } });
    expect([status, body.error.code]).toEqual([409, 'payments_not_configured']);
    expect((await use().ask('GET', '/v1/checkout-terms', { key })).body).toMatchObject({
      offered: false,
      least: null,
    });
    expect((await use().ask('POST', '/payments/stripe', { body: Buffer.from('{}') })).status).toBe(404);
    use().context.settings.checkout = terms;
  });
});
