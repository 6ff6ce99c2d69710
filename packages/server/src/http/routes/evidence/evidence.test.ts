import { describe, expect, test } from 'vitest';
import { type Rig, useRig } from '../../testing/rig.ts';

const rig = useRig();

const KLING = {
  name: 'direct',
  provider: 'kling',
  credential: { api_key: 'api-key-kling-test' },
  check: false,
};

async function withPath(): Promise<Rig> {
  const { ask, operatorKey: key } = rig();
  await ask('POST', '/v1/paths', { key, body: KLING });
  return rig();
}

const fact = (more: object) => ({
  fact: 'concurrency_limit',
  value: 9,
  source: { name: 'our contract of October' },
  reviewed_by: 'Ana',
  ...more,
});

describe('dossiers', () => {
  test('a provider without a path has one, from public documents', async () => {
    const { ask, operatorKey: key } = rig();
    const { body } = await ask('GET', '/v1/paths/fal/dossier', { key });
    expect(body).toMatchObject({ path: null, provider: 'fal' });
    expect(
      body.checks.map(({ number, check }: { number: number; check: string }) => `${number} ${check}`),
    ).toEqual(['1 balance', '2 throughput', '3 integration', '4 async', '5 retention', '6 price']);
    expect(body.open_questions.map((each: { fact: string }) => each.fact)).toContain('deposit_minimum');
  });

  test('a fact of your own counts, and its history stays', async () => {
    const { ask, operatorKey: key } = await withPath();
    const first = await ask('POST', '/v1/paths/direct/facts', { key, body: fact({}) });
    const second = await ask('POST', '/v1/paths/direct/facts', { key, body: fact({ value: 12 }) });
    expect(first.body.replaces).toBeNull();
    expect(second.body.replaces).toBe(first.body.id);
    const other = await ask('POST', '/v1/paths/direct/facts', {
      key,
      body: fact({ value: 40, scope: { plan: 'large' } }),
    });
    expect(other.body.replaces).toBeNull();
    const { body } = await ask('GET', '/v1/paths/direct/dossier', { key });
    const found = body.checks[1].facts.find((each: { fact: string }) => each.fact === 'concurrency_limit');
    expect(found.standing).toMatchObject({ value: 12, origin: 'yours', text: '12 tasks' });
    expect(found.disagree).toBe(true);
    const history = await ask('GET', '/v1/paths/direct/facts?fact=concurrency_limit', { key });
    expect(history.body.data.map(({ value }: { value: number }) => value)).toEqual([40, 12, 9]);
  });

  test.each([
    ['value', { value: 'many' }],
    ['value', { fact: 'deposit_minimum', value: 12.5 }],
    ['unit', { unit: 'jobs' }],
    ['unit', { fact: 'burst_limit', value: 20 }],
    ['source.reviewed_on', { source: { name: 'x', reviewed_on: '2031-01-01' } }],
  ])('a statement that cannot be is refused at %s', async (field, more) => {
    const { ask, operatorKey: key } = await withPath();
    const answer = await ask('POST', '/v1/paths/direct/facts', { key, body: fact(more) });
    expect(answer.status).toBe(422);
    expect(answer.body.error.field).toBe(field);
  });

  test('an unknown path has neither dossier nor facts', async () => {
    const { ask, operatorKey: key } = rig();
    expect((await ask('GET', '/v1/paths/nowhere/dossier', { key })).status).toBe(404);
    expect((await ask('POST', '/v1/paths/nowhere/facts', { key, body: fact({}) })).status).toBe(404);
    expect((await ask('GET', '/v1/paths/nowhere/facts', { key })).status).toBe(404);
  });

  test('the history cannot be rewritten', async () => {
    const { database } = await withPath();
    const rewrite = database.query({ name: '', text: "UPDATE path_facts SET value = '1'" }, []);
    await expect(rewrite).rejects.toThrow(/history/);
  });
});

test('measures of a path without traffic are empty, and of no path are none', async () => {
  const { ask, operatorKey: key } = await withPath();
  const { body } = await ask('GET', '/v1/paths/direct/measures?window=24h', { key });
  expect(body).toMatchObject({ path: 'direct', attempts: 0, renders: [] });
  expect((await ask('GET', '/v1/paths/nowhere/measures', { key })).status).toBe(404);
});

