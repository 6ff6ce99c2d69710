import { buildOpenApi } from '@sluice/contract';
import { expect, test } from 'vitest';
import { viewerFile } from '../../../effects/reference/viewer.ts';
import { useRig } from '../../testing/rig.ts';

const use = useRig();

test('the reference page loads its script and its document from here, and nothing from elsewhere', async () => {
  const { ask } = use();
  const page = await ask('GET', '/docs');
  expect(page.headers['content-type']).toContain('text/html');
  const policy = page.headers['content-security-policy'] ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self';");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(page.text).not.toMatch(/https?:\/\//);
  expect(page.text).not.toMatch(/<script(?![^>]*src=)/);
  const addresses = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address ?? '');
  expect(addresses).toHaveLength(3);
  for (const address of addresses) expect((await ask('GET', address)).status).toBe(200);
});

test('the shipped viewer is the one that the page starts', async () => {
  expect(Buffer.from(await viewerFile('script')).toString()).toContain('SwaggerUIBundle');
  expect(Buffer.from(await viewerFile('style')).toString()).toContain('.swagger-ui');
});

test('the document is that of the contract', async () => {
  const { body } = await use().ask('GET', '/openapi.json');
  expect(body).toEqual(JSON.parse(JSON.stringify(buildOpenApi('https://sluice.test'))));
});

test('health asks nobody; readiness asks the database', async () => {
  const { ask, context, clock } = use();
  expect((await ask('GET', '/healthz')).body).toEqual({ status: 'ok' });
  expect((await ask('GET', '/readyz')).body).toEqual({
    status: 'ready',
    checks: { database: 'ok', storage: 'ok' },
  });
  const { health } = context.database;
  context.database.health = async () => ({
    ok: false,
    reason: 'password authentication failed for user "x"',
  });
  clock.advance(1_000);
  const away = await ask('GET', '/readyz');
  expect([away.status, away.body.status]).toEqual([503, 'not_ready']);
  expect(away.text).not.toContain('password');
  expect((await ask('GET', '/healthz')).status).toBe(200);
  context.database.health = health;
});

test('metrics are text for a scraper', async () => {
  const answer = await use().ask('GET', '/metrics');
  expect(answer.headers['content-type']).toContain('text/plain');
  expect(answer.text).toContain('# HELP');
});
