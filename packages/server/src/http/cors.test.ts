import { describe, expect, test } from 'vitest';
import { useRig } from './testing/rig.ts';

const PAGE = 'https://studio.example';
const preflight = (origin: string) => ({
  origin,
  'access-control-request-method': 'POST',
  'access-control-request-headers': 'authorization, idempotency-key',
});

describe('with pages of other origins let in', () => {
  const use = useRig({ http: { corsOrigins: [PAGE] } });

  test('a preflight from there is answered with what may be sent, and needs no key', async () => {
    const answer = await use().ask('OPTIONS', '/v1/videos/generations', { headers: preflight(PAGE) });
    expect(answer.status).toBe(204);
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': PAGE,
      'access-control-allow-methods': expect.stringContaining('POST'),
      'access-control-allow-headers': expect.stringContaining('idempotency-key'),
      vary: 'origin',
    });
    expect(answer.headers['access-control-allow-credentials']).toBeUndefined();
  });

  test.each([
    ['an answer', 'known', 200],
    ['a refusal', 'nobody', 401],
  ])('%s can be read there, with what repeats need', async (_name, who, status) => {
    const { ask, account } = use();
    const { key } = await account();
    const answer = await ask('GET', '/v1/tasks', {
      key: who === 'known' ? key : `${key}x`,
      headers: { origin: PAGE },
    });
    expect(answer.status).toBe(status);
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': PAGE,
      'access-control-expose-headers': expect.stringContaining('retry-after'),
    });
  });

  test('others are let in no further than before', async () => {
    const { ask } = use();
    const other = await ask('OPTIONS', '/v1/videos/generations', {
      headers: preflight('https://evil.example'),
    });
    expect(other.status).toBe(405);
    expect(other.headers['access-control-allow-origin']).toBeUndefined();
    const read = await ask('GET', '/v1/tasks', { headers: { origin: 'https://evil.example' } });
    expect(read.headers['access-control-allow-origin']).not.toBe('https://evil.example');
  });
});

describe('without the setting', () => {
  const use = useRig();

  test('nobody from elsewhere is let in', async () => {
    const answer = await use().ask('OPTIONS', '/v1/tasks', { headers: preflight(PAGE) });
    expect(answer.status).toBe(405);
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  });
});
