/** Webhooks for the exam, signed by keys made from fixed seeds: one that is published, and one that nobody knows. */
import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import type { CallbackCase } from '../../conformance/subject.ts';
import type { PathContext } from '../../contract.ts';
import { startMs } from './stage.ts';

export const requestId = '5b8e1f02-2c3a-44d8-a7be-9f0c4d6a7e88';

/** RFC 8410: the seed in its PKCS #8 wrapping. */
function keyOf(seed: number): KeyObject {
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32, seed)]);
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
}

function published(seed: number): object {
  const { x } = createPublicKey(keyOf(seed)).export({ format: 'jwk' });
  return { kty: 'OKP', crv: 'Ed25519', x, kid: `key-${seed}` };
}

const body = JSON.stringify({
  request_id: requestId,
  gateway_request_id: requestId,
  status: 'OK',
  payload: { video: { url: 'https://v3b.fal.media/files/b/clip.mp4' } },
});

function signed(seed: number, text: string, atMs: number, about: string = requestId) {
  const timestamp = String(Math.floor(atMs / 1000));
  const hash = createHash('sha256').update(text).digest('hex');
  const lines = [about, 'user-1', timestamp, hash].join('\n');
  return {
    headers: {
      'x-fal-webhook-request-id': about,
      'x-fal-webhook-user-id': 'user-1',
      'x-fal-webhook-timestamp': timestamp,
      'x-fal-webhook-signature': sign(null, Buffer.from(lines), keyOf(seed)).toString('hex'),
    },
    body: text,
    receivedAtMs: startMs,
  };
}

export function callbackCases(path: PathContext): CallbackCase[] {
  const genuine = signed(2, body, startMs);
  const capital = Object.entries(genuine.headers).map(([name, value]) => [name.toUpperCase(), value]);
  const without = (name: string) => ({
    ...genuine,
    headers: { ...genuine.headers, [`x-fal-webhook-${name}`]: '' },
  });
  const keys = [published(1), published(2)];
  const other = JSON.stringify({ request_id: '00000000-aaaa-bbbb-cccc-000000000000', status: 'OK' });
  const at = (
    about: string,
    callback: CallbackCase['callback'],
    expect: CallbackCase['expect'],
  ): CallbackCase => ({
    about,
    path,
    callback,
    keys,
    expect,
  });
  return [
    at('signed by the second of the published keys', genuine, 'verified'),
    at('header names in capitals', { ...genuine, headers: Object.fromEntries(capital) }, 'verified'),
    at('four minutes old', { ...genuine, receivedAtMs: startMs + 240_000 }, 'verified'),
    at('a failure', signed(1, body.replace('"OK"', '"ERROR"'), startMs), 'verified'),
    { ...at('no key could be had', genuine, 'hint'), keys: [] },
    at('by a key that was never published', signed(9, body, startMs), 'rejected'),
    at('another body under the signature', { ...genuine, body: body.replace('OK', 'ERROR') }, 'rejected'),
    at('the signature of another request', signed(2, other, startMs), 'rejected'),
    at('six minutes old', { ...genuine, receivedAtMs: startMs + 360_000 }, 'rejected'),
    at('six minutes ahead', { ...genuine, receivedAtMs: startMs - 360_000 }, 'rejected'),
    at('no headers', { ...genuine, headers: {} }, 'rejected'),
    at('no user id', without('user-id'), 'rejected'),
    at('no signature', without('signature'), 'rejected'),
    at('no time', without('timestamp'), 'rejected'),
    {
      ...at('published things that are no keys', genuine, 'rejected'),
      keys: [
        null,
        'x',
        {},
        { kty: 'OKP', crv: 'Ed25519', x: 'A'.repeat(43) },
        { kty: 'RSA', n: '1', e: 'AQAB' },
      ],
    },
  ];
}
