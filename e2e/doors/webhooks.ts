/**
 * Webhooks in each protocol's words, judged by checkers that nobody here wrote: `standardwebhooks`, `svix`, and those
 * inside `openai` and `replicate`; fal has none in its client, so its recipe is followed by hand.
 */
import { createHash, createPublicKey, verify } from 'node:crypto';
import { createFalClient } from '@fal-ai/client';
import OpenAI from 'openai';
import Replicate, { validateWebhook } from 'replicate';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import { expect, vi } from 'vitest';
import { z } from 'zod';
import { KLING_VECTOR, type KlingCallback, readKlingCallback } from './kling-receiver.ts';
import type { Arrival, Arrivals } from './receiver.ts';
import type { OpenWorld } from './world.ts';

type Check = (arrival: Arrival, secret: string) => Promise<boolean>;

const accepts = async (check: () => unknown): Promise<boolean> => {
  try {
    await check();
    return true;
  } catch {
    return false;
  }
};

const standard: Check = ({ headers, body }, secret) =>
  accepts(() => new StandardWebhook(secret).verify(body, headers));
const svix: Check = ({ headers, body }, secret) =>
  accepts(() => new SvixWebhook(secret).verify(body, headers));
const openai: Check = ({ headers, body }, secret) =>
  accepts(() => new OpenAI({ apiKey: 'none' }).webhooks.unwrap(body, headers, secret));
const replicate: Check = ({ headers, body }, secret) => {
  const part = (name: string) => headers[`webhook-${name}`] ?? '';
  const [id, timestamp, signature] = [part('id'), part('timestamp'), part('signature')];
  return validateWebhook({ id, timestamp, signature, body, secret });
};

const FOREIGN_SECRET = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
const ORDER = { model: 'kling-3.0', duration: 5, quality: '720p' } as const;
/** Longer than any checker tolerates. */
const LATER_MS = 10 * 60_000;

/** Right ones pass, another's secret, another body and another id do not; old ones pass only where nobody looks. */
async function judge(
  checks: readonly Check[],
  arrival: Arrival,
  secrets: readonly string[],
  stalePasses = false,
) {
  const { headers, body } = arrival;
  for (const check of checks) {
    for (const secret of secrets) expect(await check(arrival, secret)).toBe(true);
    expect(await check(arrival, FOREIGN_SECRET)).toBe(false);
    expect(await check({ ...arrival, body: body.replace('"', "'") }, secrets[0] ?? '')).toBe(false);
    const other = { ...headers, 'webhook-id': 'evt_other' };
    expect(await check({ ...arrival, headers: other }, secrets[0] ?? '')).toBe(false);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + LATER_MS });
    try {
      expect(await check(arrival, secrets[0] ?? '')).toBe(stalePasses);
    } finally {
      vi.useRealTimers();
    }
  }
}

export type WebhookStory = (world: OpenWorld, arrivals: Arrivals) => Promise<void>;

async function nativeFormat({ sluice }: OpenWorld, arrivals: Arrivals): Promise<void> {
  const endpoint = await sluice.webhooks.create({ url: `${arrivals.url}/native` });
  const one = await sluice.tasks.create({ ...ORDER, prompt: 'told in our words' });
  const arrival = await arrivals.at('/native', ({ body }) => body.includes(one.id));
  await judge([standard, svix], arrival, [endpoint.secret]);
  const { secret } = await sluice.webhooks.rotate(endpoint.id);
  const two = await sluice.tasks.create({ ...ORDER, prompt: 'told in our words, by two secrets' });
  const rotated = await arrivals.at('/native', ({ body }) => body.includes(two.id));
  expect(rotated.headers['webhook-signature']?.split(' ')).toHaveLength(2);
  await judge([standard, svix], rotated, [endpoint.secret, secret]);
  await sluice.webhooks.delete(endpoint.id);
}

