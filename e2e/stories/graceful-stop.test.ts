/**
 * The gateway is told to stop (SIGTERM) in the middle of the work. What it carries out it answers, what it has begun it
 * writes down, and it ends by itself, in time; the next start goes on where it was, and clients wait a little longer.
 */
import { createSluice, type Task } from '@sluice/sdk';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { portOf } from '../processes/gateway.ts';
import { type Installation, openInstallation } from '../processes/installation.ts';
import { until } from '../processes/pause.ts';
import { checkBooks, order, times, untilEnded } from './story.ts';

const BEGUN = 8;
const AT_ONCE = 12;
const IN_TIME_MS = 10_000;

let installation: Installation;

/** With the database that the gateway brings: it stops with it, and comes back with it. */
beforeAll(async () => {
  installation = await openInstallation({
    emulator: { timing: { queueMs: 20, renderBaseMs: 400 } },
    settings: { SLUICE_DATABASE_POOL: '10', E2E_MEDIA: 'light' },
  });
});

afterAll(() => installation?.close());

test('told to stop under load, it stops in good order, and the next start goes on', async () => {
  const { emulator, gateway, operator, openAccount, addGateway } = installation;
  const { key, sluice } = await openAccount({ name: 'Studio' });
  await emulator.faults({ next: [{ at: 'create', fault: { do: 'slow', ms: 300 }, times: BEGUN }] });
  const begun = await Promise.all(times(BEGUN, (number) => sluice.tasks.create(order(`begun ${number}`))));
  // Clients follow all the way, across the restart.
  const followed = untilEnded(sluice, begun);
  await until('answers of the upstream are under way', async () => (await emulator.accepts()).length > 0);
  const once = createSluice({ baseUrl: gateway.url, apiKey: key, maxRetries: 0 });
  const ask = (number: number): Promise<Task> =>
    once.tasks.create(order(`at once ${number}`), { idempotencyKey: `at once ${number}` });
  const asked = times(AT_ONCE, ask);
  const answers = Promise.allSettled(asked);
  await Promise.race(asked);
  const toldAtMs = performance.now();
  gateway.signal('SIGTERM');
  expect(await gateway.exited).toEqual({ code: 0, signal: null });
  expect(performance.now() - toldAtMs).toBeLessThan(IN_TIME_MS);

  await addGateway({ port: portOf(gateway.url) });
  // Whatever it took it had answered; who was turned away asks again.
  const answered = (await answers).flatMap((answer) =>
    answer.status === 'fulfilled' ? [answer.value.id] : [],
  );
  const taken = (await sluice.tasks.list({ limit: 100 })).data.filter(({ prompt }) =>
    prompt.startsWith('at once'),
  );
  expect(taken.map(({ id }) => id).sort()).toEqual(answered.sort());
  const made = await Promise.all(times(AT_ONCE, ask));

  const ended = [...(await followed), ...(await untilEnded(sluice, made))];
  for (const task of ended) expect(task).toMatchObject({ status: 'completed', error: null });
  expect(ended).toHaveLength(BEGUN + AT_ONCE);
  const accepts = await emulator.accepts();
  expect(accepts).toHaveLength(ended.length);
  expect(new Set(accepts.map(({ externalId }) => externalId)).size).toBe(ended.length);
  // What was under way was finished before it went: nothing had to be looked up.
  for (const { id } of ended) {
    const kinds = (await sluice.tasks.timeline(id)).data.map(({ kind }) => kind);
    expect(kinds).not.toContain('attempt.unknown');
  }
  await checkBooks(operator);
});
