/**
 * The gateway does what its document says: the SDK's calls, good ones and refused ones, through a Prism proxy that
 * knows only `openapi.json`. `npm run e2e -- prism` prints each exchange.
 */
import { createSluice, isSluiceError, type Sluice } from '@sluice/sdk';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EMULATOR_KEY } from '../processes/emulator.ts';
import { type Customer, PATH } from '../processes/installation.ts';
import { order, useInstallation } from '../stories/story.ts';
import { type PrismProxy, startPrism } from './proxy.ts';

const use = useInstallation();

let proxy: PrismProxy;
let customer: Customer;
let sluice: Sluice;
let operator: Sluice;

beforeAll(async () => {
  const { gateway, openAccount } = use();
  proxy = await startPrism(gateway.url);
  customer = await openAccount({ name: 'through Prism' });
  const through = { baseUrl: proxy.url, fetch: proxy.fetch, maxRetries: 0 };
  sluice = createSluice({ ...through, apiKey: customer.key });
  operator = createSluice({ ...through, apiKey: gateway.operatorKey ?? '' });
});

afterAll(async () => {
  await proxy?.close();
});

async function refusedWith(code: string, call: Promise<unknown>): Promise<void> {
  const error = await call.then(
    () => 'answered',
    (reason: unknown) => (isSluiceError(reason) ? reason.code : reason),
  );
  expect(error).toBe(code);
}

async function ordersAndTasks(): Promise<void> {
  const quote = await sluice.quotes.create(order('quoted'));
  expect(quote.price.maximum).toMatch(/^\d+\.\d+$/);
  const task = await sluice.tasks.create(order('followed', { metadata: { shelf: 'a' } }));
  await sluice.tasks.get(task.id);
  // Prism hands on a stream only when it has ended, so the end is learned by reading.
  const ended = await use().operator.tasks.wait(task.id);
  expect(ended.status).toBe('completed');
  const done = await sluice.tasks.get(task.id);
  await sluice.tasks.timeline(task.id);
  for await (const event of sluice.tasks.stream(task.id)) expect(event.type).toMatch(/^task\./);
  const { data } = await sluice.tasks.batch([order('one'), order('two')]);
  await sluice.tasks.list({ limit: 2, status: 'completed' });
  for (const { id } of data) await use().operator.tasks.wait(id);
  await refusedWith('cancel_too_late', sluice.tasks.cancel(task.id));
  for (const asset of done.assets) {
    const { stream } = await sluice.assets.download(asset.id);
    await stream.cancel();
  }
  await sluice.assets.delete(done.assets[0]?.id ?? '');
  await refusedWith(
    'gone',
    sluice.assets.download(done.assets[0]?.id ?? '').then(() => null),
  );
}

async function refusals(): Promise<void> {
  await refusedWith('unknown_model', sluice.tasks.create(order('x', { model: 'no-such-model' })));
  await refusedWith('invalid_input', sluice.tasks.create(order('x', { duration: 299 })));
  await refusedWith('not_found', sluice.tasks.get('task_0'));
  await refusedWith('forbidden', sluice.system.get());
  await refusedWith('price_above_max', sluice.tasks.create(order('x', { max_price: '0.01' })));
  const poor = await use().openAccount({ name: 'poor' });
  await operator.accounts.adjust(poor.id, { amount: '-9999.99', reference: 'spent', note: 'all of it' });
  const key = createSluice({ baseUrl: proxy.url, fetch: proxy.fetch, apiKey: poor.key });
  await refusedWith('insufficient_balance', key.tasks.create(order('x')));
}

async function filesAndCatalogue(): Promise<void> {
  const models = await sluice.models.list();
  await sluice.models.get(models.data[0]?.id ?? '');
  const bytes = new TextEncoder().encode('no picture');
  await refusedWith('unsupported_media_type', sluice.files.upload(bytes, { contentType: 'image/jpeg' }));
  await refusedWith('not_found', sluice.files.get('file_0'));
}

async function moneyAndWebhooks(): Promise<void> {
  await sluice.balance.get();
  await sluice.ledger.list({ limit: 3 });
  await (await operator.ledger.export()).cancel();
  const endpoint = await sluice.webhooks.create({ url: 'http://127.0.0.1:48999/hooks' });
  await sluice.webhooks.get(endpoint.id);
  await sluice.webhooks.update(endpoint.id, { description: 'closed' });
  await sluice.webhooks.rotate(endpoint.id);
  await sluice.webhooks.callbackSecret();
  const delivery = await sluice.webhooks.test(endpoint.id);
  await sluice.webhooks.deliveries(endpoint.id);
  await sluice.webhooks.replay(delivery.id);
  await sluice.webhooks.list();
  await sluice.webhooks.delete(endpoint.id);
}

async function operating(): Promise<void> {
  const account = await operator.accounts.create({ name: 'made here', routing: { policy: 'fastest' } });
  await operator.accounts.get(account.id);
  await operator.accounts.update(account.id, { weight: 3 });
  await operator.accounts.topUp(account.id, { amount: '5', reference: 'by Prism' });
  await operator.accounts.list();
  const key = await operator.keys.create({ name: 'made here', account: account.id });
  await operator.keys.list({ account: account.id });
  await operator.keys.revoke(key.id);
  await operator.paths.list();
  await operator.paths.get(PATH);
  await operator.paths.check(PATH);
  await operator.paths.statement(PATH);
  await operator.paths.update(PATH, { limits: { '*': 4 } });
  await operator.paths.create({
    name: 'second',
    provider: 'kling',
    base_url: use().emulator.url,
    credential: { api_key: EMULATOR_KEY },
    sandbox: true,
  });
  await operator.prices.list();
  await operator.attempts.unknown();
  await refusedWith(
    'not_found',
    operator.attempts.resolve('att_0', { outcome: 'never_accepted', reason: 'x' }),
  );
  await operator.system.get();
  await operator.system.confirm();
}

test.each([
  ['orders and tasks', ordersAndTasks],
  ['refusals', refusals],
  ['files and catalogue', filesAndCatalogue],
  ['money and webhooks', moneyAndWebhooks],
  ['operating', operating],
])('%s: no violation, in either direction', async (_, story) => {
  const before = proxy.exchanges.length;
  await story();
  const exchanged = proxy.exchanges.slice(before);
  for (const { call, status } of exchanged) console.log(`${status} ${call}`);
  expect(exchanged.length).toBeGreaterThan(3);
  expect(exchanged.filter(({ violations }) => violations.length > 0)).toEqual([]);
});

test('Prism sees what is wrong', async () => {
  await proxy.fetch(`${proxy.url}/v1/quotes`, {
    method: 'POST',
    headers: { authorization: `Bearer ${customer.key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'kling-3.0', duration: 'five' }),
  });
  expect(proxy.exchanges.at(-1)?.violations.join()).toContain('duration');
  const nobody = createSluice({ baseUrl: proxy.url, fetch: proxy.fetch });
  await refusedWith('missing_key', nobody.tasks.list());
  expect(proxy.exchanges.at(-1)?.violations.join()).toContain('security');
});
