import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { useRig } from './testing/rig.ts';

const use = useRig();

async function models(encoding: string | undefined) {
  const { app, operatorKey } = use();
  const accepted = encoding === undefined ? {} : { 'accept-encoding': encoding };
  const url = '/v1/models';
  return app.inject({ method: 'GET', url, headers: { authorization: `Bearer ${operatorKey}`, ...accepted } });
}

test('a large answer is the same text, compressed, to whoever takes it', async () => {
  const plain = await models(undefined);
  const packed = await models('gzip, deflate, br');
  expect(packed.headers['content-encoding']).toBe('gzip');
  expect(packed.headers.vary).toContain('accept-encoding');
  expect(packed.headers['content-length']).toBe(String(packed.rawPayload.length));
  expect(packed.rawPayload.length).toBeLessThan(plain.rawPayload.length / 3);
  expect(gunzipSync(packed.rawPayload).toString()).toBe(plain.body);
});

test.each([[undefined], ['br'], ['gzip;q=0'], ['identity, gzip;q=0.0']])('%s: as it is', async (encoding) => {
  const plain = await models(encoding);
  expect(plain.headers['content-encoding']).toBeUndefined();
  expect(plain.headers.vary).toContain('accept-encoding');
  expect(plain.json().data.length).toBeGreaterThan(0);
});

test('a small answer stays as it is', async () => {
  const { app, operatorKey } = use();
  const headers = { authorization: `Bearer ${operatorKey}`, 'accept-encoding': 'gzip' };
  const answer = await app.inject({ method: 'GET', url: '/v1/alerts', headers });
  expect([answer.statusCode, answer.headers['content-encoding']]).toEqual([200, undefined]);
});