describe('comparisons', () => {
  const mix = [{ model: 'kling-3.0', seconds: 5, count: 1000 }];

  test('need no traffic and no path', async () => {
    const { ask, operatorKey: key } = rig();
    const { body } = await ask('POST', '/v1/comparisons', { key, body: { mix, paths: ['fal', 'evolink'] } });
    expect(body.candidates.map(({ name }: { name: string }) => name).sort()).toEqual(['evolink', 'fal']);
    expect(body.verdict.recommended).toBe(body.candidates[0].name);
    expect(body.checks).toHaveLength(6);
  });

  test('a change of a term changes the verdict', async () => {
    const { ask, operatorKey: key } = rig();
    await ask('POST', '/v1/paths', { key, body: { ...KLING, name: 'second' } });
    const asked = { mix, paths: ['second', 'fal'], peak_in_flight: 30 };
    const before = await ask('POST', '/v1/comparisons', { key, body: asked });
    expect(before.body.verdict.recommended).toBe('fal');
    await ask('POST', '/v1/paths/second/facts', { key, body: fact({ value: 64 }) });
    const after = await ask('POST', '/v1/comparisons', { key, body: asked });
    const direct = after.body.candidates.find(({ name }: { name: string }) => name === 'second');
    expect(direct.concerns.join(' ')).not.toContain('your peak');
    const sheet = {
      id: 'our-contract',
      based_on: 'kling-units-2026-09-20',
      unit_price: '0.05',
      source: { name: 'contract', reviewed_on: '2026-11-20' },
    };
    await ask('POST', '/v1/prices', { key, body: sheet });
    await ask('PATCH', '/v1/paths/second', { key, body: { price_sheet: 'our-contract' } });
    const cheaper = await ask('POST', '/v1/comparisons', { key, body: asked });
    expect(cheaper.body.verdict.recommended).toBe('second');
  });

  test.each([
    ['mix[0].model', { mix: [{ model: 'kling-9', count: 1 }] }],
    ['mix[0].seconds', { mix: [{ model: 'kling-3.0', seconds: 99, count: 1 }] }],
    ['mix[0].mode', { mix: [{ model: 'kling-3.0', mode: 'motion-control', count: 1 }] }],
    ['paths', { mix, paths: ['nowhere'] }],
    ['mix', { mix: [] }],
  ])('what cannot be compared is refused at %s', async (field, body) => {
    const { ask, operatorKey: key } = rig();
    const answer = await ask('POST', '/v1/comparisons', { key, body });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.body.error.field).toBe(field);
  });
});

describe('verifications', () => {
  test('are planned within their budget and order nothing before somebody agrees to exactly that', async () => {
    const { ask, operatorKey: key } = await withPath();
    const free = await ask('POST', '/v1/paths/direct/verifications', { key, body: { budget: '0' } });
    expect(free.body).toMatchObject({ state: 'planned', worst_case: '0.00', spent: '0.00', account: null });
    const plan = await ask('POST', '/v1/paths/direct/verifications', { key, body: { budget: '1.50' } });
    const worst = plan.body.steps.reduce(
      (sum: number, { worst_case: most }: { worst_case: string }) => sum + Number(most),
      0,
    );
    expect(worst).toBeCloseTo(Number(plan.body.worst_case), 6);
    expect(worst).toBeLessThanOrEqual(1.5);
    expect(worst).toBeGreaterThan(0);
    const start = `/v1/verifications/${plan.body.id}/start`;
    const other = await ask('POST', start, { key, body: { confirmed_by: 'Ana', worst_case: '1.00' } });
    expect(other.body.error).toMatchObject({ code: 'conflict', field: 'worst_case' });
    const agreed = { confirmed_by: 'Ana', worst_case: plan.body.worst_case };
    expect((await ask('POST', start, { key, body: agreed })).body.state).toBe('running');
    // Once is enough, and one of a path at a time.
    expect((await ask('POST', start, { key, body: agreed })).status).toBe(409);
    const second = `/v1/verifications/${free.body.id}`;
    const freely = { confirmed_by: 'Ana', worst_case: '0' };
    expect((await ask('POST', `${second}/start`, { key, body: freely })).status).toBe(409);
    expect((await ask('POST', `${second}/stop`, { key })).body.state).toBe('stopped');
    const { body } = await ask('GET', '/v1/paths/direct/verifications', { key });
    expect(body.data.map(({ state }: { state: string }) => state).sort()).toEqual(['running', 'stopped']);
  });

  test.each([
    ['/v1/paths/nowhere/verifications', { budget: '5' }, 404],
    ['/v1/paths/direct/verifications', { budget: '-1' }, 422],
    ['/v1/paths/direct/verifications', { budget: '5', model: 'no-such-model' }, 422],
    ['/v1/paths/direct/verifications', { budget: '5', hurry: true }, 422],
  ])('%s refuses %j', async (url, body, status) => {
    const { ask, operatorKey: key } = await withPath();
    expect((await ask('POST', url, { key, body })).status).toBe(status);
  });
});
