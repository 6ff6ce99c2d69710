/** The emulated Replicate, examined by the vendor's own npm client, unmodified. */
import { serveReplicate } from '@sluice/emulators';
import Replicate, { validateWebhook } from 'replicate';
import { afterAll, expect, test } from 'vitest';
import { openArrivals } from '../doors/receiver.ts';

const token = 'r8_client0123456789';
const timing = { queueMs: 20, renderBaseMs: 60, renderMsPerSecond: 0, jitter: 0, callbackMs: 0 };
const served = await serveReplicate({ accounts: [{ tokens: [token] }], timing, still: true });
const client = new Replicate({ auth: token, baseUrl: `${served.url}/v1`, useFileOutput: false });
afterAll(() => served.close());

const model = 'kwaivgi/kling-v3-video';
const input = { prompt: 'A paper boat', duration: 3, mode: 'standard' };

test('creates, waits and hands out a clip that can be fetched', async () => {
  const created = await client.predictions.create({ model, input });
  expect(created.status).toBe('starting');
  const done = await client.wait(created, { interval: 20 });
  expect(done.status).toBe('succeeded');
  const clip = await fetch(String(done.output));
  expect(clip.headers.get('content-type')).toBe('video/mp4');
  expect((await clip.arrayBuffer()).byteLength).toBeGreaterThan(1_000);
});

test('runs in one call, by polling', async () => {
  const output = await client.run(model, { input, wait: { mode: 'poll', interval: 20 } });
  expect(String(output)).toMatch(/\/output\.mp4$/);
});

test('cancels', async () => {
  served.emulator.faults.next('job', { do: 'never-finish' });
  const created = await client.predictions.create({ model, input });
  await client.predictions.cancel(created.id);
  expect((await client.predictions.get(created.id)).status).toBe('canceled');
});

test('sees a failure, and throws it from run', async () => {
  const prompt = 'A paper boat [moderate]';
  const wait = { mode: 'poll', interval: 20 } as const;
  await expect(client.run(model, { input: { ...input, prompt }, wait })).rejects.toThrow(/E005/);
});

test('sees refusals as such', async () => {
  await expect(client.predictions.create({ model, input: { ...input, duration: 99 } })).rejects.toThrow(
    /422/,
  );
  const stranger = new Replicate({ auth: 'r8_nobody', baseUrl: `${served.url}/v1` });
  await expect(stranger.predictions.create({ model, input })).rejects.toThrow(/401/);
});

test('pages through the list and reads the secret of the webhooks', async () => {
  const seen: string[] = [];
  for await (const page of client.paginate(client.predictions.list)) seen.push(...page.map(({ id }) => id));
  expect(seen.length).toBe(served.emulator.accepts.length);
  expect((await client.webhooks.default.secret.get()).key).toMatch(/^whsec_/);
});

test('its webhooks pass the verifier of the client, and fail it when a letter differs', async () => {
  const arrivals = await openArrivals();
  const webhook = `${arrivals.url}/hook`;
  const created = await client.predictions.create({
    model,
    input,
    webhook,
    webhook_events_filter: ['completed'],
  });
  const { headers, body } = await arrivals.at('/hook');
  await arrivals.close();
  expect(JSON.parse(body)).toMatchObject({ id: created.id, status: 'succeeded' });
  const { key: secret } = await client.webhooks.default.secret.get();
  const asSent = (text: string, change: Record<string, string> = {}) =>
    new Request(webhook, { method: 'POST', headers: { ...headers, ...change }, body: text });
  expect(await validateWebhook(asSent(body), secret)).toBe(true);
  expect(await validateWebhook(asSent(body.replace('succeeded', 'succeedeD')), secret)).toBe(false);
  expect(await validateWebhook(asSent(body, { 'webhook-id': 'msg_other' }), secret)).toBe(false);
});
