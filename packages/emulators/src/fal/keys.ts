/** The keys that webhooks are signed with: ED25519, published as a JWKS, and rotated. */
import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import type { EmulatorRandom } from '../exchange.ts';
import type { JsonObject } from '../json.ts';

export type SigningKeys = {
  jwks(): JsonObject;
  /** From now on another key signs; the old one stays published unless `forget`. */
  rotate(options?: { forget?: boolean }): void;
  headers(
    given: { requestId: string; userId: string; sentAt: number; body: string },
    genuine: boolean,
  ): Record<string, string>;
};

type Pair = { publicKey: KeyObject; privateKey: KeyObject };

export function createSigningKeys(random: EmulatorRandom): SigningKeys {
  let pairs: Pair[] = [newPair(random)];
  const stranger = newPair(random);
  return {
    jwks: () => ({ keys: pairs.map(({ publicKey }, at) => published(publicKey, at)) }),
    rotate({ forget = false } = {}) {
      pairs = [newPair(random), ...(forget ? [] : pairs)];
    },
    headers({ requestId, userId, sentAt, body }, genuine) {
      const timestamp = String(Math.floor(sentAt / 1000));
      const text = webhookText({ requestId, userId, timestamp, body });
      const { privateKey } = (genuine ? pairs[0] : stranger) ?? stranger;
      return {
        'x-fal-webhook-request-id': requestId,
        'x-fal-webhook-user-id': userId,
        'x-fal-webhook-timestamp': timestamp,
        'x-fal-webhook-signature': sign(null, Buffer.from(text), privateKey).toString('hex'),
      };
    },
  };
}

/** From given randomness, so that a run can be repeated: the seed in its PKCS #8 wrapping (RFC 8410). */
function newPair(random: EmulatorRandom): Pair {
  const wrapping = Buffer.from('302e020100300506032b657004220420', 'hex');
  const key = Buffer.concat([wrapping, random.bytes(32)]);
  const privateKey = createPrivateKey({ key, format: 'der', type: 'pkcs8' });
  return { privateKey, publicKey: createPublicKey(privateKey) };
}

/** Four lines, the last one the hash of the body as it is sent. */
export function webhookText(given: {
  requestId: string;
  userId: string;
  timestamp: string;
  body: string;
}): string {
  const hash = createHash('sha256').update(given.body).digest('hex');
  return [given.requestId, given.userId, given.timestamp, hash].join('\n');
}

function published(key: KeyObject, at: number): JsonObject {
  const { x = '' } = key.export({ format: 'jwk' });
  return { kty: 'OKP', crv: 'Ed25519', x, kid: `key-${at}`, use: 'sig' };
}
