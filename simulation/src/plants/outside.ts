/** Bugs about what leaves the gateway: webhooks and stored clips. */
import { createHmac } from 'node:crypto';
import type { Plant } from './plant.ts';

export const newWebhookId: Plant = {
  name: 'new-webhook-id',
  mistake: 'a repeated webhook carries an id of its own',
  outbound: (outbound, webhookSecrets) => {
    const tries = new Map<string, number>();
    return {
      ...outbound,
      request: (request) => {
        const id = request.headers['webhook-id'];
        const secret = webhookSecrets.get(request.url);
        if (id === undefined || secret === undefined) return outbound.request(request);
        const count = (tries.get(`${id} ${request.url}`) ?? 0) + 1;
        tries.set(`${id} ${request.url}`, count);
        const own = count === 1 ? id : `${id}-${count}`;
        const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
        const signed = `${own}.${request.headers['webhook-timestamp']}.${String(request.body)}`;
        const signature = `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
        const headers = { ...request.headers, 'webhook-id': own, 'webhook-signature': signature };
        return outbound.request({ ...request, headers });
      },
    };
  },
};

export const redirectFollowed: Plant = {
  name: 'redirect-followed',
  mistake: 'a webhook goes wherever its receiver points',
  outbound: (outbound) => ({
    ...outbound,
    request: async (request) => {
      const answer = await outbound.request(request);
      const location =
        answer.kind === 'answered' && answer.status === 302 ? answer.headers.location : undefined;
      return location === undefined ? answer : outbound.request({ ...request, url: location });
    },
  }),
};

export const noReadBack: Plant = {
  name: 'no-read-back',
  mistake: 'a clip counts as stored when the store says so',
  blobs: (blobs) => {
    const sent = new Map<string, Uint8Array>();
    return {
      ...blobs,
      publish: async (incoming, key, options) => {
        const bytes = Uint8Array.from(await incoming.read(0, incoming.bytes()));
        await blobs.publish(incoming, key, options);
        if (bytes.length > 0) sent.set(key, bytes);
      },
      size: async (key) => sent.get(key)?.length ?? blobs.size(key),
      read: async (key, range) => {
        const bytes = sent.get(key);
        return bytes === undefined ? blobs.read(key, range) : oneChunk(bytes);
      },
    };
  },
};

async function* oneChunk(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
