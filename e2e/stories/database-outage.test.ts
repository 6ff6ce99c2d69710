/**
 * The database goes away in the middle of the work, and comes back. Meanwhile clients are told to come again, and so is
 * whatever watches over the gateway; afterwards it works by itself, with nothing lost and nothing done twice.
 */

import { createSluice, isSluiceError, type Sluice, type Task } from '@sluice/sdk';
import { type FragileServer, startFragileServer } from '@sluice/server/store/testing/outage.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { type Installation, openInstallation } from '../processes/installation.ts';
import { until } from '../processes/pause.ts';
import { checkBooks, order, times, untilEnded } from './story.ts';

let database: FragileServer;
let installation: Installation;
let key: string;
let sluice: Sluice;

beforeAll(async () => {
  database = await startFragileServer();
  installation = await openInstallation({
    databaseUrl: database.url,
    emulator: { timing: { queueMs: 20, renderBaseMs: 150 } },
    settings: { SLUICE_DATABASE_POOL: '10', E2E_MEDIA: 'light' },
  });
  ({ key, sluice } = await installation.openAccount({ name: 'Studio' }));
});

afterAll(async () => {
  await installation?.close();
  await database?.remove();
});

test('the database is gone, and returns', async () => {
  const { emulator, operator } = installation;
  // Answers of the upstream are under way, and orders of clients, when it happens.
  await emulator.faults({ next: [{ at: 'create', fault: { do: 'slow', ms: 300 }, times: 4 }] });
  const first = await Promise.all(times(4, (number) => sluice.tasks.create(order(`before ${number}`))));
  await until('the upstream has some', async () => (await emulator.accepts()).length > 0);
  const insisting = times(4, (number) => insistOn(`during ${number}`));
  await database.down();

  const answer = await create('refused');
  expect({ status: answer.status, retryAfter: Number(answer.headers.get('retry-after')) > 0 }).toEqual({
    status: 503,
    retryAfter: true,
  });
  expect(Refused.parse(await answer.json()).error).toMatchObject({ code: 'unavailable', retryable: true });
  const notReady = await until('it says that it is not ready', async () => {
    const ready = await fetch(`${installation.gateway.url}/readyz`);
    return ready.status === 503 && ready;
  });
  expect(await notReady.json()).toMatchObject({ status: 'not_ready', checks: { database: 'unreachable' } });
  expect((await fetch(`${installation.gateway.url}/healthz`)).status).toBe(200);

  await database.up();
  await until('it is ready again', async () => (await fetch(`${installation.gateway.url}/readyz`)).ok);
  const during = await Promise.all(insisting);
  const after = await insistOn('refused');
  const ended = await untilEnded(sluice, [...first, ...during, after]);
  expect(ended.map(({ status }) => status)).toEqual(times(9, () => 'completed'));
  expect((await sluice.tasks.list({ limit: 100 })).data).toHaveLength(9);
  const accepts = await emulator.accepts();
  expect(new Set(accepts.map(({ externalId }) => externalId)).size).toBe(9);
  expect(accepts).toHaveLength(9);
  await checkBooks(operator);
  expect((await sluice.balance.get()).held).toBe('0.00');
});

const Refused = z.object({ error: z.object({ code: z.string(), retryable: z.boolean() }) });

function create(prompt: string): Promise<Response> {
  return fetch(`${installation.gateway.url}/v1/videos/generations`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      'idempotency-key': prompt,
    },
    body: JSON.stringify(order(prompt)),
  });
}

/** A client that repeats its order under one key until it is taken. */
function insistOn(prompt: string): Promise<Task> {
  const once = createSluice({ baseUrl: installation.gateway.url, apiKey: key, maxRetries: 0 });
  return until(`${prompt} is taken`, async () => {
    try {
      return await once.tasks.create(order(prompt), { idempotencyKey: prompt });
    } catch (error) {
      if (isSluiceError(error) && error.retryable) return null;
      throw error;
    }
  });
}
