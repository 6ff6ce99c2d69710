/** Load from outside: orders over HTTP on kept connections, or bare committed inserts, as fast as they are answered. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { Pool } from 'undici';
import { z } from 'zod';
import { serveJobs } from './child.ts';

const Job = z.object({
  job: z.discriminatedUnion('kind', [
    z.object({
      kind: z.literal('orders'),
      url: z.string(),
      key: z.string(),
      clients: z.number(),
      /** Until so many are accepted, or for so long. */
      most: z.number(),
      forMs: z.number(),
    }),
    z.object({ kind: z.literal('inserts'), url: z.string(), clients: z.number(), forMs: z.number() }),
  ]),
});

const ROW = 'x'.repeat(300);
const TURNED_AWAY_MS = 200;
const Created = z.object({ id: z.string() });

serveJobs(Job, async (job) => {
  switch (job.kind) {
    case 'orders':
      return order(job);
    case 'inserts':
      return insert(job);
  }
});

type Limits = { clients: number; most: number; forMs: number };

/** Milliseconds of each, and how long all took. */
async function repeat(limits: Limits, once: (client: number) => Promise<void>) {
  const startedAt = performance.now();
  const took: number[] = [];
  let begun = 0;
  async function client(number: number): Promise<void> {
    while (begun < limits.most && performance.now() - startedAt < limits.forMs) {
      begun += 1;
      const beganAt = performance.now();
      await once(number);
      took.push(performance.now() - beganAt);
    }
  }
  await Promise.all(Array.from({ length: limits.clients }, (_, number) => client(number)));
  return { took, seconds: (performance.now() - startedAt) / 1000 };
}

const BODY = JSON.stringify({
  model: 'kling-3.0',
  prompt: 'A paper boat on a river at dawn, the camera follows it slowly past the reeds.',
  duration: 5,
  metadata: { shot: '7' },
});

async function order({ url, key, ...limits }: { url: string; key: string } & Limits) {
  const pool = new Pool(url, { connections: limits.clients, pipelining: 1 });
  let turnedAway = 0;
  try {
    const done = await repeat(limits, async () => {
      const requestKey = randomUUID();
      while (!(await orderOnce(pool, key, requestKey))) {
        turnedAway += 1;
        await sleep(TURNED_AWAY_MS);
      }
    });
    return { ...done, turnedAway };
  } finally {
    await pool.close();
  }
}

/** False when the gateway sheds load; the order may then be repeated under its key. */
async function orderOnce(pool: Pool, key: string, requestKey: string): Promise<boolean> {
  const { statusCode, body } = await pool.request({
    method: 'POST',
    path: '/v1/videos/generations',
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      'idempotency-key': requestKey,
    },
    body: BODY,
  });
  const answer: unknown = await body.json();
  if (statusCode === 429 || statusCode === 503) return false;
  if (statusCode !== 202)
    throw new Error(`an order was answered with ${statusCode}: ${JSON.stringify(answer)}`);
  Created.parse(answer);
  return true;
}

async function insert({ url, clients, forMs }: { url: string; clients: number; forMs: number }) {
  const connections = Array.from({ length: clients }, () => new pg.Client({ connectionString: url }));
  try {
    for (const connection of connections) await connection.connect();
    const text = 'INSERT INTO bench_rows (body) VALUES ($1)';
    return await repeat({ clients, forMs, most: Number.POSITIVE_INFINITY }, async (client) => {
      await connections[client]?.query({ name: 'bench.insert', text, values: [ROW] });
    });
  } finally {
    for (const connection of connections) await connection.end();
  }
}
