/**
 * Figure 7: what the checks of the one way out cost. The same small requests to the same server on the loopback,
 * through it and through bare undici with kept connections. Reads keep their connection; what may be paid for never
 * reuses one (see effects/outbound/connections.ts), so there the price is a TCP handshake for each.
 */
import { realClock } from '@sluice/server/effects/clock/real.ts';
import type { OutboundRequest } from '@sluice/server/effects/outbound/outbound.ts';
import { createOutbound } from '@sluice/server/effects/outbound/real.ts';
import { Pool } from 'undici';
import { startFarEnd } from '../children/start.ts';
import { type Figure, type Line, quantity } from '../figure.ts';
import { interleave, medianOf } from '../measure.ts';

const CASES = [
  { method: 'GET', clients: 1 },
  { method: 'GET', clients: 16 },
  { method: 'POST', clients: 1 },
  { method: 'POST', clients: 16 },
] as const;

const LIMITS = { connectMs: 5_000, headersMs: 5_000, idleMs: 5_000, totalMs: 10_000, maxBytes: 1_000_000 };
const BODY = JSON.stringify({ prompt: 'x'.repeat(300) });

export const outbound: Figure = {
  name: 'outbound',
  title: 'Outbound client: requests to the loopback',
  run: async ({ quick, progress }) => {
    const farEnd = await startFarEnd();
    const ours = createOutbound({
      clock: realClock,
      allow: { configured: ['127.0.0.1'], given: [] },
      allowHttp: false,
    });
    const bare = new Pool(farEnd.url, { connections: 16, pipelining: 1 });
    const forMs = quick ? 300 : 1_000;
    try {
      const lines: Line[] = [];
      for (const [index, { method, clients }] of CASES.entries()) {
        const name = `${method} by ${clients} at a time`;
        const readings = await interleave(quick ? 3 : 7, {
          ours: () => perSecond(clients, forMs, () => send(ours, method, farEnd.url)),
          bare: () => perSecond(clients, forMs, () => sendBare(bare, method)),
        });
        progress.step('requests', index + 1, CASES.length);
        lines.push({
          figure: name,
          sluice: quantity(medianOf(readings.ours), '/s'),
          baseline: quantity(medianOf(readings.bare), '/s'),
          aim: null,
        });
      }
      return lines;
    } finally {
      await bare.close();
      await ours.close();
      await farEnd.stop();
    }
  },
};

async function send(
  { request }: Pick<ReturnType<typeof createOutbound>, 'request'>,
  method: 'GET' | 'POST',
  url: string,
): Promise<void> {
  const wanted: OutboundRequest = {
    method,
    url: `${url}/status`,
    headers: { authorization: 'Bearer key', 'content-type': 'application/json' },
    ...(method === 'POST' ? { body: BODY } : {}),
    trust: 'configured',
    limits: LIMITS,
    redirects: 0,
  };
  const answer = await request(wanted);
  if (answer.kind !== 'answered') throw new Error(`${answer.kind}: ${answer.detail}`);
  JSON.parse(Buffer.from(answer.body).toString());
}

async function sendBare(pool: Pool, method: 'GET' | 'POST'): Promise<void> {
  const { body } = await pool.request({
    method,
    path: '/status',
    headers: { authorization: 'Bearer key', 'content-type': 'application/json' },
    ...(method === 'POST' ? { body: BODY } : {}),
  });
  await body.json();
}

async function perSecond(clients: number, forMs: number, once: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  let done = 0;
  async function client(): Promise<void> {
    while (performance.now() - startedAt < forMs) {
      await once();
      done += 1;
    }
  }
  await Promise.all(Array.from({ length: clients }, client));
  return (1000 * done) / (performance.now() - startedAt);
}
