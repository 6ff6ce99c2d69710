/**
 * Kling publishes no client on npm. Its webhooks follow Standard Webhooks by its documents, so the verifier of that
 * standard reads those of the emulator as they come over the wire.
 */
import { serveKling } from '@sluice/emulators';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import { afterAll, expect, test } from 'vitest';
import { openArrivals } from '../doors/receiver.ts';

const webhookSecret = `whsec_${Buffer.from('a secret of twenty-four!').toString('base64')}`;
const packs = [{ name: 'p', type: 'video' as const, units: '100', concurrency: 5 }];
const served = await serveKling({
  accounts: [{ apiKeys: ['key-1'], packs, webhookSecret }],
  timing: { queueMs: 0, renderBaseMs: 0, renderMsPerSecond: 0, jitter: 0, callbackMs: 0 },
  outputs: { still: true },
});
const arrivals = await openArrivals();
afterAll(() => Promise.all([served.close(), arrivals.close()]));

test('a finished task is told under a signature that the standard verifies', async () => {
  const body = {
    prompt: 'A paper boat',
    settings: { duration: 3 },
    options: { callback_url: `${arrivals.url}/hook` },
  };
  const answer = await fetch(`${served.url}/text-to-video/kling-3.0-turbo`, {
    method: 'POST',
    headers: { authorization: 'Bearer key-1', 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(200);
  const told = await arrivals.at('/hook', (each) => each.body.includes('succeeded'));
  const verifier = new Webhook(webhookSecret);
  expect(verifier.verify(told.body, told.headers)).toMatchObject({ status: 'succeeded' });
  const forged = told.body.replace('succeeded', 'failed');
  expect(() => verifier.verify(forged, told.headers)).toThrow(WebhookVerificationError);
  const stranger = new Webhook(`whsec_${Buffer.from('another secret, as long!').toString('base64')}`);
  expect(() => stranger.verify(told.body, told.headers)).toThrow(WebhookVerificationError);
});
