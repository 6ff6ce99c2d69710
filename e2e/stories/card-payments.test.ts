/**
 * Paying by card while the gateway is killed: a real process, SIGKILL before, inside and after each effect, an emulated
 * Stripe that goes on by itself. Every payment reaches the balance once, and the book stands before foreign programs.
 */
import { type ServedStripe, serveStripe } from '@sluice/emulators';
import { type Checkout, createSluice, type Sluice } from '@sluice/sdk';
import { foreignJudges, judge } from '@sluice/server/lifecycle/operate/testing/journal-judges.ts';
import { createTestDatabase } from '@sluice/server/store/testing/test-database.ts';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { arm, disarm, type GatewayProcess, portOf } from '../processes/gateway.ts';
import { type Installation, openInstallation } from '../processes/installation.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });

const KEY = 'sk_test_killed';
const SECRET = 'whsec_of_the_killed';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let stripe: ServedStripe;
let installation: Installation;
let gateway: GatewayProcess;
let payer: Sluice;
let before: string;

beforeAll(async () => {
  database = await createTestDatabase();
  stripe = await serveStripe({ secretKeys: [KEY] });
  installation = await openInstallation({
    databaseUrl: database.url,
    settings: {
      SLUICE_DATABASE_POOL: '6',
      STRIPE_SECRET_KEY: KEY,
      STRIPE_WEBHOOK_SECRET: SECRET,
      STRIPE_API_URL: stripe.url,
    },
  });
  gateway = installation.gateway;
  const { id: account } = await installation.openAccount({ name: 'Pays by card' });
  const scopes = ['billing:read', 'billing:write'] as const;
  const { key } = await installation.operator.keys.create({ name: 'pays', account, scopes: [...scopes] });
  // Nothing is repeated behind our back.
  payer = createSluice({ baseUrl: gateway.url, apiKey: key, maxRetries: 0 });
  before = (await payer.balance.get()).posted;
});

afterAll(async () => {
  await installation?.close();
  await stripe?.close();
  await database?.drop();
});

const webhooks = (held: boolean) =>
  stripe.webhook({ url: `${gateway.url}/payments/stripe`, secrets: [SECRET], copies: 2, held });

/** The process that died comes back where it was. */
async function comeBack(): Promise<void> {
  await gateway.exited;
  gateway = await installation.addGateway({ port: portOf(gateway.url) });
}

const open = (): Promise<Checkout> => payer.checkouts.create({ amount: '10' });
const listed = async (id: string): Promise<Checkout | undefined> =>
  (await payer.checkouts.list({ limit: 200 })).data.find((each) => each.id === id);
const newest = async (): Promise<Checkout | undefined> => (await payer.checkouts.list({ limit: 1 })).data[0];

async function pay({ payment_reference: session }: Checkout): Promise<void> {
  if (session === null) throw new Error('it has no session');
  stripe.emulator.pay(session);
}

const untilPaid = (id: string): Promise<void> =>
  vi.waitFor(async () => expect((await listed(id))?.state).toBe('paid'), { timeout: 30_000, interval: 200 });

describe('killed while the page is opened', () => {
  test.each([
    'before:store.checkouts.insert',
    'after:store.checkouts.insert',
    'before:outbound.submit',
    'during:outbound.submit',
    'after:outbound.submit',
    'before:store.checkouts.opened',
    'after:store.checkouts.opened',
  ])('%s', async (point) => {
    webhooks(false);
    const known = (await newest())?.id;
    await arm(gateway, point, 1);
    await open().catch(() => {});
    await comeBack();
    const row = await newest();
    // Who finds nothing presses the button again; what was written down goes on when it is looked at.
    const made = row === undefined || row.id === known ? await open() : await payer.checkouts.get(row.id);
    await pay(made);
    await untilPaid(made.id);
  });
});

describe('killed while a payment is told', () => {
  test.each([
    'before:store.checkouts.receive',
    'inside:store.checkouts.receive',
    'after:store.checkouts.receive',
  ])('%s', async (point) => {
    webhooks(false);
    const made = await open();
    await arm(gateway, point, 1);
    await pay(made);
    await comeBack();
    await untilPaid(made.id);
  });
});

describe('killed while a payment is looked for', () => {
  test.each([
    'before:store.checkouts.claimOne',
    'before:outbound.ask',
    'after:outbound.ask',
    'before:store.checkouts.settle',
    'inside:store.checkouts.settle',
    'after:store.checkouts.settle',
  ])('%s', async (point) => {
    webhooks(true);
    const made = await open();
    await pay(made);
    await arm(gateway, point, 1);
    await payer.checkouts.get(made.id).catch(() => {});
    await comeBack();
    await payer.checkouts.wait(made.id, { signal: AbortSignal.timeout(30_000) });
    webhooks(false);
  });
});

test('each payment is in the book once, and the book is accepted', async () => {
  await disarm(gateway);
  const paid = stripe.emulator.sessions().filter(({ paymentStatus }) => paymentStatus === 'paid');
  expect(paid).toHaveLength(16);
  // One wish opened one session, however often it was asked for.
  expect(new Set(stripe.emulator.opened).size).toBe(stripe.emulator.opened.length);
  const refund = paid[0]?.id ?? '';
  stripe.emulator.refund(refund, 250);
  await vi.waitFor(async () => expect((await payer.ledger.list({ limit: 1 })).data[0]?.kind).toBe('refund'), {
    timeout: 20_000,
    interval: 200,
  });
  const { posted } = await payer.balance.get();
  expect(Number(posted) - Number(before)).toBe(16 * 10 - 2.5);
  const entries = (await payer.ledger.list({ limit: 200 })).data;
  const references = entries.map(({ reference }) => reference).filter((each) => each.startsWith('stripe:'));
  expect(references.sort()).toEqual(paid.map(({ id }) => `stripe:${id}`).sort());
  const alerts = (await installation.operator.alerts.list()).data.map(({ code }) => code);
  expect(alerts).not.toContain('ledger_drift');
  const book = await new Response(await installation.operator.ledger.export()).text();
  for (const judgement of await judge(book, await foreignJudges()))
    expect(judgement).toMatchObject({ ok: true });
});