async function openaiFormat({ sluice }: OpenWorld, arrivals: Arrivals): Promise<void> {
  const endpoint = await sluice.webhooks.create({ url: `${arrivals.url}/openai`, format: 'openai' });
  const { secret } = await sluice.webhooks.rotate(endpoint.id);
  const good = await sluice.tasks.create({ ...ORDER, prompt: 'told as OpenAI did' });
  const completed = await arrivals.at('/openai', ({ body }) => body.includes(good.id));
  await judge([standard, svix, openai], completed, [endpoint.secret, secret]);
  const client = new OpenAI({ apiKey: 'none', webhookSecret: secret });
  const event: unknown = await client.webhooks.unwrap(completed.body, completed.headers);
  expect(event).toMatchObject({ object: 'event', type: 'video.completed', data: { id: good.id } });
  const bad = await sluice.tasks.create({ ...ORDER, prompt: 'a boat [moderate]' });
  const failed = await arrivals.at('/openai', ({ body }) => body.includes(bad.id));
  expect(JSON.parse(failed.body)).toMatchObject({ type: 'video.failed', data: { id: bad.id } });
  await sluice.webhooks.delete(endpoint.id);
}

async function replicateFormat({ url, key, sluice }: OpenWorld, arrivals: Arrivals): Promise<void> {
  const client = new Replicate({ auth: key, baseUrl: `${url}/replicate/v1` });
  const model = 'kwaivgi/kling-v3-video';
  const webhook = `${arrivals.url}/replicate`;
  const create = (prompt: string, change: object = {}) =>
    client.predictions.create({
      model,
      input: { prompt, duration: 5, mode: 'standard' },
      webhook,
      ...change,
    });
  const { key: secret } = await client.webhooks.default.secret.get();
  const one = await create('told as Replicate does', { webhook_events_filter: ['completed'] });
  const arrival = await arrivals.at('/replicate', ({ body }) => body.includes(one.id));
  expect(JSON.parse(arrival.body)).toMatchObject({ id: one.id, status: 'succeeded', model, webhook });
  await judge([standard, svix], arrival, [secret]);
  // Its own checker looks at the signature only, so an old delivery passes it: receivers must look at the time.
  await judge([replicate], arrival, [secret], true);
  await sluice.webhooks.rotateCallbackSecret();
  const { key: fresh } = await client.webhooks.default.secret.get();
  expect(fresh).not.toBe(secret);
  const two = await create('told as Replicate does, by two secrets');
  const rotated = await arrivals.at('/replicate', ({ body }) => body.includes(two.id));
  await judge([standard, svix], rotated, [secret, fresh]);
  await judge([replicate], rotated, [secret, fresh], true);
}

const Jwks = z.object({
  keys: z.array(z.object({ kid: z.string(), kty: z.string(), crv: z.string(), x: z.string() })),
});

async function falFormat(
  { url, key, installation, accountId }: OpenWorld,
  arrivals: Arrivals,
): Promise<void> {
  const fal = createFalClient({ credentials: key, proxyUrl: { url: `${url}/fal/proxy`, when: 'always' } });
  const model: string = 'fal-ai/kling-video/v3/standard/text-to-video';
  const submit = (prompt: string) =>
    fal.queue.submit(model, { input: { prompt, duration: '5' }, webhookUrl: `${arrivals.url}/fal` });
  const published = async () =>
    Jwks.parse(await (await fetch(`${url}/fal/.well-known/jwks.json`)).json()).keys;
  const one = await submit('told as fal does');
  const arrival = await arrivals.at('/fal', ({ body }) => body.includes(one.request_id));
  expect(JSON.parse(arrival.body)).toMatchObject({
    request_id: one.request_id,
    status: 'OK',
    payload: { video: { content_type: 'video/mp4' } },
  });
  expect(arrival.headers['x-fal-webhook-user-id']).toBe(accountId);
  const [first] = await published();
  expect(verifiedBy(arrival, [first])).toBe(true);
  expect(verifiedBy({ ...arrival, body: arrival.body.replace('OK', 'ok') }, [first])).toBe(false);
  // A new key is published a day before it signs, so that nobody who keeps the list is surprised.
  await installation.operator.system.rotateSigningKey();
  const both = await published();
  expect(both).toHaveLength(2);
  const two = await submit('told as fal does [moderate]');
  const failed = await arrivals.at('/fal', ({ body }) => body.includes(two.request_id));
  expect(JSON.parse(failed.body)).toMatchObject({ status: 'ERROR', payload: { detail: [{}] } });
  expect(verifiedBy(failed, both)).toBe(true);
  expect(verifiedBy(failed, [first])).toBe(true);
}

