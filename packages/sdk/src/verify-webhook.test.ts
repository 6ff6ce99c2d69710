import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { type VerifyWebhookInput, verifyWebhook, WebhookVerificationError } from './verify-webhook.ts';

/** The vector of the Standard Webhooks specification's own libraries: same secret, id, time and body. */
const GOLDEN = {
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestamp: '1614265330',
  payload: '{"test": 2432232314}',
  signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
};

const EVENT = {
  id: 'evt_1',
  object: 'event',
  type: 'task.completed',
  created_at: '2026-10-01T12:00:00.000Z',
  data: { id: 'task_1', note: 'žluťoučký kůň 🐎' },
};
const NOW = 1_790_856_000;
const SECRET = `whsec_${btoa('0123456789abcdef0123456789abcdef')}`;
const OTHER = `whsec_${btoa('ffffffffffffffffffffffffffffffff')}`;

function signed(payload: string, atSeconds: number, ...secrets: string[]): Record<string, string> {
  const at = new Date(atSeconds * 1000);
  return {
    'Webhook-Id': 'msg_1',
    'Webhook-Timestamp': String(atSeconds),
    'Webhook-Signature': secrets.map((secret) => new Webhook(secret).sign('msg_1', at, payload)).join(' '),
  };
}

const payload = JSON.stringify(EVENT);
const good: VerifyWebhookInput = {
  payload,
  headers: signed(payload, NOW, SECRET),
  secret: SECRET,
  nowSeconds: NOW,
};

const faultOf = async (input: VerifyWebhookInput): Promise<string> => {
  const error = await verifyWebhook(input).then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof WebhookVerificationError)) throw new Error(`not refused: ${error}`);
  return error.fault;
};

describe('accepted', () => {
  test('what the reference library signs', async () => {
    expect(await verifyWebhook(good)).toEqual({ id: 'msg_1', sentAtSeconds: NOW, event: EVENT });
  });

  test('as bytes, with a Headers object', async () => {
    const input = {
      ...good,
      payload: new TextEncoder().encode(payload),
      headers: new Headers(signed(payload, NOW, SECRET)),
    };
    expect((await verifyWebhook(input)).event.id).toBe('evt_1');
  });

  test('during a rotation, whichever side is ahead', async () => {
    const both = signed(payload, NOW, OTHER, SECRET);
    await expect(verifyWebhook({ ...good, headers: both })).resolves.toBeDefined();
    await expect(
      verifyWebhook({ ...good, secret: undefined, secrets: [OTHER, SECRET] }),
    ).resolves.toBeDefined();
  });

  test('beside versions that we do not know', async () => {
    const headers = signed(payload, NOW, SECRET);
    headers['Webhook-Signature'] = `v1a,xxxx v2,yyyy ${headers['Webhook-Signature']}`;
    await expect(verifyWebhook({ ...good, headers })).resolves.toBeDefined();
  });

  test.each([-300, 300])('a clock that is %i seconds away', async (offset) => {
    await expect(verifyWebhook({ ...good, nowSeconds: NOW + offset })).resolves.toBeDefined();
  });

  test('the signature of the published vector (its body is no event of ours)', async () => {
    const { secret, id, timestamp, signature } = GOLDEN;
    const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature };
    const input = { payload: GOLDEN.payload, headers, secret, nowSeconds: Number(timestamp) };
    expect(await faultOf(input)).toBe('unreadable_payload');
    expect(await faultOf({ ...input, payload: `${GOLDEN.payload} ` })).toBe('no_matching_signature');
    const at = new Date(Number(timestamp) * 1000);
    expect(new Webhook(secret).sign(id, at, GOLDEN.payload)).toBe(signature);
  });
});

describe('refused', () => {
  const headers = signed(payload, NOW, SECRET);
  const without = (name: string) =>
    Object.fromEntries(Object.entries(headers).filter(([key]) => key !== name));
  const changed = (name: string, value: string) => ({ ...headers, [name]: value });

  test.each<[string, VerifyWebhookInput, string]>([
    ['another body', { ...good, payload: payload.replace('task_1', 'task_2') }, 'no_matching_signature'],
    ['another secret', { ...good, secret: OTHER }, 'no_matching_signature'],
    ['another id', { ...good, headers: changed('Webhook-Id', 'msg_2') }, 'no_matching_signature'],
    [
      'another time',
      { ...good, headers: changed('Webhook-Timestamp', String(NOW + 1)) },
      'no_matching_signature',
    ],
    ['no id', { ...good, headers: without('Webhook-Id') }, 'missing_header'],
    ['no time', { ...good, headers: without('Webhook-Timestamp') }, 'missing_header'],
    ['no signature', { ...good, headers: without('Webhook-Signature') }, 'missing_header'],
    ['a repeated id', { ...good, headers: { ...headers, 'webhook-id': 'msg_2' } }, 'missing_header'],
    ['a time with letters', { ...good, headers: changed('Webhook-Timestamp', `${NOW}x`) }, 'bad_timestamp'],
    ['a negative time', { ...good, headers: changed('Webhook-Timestamp', '-5') }, 'bad_timestamp'],
    ['301 seconds late', { ...good, nowSeconds: NOW + 301 }, 'too_old'],
    ['301 seconds early', { ...good, nowSeconds: NOW - 301 }, 'too_new'],
    [
      '11 seconds late when 10 are allowed',
      { ...good, nowSeconds: NOW + 11, toleranceSeconds: 10 },
      'too_old',
    ],
    [
      'an empty signature',
      { ...good, headers: changed('Webhook-Signature', 'v1,') },
      'no_matching_signature',
    ],
    [
      'a signature that is not base64',
      { ...good, headers: changed('Webhook-Signature', 'v1,*') },
      'no_matching_signature',
    ],
    [
      'only other versions',
      { ...good, headers: changed('Webhook-Signature', 'v1a,AAAA') },
      'no_matching_signature',
    ],
    [
      'a shortened signature',
      { ...good, headers: changed('Webhook-Signature', headers['Webhook-Signature']?.slice(0, -5) ?? '') },
      'no_matching_signature',
    ],
  ])('%s', async (_, input, fault) => {
    expect(await faultOf(input)).toBe(fault);
  });

  test('every single changed byte of the body', async () => {
    const bytes = new TextEncoder().encode(payload);
    for (let at = 0; at < bytes.length; at += 1) {
      const tampered = Uint8Array.from(bytes);
      tampered[at] = (tampered[at] ?? 0) ^ 1;
      expect(await faultOf({ ...good, payload: tampered })).toBe('no_matching_signature');
    }
  });

  test.each(['', 'whsec_', 'whsec_***'])(
    'the secret %j is the caller’s mistake, not a forgery',
    async (secret) => {
      await expect(verifyWebhook({ ...good, secret })).rejects.toBeInstanceOf(TypeError);
    },
  );

  test('no secret at all', async () => {
    await expect(verifyWebhook({ ...good, secret: undefined })).rejects.toBeInstanceOf(TypeError);
  });
});
