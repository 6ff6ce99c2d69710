/** Nobody outside can make us knock on an inside door, however the address is written. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { realClock } from '../clock/real.ts';
import { answer, type FarEnd, farEnd } from './exam/far-end.ts';
import { INTERNAL_SPELLINGS, ODD_PORTS } from './exam/spellings.ts';
import type { OutboundRequest } from './outbound.ts';
import { createOutbound, type OutboundOptions } from './real.ts';

const LIMITS = { connectMs: 2_000, headersMs: 2_000, idleMs: 2_000, totalMs: 5_000, maxBytes: 65_536 };

function get(url: string, more: Partial<OutboundRequest> = {}): OutboundRequest {
  return { method: 'GET', url, headers: {}, trust: 'given', limits: LIMITS, redirects: 0, ...more };
}

let canary: FarEnd;

/** As open as a door can be except for the one thing under test: internal addresses. */
function outboundTo(more: Partial<OutboundOptions> = {}) {
  return createOutbound({
    clock: realClock,
    allow: { configured: [], given: [] },
    allowHttp: true,
    allowedPorts: [canary.port],
    resolve: async () => ['127.0.0.1'],
    ...more,
  });
}

beforeAll(async () => {
  canary = await farEnd((socket) => socket.end(answer(200, { connection: 'close' }, 'inside')));
});
afterAll(() => canary.close());

describe('spellings of internal addresses', () => {
  const rows = Object.entries(INTERNAL_SPELLINGS).flatMap(([family, urls]) =>
    urls.map((url) => ({ family, url })),
  );

  it('are many and all different', () => {
    expect(new Set(rows.map(({ url }) => url)).size).toBe(rows.length);
    expect(rows.length).toBeGreaterThanOrEqual(150);
  });

  it.each(rows)('$family: $url', async ({ url }) => {
    const outbound = outboundTo();
    const target = url.replaceAll('{p}', String(canary.port));
    const before = canary.connections();
    for (const trust of ['given', 'configured'] as const) {
      const result = await outbound.request(get(target, { trust }));
      expect(result).toMatchObject({ kind: 'not_sent' });
      if (result.kind === 'not_sent') expect(['bad_url', 'address_blocked']).toContain(result.reason);
    }
    expect(canary.connections()).toBe(before);
    await outbound.close();
  });

  it('control: the canary does sing when it is allow-listed', async () => {
    const outbound = outboundTo({ allow: { configured: [], given: ['127.0.0.1/8'] } });
    const before = canary.connections();
    for (const spelling of ['127.0.0.1', '0x7f.1', '①②⑦.⓪.⓪.①', '[::ffff:7f00:1]', 'localhost']) {
      const result = await outbound.request(get(`http://${spelling}:${canary.port}/`));
      expect(result).toMatchObject({ kind: 'answered', status: 200 });
    }
    expect(canary.connections()).toBeGreaterThan(before);
    await outbound.close();
  });
});

describe('trust', () => {
  it('keeps the two allow lists apart', async () => {
    const outbound = outboundTo({ allow: { configured: ['127.0.0.0/8'], given: [] } });
    const url = `http://127.0.0.1:${canary.port}/`;
    expect(await outbound.request(get(url, { trust: 'configured' }))).toMatchObject({ kind: 'answered' });
    expect(await outbound.request(get(url, { trust: 'given' }))).toMatchObject({
      kind: 'not_sent',
      reason: 'address_blocked',
    });
    await outbound.close();
  });

  it('refuses plain http, odd ports and this gateway itself', async () => {
    const strict = outboundTo({ allowHttp: false, allowedPorts: [], resolve: async () => ['8.8.8.8'] });
    expect(await strict.request(get('http://example.com/'))).toMatchObject({ reason: 'address_blocked' });
    for (const port of ODD_PORTS) {
      const result = await strict.request(get(`https://example.com:${port}/`));
      expect(result).toMatchObject({ kind: 'not_sent', reason: 'address_blocked' });
    }
    await strict.close();

    const own = outboundTo({
      allow: { configured: ['127.0.0.0/8'], given: ['127.0.0.0/8'] },
      own: () => ({ origins: [`http://sluice.example.com:${canary.port}`], ports: [canary.port] }),
    });
    const before = canary.connections();
    for (const host of ['127.0.0.1', 'sluice.example.com', 'sluice.EXAMPLE.com.', 'other.example.com']) {
      const result = await own.request(get(`http://${host}:${canary.port}/`, { trust: 'configured' }));
      expect(result).toMatchObject({ kind: 'not_sent', reason: 'address_blocked' });
    }
    expect(canary.connections()).toBe(before);
    await own.close();
  });
});

describe('redirects', () => {
  const OUTER = ['127.0.0.1/32'];
  const places = Object.values(INTERNAL_SPELLINGS)
    .flat()
    .filter((url) => !/[\r\n\0\u0080-\uffff]/.test(url));

  it.each([301, 302, 303, 307, 308])('%i to an inside place is refused', async (status) => {
    let location = '';
    const outer = await farEnd((socket) => socket.end(answer(status, { location, connection: 'close' })));
    // The outer server is allow-listed by name, so the address of the canary gains nothing by it.
    const outbound = outboundTo({
      allow: { configured: [], given: ['outer.example.com'] },
      allowedPorts: [outer.port, canary.port],
    });
    const before = canary.connections();
    for (const place of places.slice(0, 60)) {
      location = place.replaceAll('{p}', String(canary.port)).trim();
      const result = await outbound.request(get(`http://outer.example.com:${outer.port}/`, { redirects: 3 }));
      expect(result).toMatchObject({ kind: 'lost', reason: 'bad_redirect', status });
    }
    expect(canary.connections()).toBe(before);
    await outbound.close();
    await outer.close();
  });

  it('a configured address does not lend its trust to another origin', async () => {
    const outer = await farEnd((socket) =>
      socket.end(answer(302, { location: `http://127.0.0.1:${canary.port}/` })),
    );
    const outbound = outboundTo({ allow: { configured: OUTER, given: [] } });
    const before = canary.connections();
    const request = get(outer.origin, { trust: 'configured', redirects: 3 });
    expect(await outbound.request(request)).toMatchObject({ kind: 'lost', reason: 'bad_redirect' });
    expect(canary.connections()).toBe(before);
    await outbound.close();
    await outer.close();
  });
});

describe('proxies from the environment', () => {
  it('are ignored', async () => {
    const names = [
      'http_proxy',
      'https_proxy',
      'HTTP_PROXY',
      'HTTPS_PROXY',
      'ALL_PROXY',
      'NODE_USE_ENV_PROXY',
    ];
    const kept = names.map((name) => [name, process.env[name]] as const);
    for (const name of names)
      process.env[name] = name.startsWith('NODE') ? '1' : `http://127.0.0.1:${canary.port}`;
    const far = await farEnd((socket) => socket.end(answer(200, {}, 'direct')));
    const outbound = outboundTo({ allow: { configured: [], given: ['127.0.0.0/8'] } });
    const before = canary.connections();
    const result = await outbound.request(get(far.origin));
    expect(result).toMatchObject({ kind: 'answered' });
    expect(canary.connections()).toBe(before);
    for (const [name, value] of kept) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    await outbound.close();
    await far.close();
  });
});