/** fal's published recipe: four lines, the last of them the hash of the body; any published key, ± 300 s. */
function verifiedBy(
  { headers, body }: Arrival,
  keys: readonly (z.infer<typeof Jwks>['keys'][number] | undefined)[],
) {
  const part = (name: string) => headers[`x-fal-webhook-${name}`] ?? '';
  if (Math.abs(Date.now() / 1000 - Number(part('timestamp'))) > 300) return false;
  const hash = createHash('sha256').update(body).digest('hex');
  const text = Buffer.from([part('request-id'), part('user-id'), part('timestamp'), hash].join('\n'));
  const signature = Buffer.from(part('signature'), 'hex');
  return keys.some((key) => key && verify(null, text, createPublicKey({ key, format: 'jwk' }), signature));
}

/** Both generations: the shape of each, Kling's signature by the account's secret, and who does not check it. */
async function klingFormat({ url, key, sluice }: OpenWorld, arrivals: Arrivals): Promise<void> {
  expect(readKlingCallback(KLING_VECTOR.headers, KLING_VECTOR.body, KLING_VECTOR)).not.toBeNull();
  const { secret } = await sluice.webhooks.callbackSecret();
  const create = async (path: string, body: object): Promise<string> => {
    const answer = await fetch(`${url}/kling${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const { data } = (await answer.json()) as { data: { id?: string; task_id?: string } };
    return data.id ?? data.task_id ?? '';
  };
  const told = async (path: string, id: string): Promise<[Arrival, KlingCallback]> => {
    const arrival = await arrivals.at(path, ({ body }) => body.includes(id));
    const read = readKlingCallback(arrival.headers, arrival.body, { secret, nowMs: Date.now() });
    if (!read) throw new Error(`not as Kling signs: ${JSON.stringify(arrival)}`);
    return [arrival, read];
  };
  const options = { callback_url: `${arrivals.url}/kling`, external_task_id: 'told-back' };
  const settings = { resolution: '720p', duration: 5, multi_shot: false };
  const one = await create('/text-to-video/kling-3.0', { prompt: 'told as Kling does', settings, options });
  const [arrival, current] = await told('/kling', one);
  expect(current).toMatchObject({
    generation: 'current',
    id: one,
    status: 'succeeded',
    externalId: 'told-back',
  });
  expect((await fetch(current.urls[0] ?? '')).status).toBe(200);
  expect(readKlingCallback({}, arrival.body, null)).toMatchObject({ id: one });
  const stale = { secret, nowMs: Date.now() + LATER_MS };
  expect(readKlingCallback(arrival.headers, arrival.body, stale)).toBeNull();
  const forged = arrival.body.replace('succeeded', 'failed');
  expect(readKlingCallback(arrival.headers, forged, { secret, nowMs: Date.now() })).toBeNull();
  const two = await create('/v1/videos/text2video', {
    model_name: 'kling-v3',
    prompt: 'a boat [moderate] told in the older shape',
    callback_url: `${arrivals.url}/kling-older`,
  });
  const [, legacy] = await told('/kling-older', two);
  expect(legacy).toMatchObject({ generation: 'legacy', id: two, status: 'failed', externalId: null });
}

/** A door whose protocol has no webhook words of its own tells in ours. */
async function gatewayFormat({ url, key, sluice }: OpenWorld, arrivals: Arrivals): Promise<void> {
  const { secret } = await sluice.webhooks.callbackSecret();
  const answer = await fetch(`${url}/ai-gateway/video-model/start`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      'ai-model-id': 'klingai/kling-v3.0-t2v',
      'ai-video-model-specification-version': '3',
    },
    body: JSON.stringify({
      prompt: 'told to a callback',
      duration: 5,
      callbackUrl: `${arrivals.url}/gateway`,
    }),
  });
  expect(answer.status).toBeLessThan(300);
  const arrival = await arrivals.at('/gateway');
  expect(JSON.parse(arrival.body)).toMatchObject({ object: 'event', type: 'task.completed' });
  expect(await standard(arrival, secret)).toBe(true);
}

export const webhookStories: Readonly<Record<string, WebhookStory>> = {
  'our own words: standardwebhooks, svix': nativeFormat,
  "OpenAI's: standardwebhooks, svix, openai": openaiFormat,
  "Replicate's: standardwebhooks, svix, replicate": replicateFormat,
  "fal's: its recipe over our published keys": falFormat,
  "Kling's, of both generations: a receiver written from its documents": klingFormat,
  "the AI Gateway's protocol, which has none: ours": gatewayFormat,
};
