/**
 * A top-up by card whose process dies between any two effects, or whose answers are lost: what comes afterwards (the
 * sweep, repeated webhooks) brings exactly one session, one booking, and a book that adds up.
 */
import { expect, test } from 'vitest';
import { useRig } from '../http/testing/rig.ts';
import { openShop } from '../http/testing/shop.ts';
import { checkoutWarnings, settleCheckouts } from './checkout.ts';

const use = useRig();

class Death extends Error {}

/** The effects of this story, in order: each call of a store method or of Stripe, before and after it took place. */
function deadly(at: number): { heal(): void; points: string[] } {
  const { context } = use();
  const { checkouts } = context.store;
  const { outbound } = context;
  const points: string[] = [];
  const around = <Given extends unknown[], Answer>(
    name: string,
    call: (...given: Given) => Promise<Answer>,
  ) => {
    return async (...given: Given): Promise<Answer> => {
      die(`before ${name}`);
      const answer = await call(...given);
      die(`after ${name}`);
      return answer;
    };
  };
  const die = (point: string) => {
    points.push(point);
    if (points.length - 1 === at) throw new Death(point);
  };
  context.store.checkouts = {
    ...checkouts,
    insert: around('insert', checkouts.insert),
    opened: around('opened', checkouts.opened),
    settle: around('settle', checkouts.settle),
    receive: around('receive', checkouts.receive),
    claim: around('claim', checkouts.claim),
    claimOne: around('claimOne', checkouts.claimOne),
  };
  context.outbound = { ...outbound, request: around('request', outbound.request) };
  return {
    points,
    heal: () => {
      context.store.checkouts = checkouts;
      context.outbound = outbound;
    },
  };
}

/** One story to its end, killed at point `at`; true when it was. */
async function live(at: number): Promise<boolean> {
  const rig = use();
  const shop = openShop(rig);
  const { id, key } = await rig.account({ topUp: '0', scopes: ['billing:read', 'billing:write'] });
  const hurt = deadly(at);
  const wish = () => rig.ask('POST', '/v1/checkouts', { key, body: { amount: '25' } });
  const first = await wish();
  // Whoever got no answer asks again, as people do; or it is there already.
  if (first.status !== 201) await shop.later(120_000).catch(() => {});
  const listed = await rig.ask('GET', '/v1/checkouts', { key });
  const made = listed.body.data[0] ?? (await wish()).body;
  if (made.payment_reference === null) await shop.later(120_000).catch(() => {});
  // A look that died is looked at again.
  const look = () => rig.ask('GET', `/v1/checkouts/${made.id}`, { key });
  const seen = await look();
  const { body: open } = seen.status === 200 ? seen : await look();
  shop.stripe.pay(open.payment_reference);
  await shop.deliver();
  await settleCheckouts(rig.context).catch(() => {});
  hurt.heal();
  for (let turn = 0; turn < 4; turn++) {
    await shop.later(120_000);
    await shop.deliver();
  }
  const rows = (await rig.ask('GET', '/v1/checkouts', { key })).body.data;
  const credited = rows.filter(({ state }: { state: string }) => state === 'paid');
  expect(credited, hurt.points[at]).toHaveLength(1);
  expect(await shop.balance(id), hurt.points[at]).toBe('25.00');
  // One wish is one session at Stripe, however often it was asked for.
  expect(new Set(shop.stripe.opened).size, hurt.points[at]).toBe(shop.stripe.opened.length);
  expect((await rig.context.books.drift()).value, hurt.points[at]).toEqual({ drift: 0n, total: 0n });
  return hurt.points.length > at;
}

test('dies at each point once', { timeout: 60_000 }, async () => {
  let deaths = 0;
  while (await live(deaths)) deaths += 1;
  expect(deaths).toBeGreaterThan(8);
});

test.each(['drop', 'take-then-drop', 'error', 'take-then-error', 'busy'] as const)(
  'the answer to the opening is lost (%s): one session, whatever was tried',
  async (fault) => {
    const rig = use();
    const shop = openShop(rig);
    const { key } = await rig.account({ topUp: '0', scopes: ['billing:read', 'billing:write'] });
    // At once it is tried twice.
    for (const many of [1, 2, 5]) {
      shop.stripe.nextOpens.push(...Array.from({ length: many }, () => fault));
      const { body } = await rig.ask('POST', '/v1/checkouts', { key, body: { amount: '25' } });
      expect(body.url === null).toBe(many > 1);
      for (let turn = 0; turn < many; turn++) await shop.later(61_000);
      const { body: after } = await rig.ask('GET', `/v1/checkouts/${body.id}`, { key });
      expect(after.url).toMatch(/cs_test_/);
    }
    expect(shop.stripe.opened).toHaveLength(3);
  },
);

test('nobody is sent to a page that could not be opened for an hour', async () => {
  const rig = use();
  const shop = openShop(rig);
  const { key } = await rig.account({ topUp: '0', scopes: ['billing:read', 'billing:write'] });
  shop.stripe.nextOpens.push(...Array.from({ length: 500 }, () => 'drop' as const));
  const { body } = await rig.ask('POST', '/v1/checkouts', { key, body: { amount: '25' } });
  for (let minute = 0; minute < 62; minute++) await shop.later(61_000);
  const { body: after } = await rig.ask('GET', `/v1/checkouts/${body.id}`, { key });
  expect(after).toMatchObject({ state: 'failed', url: null });
  shop.stripe.nextOpens.length = 0;
});

test('a start tells what should not go live', () => {
  const { checkout } = use().context.settings;
  const live = checkout && { ...checkout, secretKey: 'sk_live_1' };
  expect(checkoutWarnings({ checkout, publicUrl: null }).map((line) => line.slice(0, 35))).toEqual([
    'cards are taken with a test key of ',
    'cards are taken without PUBLIC_URL:',
  ]);
  expect(checkoutWarnings({ checkout: live, publicUrl: 'https://sluice.test' })).toEqual([]);
  expect(checkoutWarnings({ checkout: null, publicUrl: null })).toEqual([]);
});
