import type { FastifyRequest } from 'fastify';
import { expect, onTestFinished, test } from 'vitest';
import { linkBase } from './links.ts';
import { addPath, liveWhole, ORDER } from './testing/life.ts';
import { useRig } from './testing/rig.ts';

const use = useRig();

test.each([
  ['localhost:8080', 'http://localhost:8080'],
  ['127.0.0.1:8080', 'http://127.0.0.1:8080'],
  ['[::1]:8080', 'http://[::1]:8080'],
  ['Sluice.Example', 'http://sluice.example'],
  ['', ''],
  ['evil.example/path', ''],
  ['user@evil.example', ''],
  ['evil.example:80:80', ''],
  ['"><script>', ''],
  ['-x.example', ''],
  ['a b', ''],
  ['[::1', ''],
])('a client that came to the host %j gets links at %j', (host, base) => {
  const request = { host, protocol: 'http' } as FastifyRequest;
  expect(linkBase({ publicUrl: null }, request)).toBe(base);
  expect(linkBase({ publicUrl: 'https://sluice.test' }, request)).toBe('https://sluice.test');
});

test('without a public address, links lead to where the client reached us, and work', async () => {
  const rig = use();
  const { settings } = rig.context;
  const { publicUrl } = settings;
  settings.publicUrl = null;
  onTestFinished(() => {
    settings.publicUrl = publicUrl;
  });
  await addPath(rig);
  const { key } = await rig.account();
  const { taskId } = await liveWhole(rig, key);
  const headers = { host: 'localhost:8080' };
  const { body } = await rig.ask('GET', `/v1/tasks/${taskId}`, { key, headers });
  expect(body.results[0]).toMatch(/^http:\/\/localhost:8080\/v1\/assets\//);
  expect((await rig.ask('GET', body.results[0].replace('http://localhost:8080', ''))).status).toBe(200);
  const listed = await rig.ask('GET', '/v1/tasks', { key, headers });
  expect(listed.body.data[0].results).toEqual(body.results);
});

test('creates that are read back together keep their own hosts', async () => {
  const rig = use();
  const { settings } = rig.context;
  const { publicUrl } = settings;
  settings.publicUrl = null;
  onTestFinished(() => {
    settings.publicUrl = publicUrl;
  });
  await addPath(rig);
  const { key } = await rig.account();
  const { taskId } = await liveWhole(rig, key);
  await rig.database.query({ name: '', text: `UPDATE tasks SET request_key = 'once' WHERE id = $1` }, [
    taskId,
  ]);
  const asked = { key, body: ORDER, headers: { 'idempotency-key': 'once' } };
  const hosts = ['one.example', 'two.example', 'three.example'];
  const again = await Promise.all(
    hosts.map((host) =>
      rig.ask('POST', '/v1/videos/generations', { ...asked, headers: { ...asked.headers, host } }),
    ),
  );
  expect(new Set(again.map(({ body }) => body.id))).toEqual(new Set([taskId]));
  expect(again.map(({ body }) => new URL(body.results[0]).host)).toEqual(hosts);
});
