import { expect, test } from 'vitest';
import { acceptUpstream, addPath, admitAll, endUpstream, orderOne } from '../../testing/life.ts';
import { type Rig, useRig } from '../../testing/rig.ts';

const use = useRig();

const API_KEY = 'vendor-key-0123456789';
const PATH = { name: 'main', provider: 'kling', credential: { api_key: API_KEY } };

/** The vendor's record of packs, in the form of its usage page of 2026-09. */
function wallet(...names: string[]) {
  const packs = names.map((name) => ({
    resource_pack_name: name,
    resource_pack_id: '1',
    resource_pack_type: 'decreasing_total',
    total_quantity: 100,
    remaining_quantity: 61.3,
    purchase_time: 1,
    effective_time: 1,
    invalid_time: Date.UTC(2027, 0, 1),
    status: 'online',
  }));
  return { code: 0, message: 'SUCCEED', data: { code: 0, resource_pack_subscribe_infos: packs } };
}

function vendorAnswers(rig: Rig, status: number, body: unknown): string[] {
  const asked: string[] = [];
  rig.upstream.answer = ({ url }) => {
    asked.push(url);
    const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
    return { kind: 'answered', status, headers: {}, body: bytes, finalUrl: url };
  };
  return asked;
}

let count = 0;
const named = () => {
  count += 1;
  return { ...PATH, name: `main-${count}` };
};

test('a path is checked by a free call before it is saved, and shows its wallet', async () => {
  const rig = use();
  const asked = vendorAnswers(rig, 200, wallet('Video-100Units'));
  const { status, body, text } = await rig.ask('POST', '/v1/paths', { key: rig.operatorKey, body: named() });
  expect(status).toBe(201);
  expect(asked).toHaveLength(1);
  expect(asked[0]).toContain('https://api-singapore.klingai.com/account/costs');
  expect(body).toMatchObject({
    provider: 'kling',
    state: 'active',
    health: 'ok',
    guarantee: { level: 'L3' },
    price_sheet: 'kling-units-2026-09-20',
  });
  expect(body.models).toContain('kling-3.0');
  expect(body.wallet).toMatchObject({
    remaining: '61.30',
    packs: [{ name: 'Video-100Units', total: '100.00' }],
  });
  expect(body.limits.map((limit: { family: string }) => limit.family)).toContain('kling-v3-omni');
  expect(text).not.toContain(API_KEY);
});

test('what the packs declare becomes the limit, unless the operator named one', async () => {
  const rig = use();
  vendorAnswers(rig, 200, wallet('Trial-Video-100Units-5Con-1Months', 'Trial-Video-10Units-3Con-1Months'));
  const found = await rig.ask('POST', '/v1/paths', { key: rig.operatorKey, body: named() });
  expect(new Set(found.body.limits.map((limit: { configured: number }) => limit.configured))).toEqual(
    new Set([5]),
  );
  const own = { ...named(), limits: { 'kling-v3-omni': 7 } };
  const given = await rig.ask('POST', '/v1/paths', { key: rig.operatorKey, body: own });
  const limits = new Map(
    given.body.limits.map((limit: { family: string; configured: number | null }) => [
      limit.family,
      limit.configured,
    ]),
  );
  expect(limits.get('kling-v3-omni')).toBe(7);
  expect(
    [...limits].filter(([family]) => family !== 'kling-v3-omni').every(([, each]) => each === null),
  ).toBe(true);
});

test('a credential that the vendor refuses is not saved', async () => {
  const rig = use();
  vendorAnswers(rig, 401, { code: 1002, message: 'Authorization is invalid' });
  const body = named();
  const answer = await rig.ask('POST', '/v1/paths', { key: rig.operatorKey, body });
  expect([answer.status, answer.body.error.field]).toEqual([422, 'credential']);
  expect((await rig.ask('GET', `/v1/paths/${body.name}`, { key: rig.operatorKey })).status).toBe(404);
});

test('a vendor that is away can be passed over by saying so', async () => {
  const rig = use();
  vendorAnswers(rig, 502, 'bad gateway');
  const body = named();
  const answer = await rig.ask('POST', '/v1/paths', { key: rig.operatorKey, body });
  expect([answer.status, answer.body.error.code]).toEqual([409, 'conflict']);
  const unchecked = await rig.ask('POST', '/v1/paths', {
    key: rig.operatorKey,
    body: { ...body, check: false },
  });
  expect(unchecked.status).toBe(201);
});

test.each([
  ['a provider that is none', { provider: 'nobody' }, 'provider'],
  ['no credential', { credential: {} }, 'credential'],
  ['a credential field of another vendor', { credential: { token: 'abcdefgh' } }, 'credential.token'],
  ['a broken credential', { credential: { api_key: 'has space' } }, 'credential.api_key'],
  ['a strange setting', { settings: { colour: 'red' } }, 'settings.colour'],
  ['a family that is none', { limits: { 'kling-v99': 3 } }, 'limits.kling-v99'],
  ['a price sheet that is none', { price_sheet: 'nothing' }, 'price_sheet'],
  ['a bad name', { name: 'Main Path' }, 'name'],
])('%s is refused', async (_name, change, field) => {
  const rig = use();
  const body = { ...named(), check: false, ...change };
  const answer = await rig.ask('POST', '/v1/paths', { key: rig.operatorKey, body });
  expect([answer.status, answer.body.error.field]).toEqual([422, field]);
  expect(answer.text).not.toContain('has space');
});

test('a name is taken once', async () => {
  const rig = use();
  const body = { ...named(), check: false };
  await rig.ask('POST', '/v1/paths', { key: rig.operatorKey, body });
  const answer = await rig.ask('POST', '/v1/paths', { key: rig.operatorKey, body });
  expect([answer.status, answer.body.error.field]).toEqual([409, 'name']);
});

test('a change takes effect at once and leaves the rest alone', async () => {
  const rig = use();
  const body = { ...named(), check: false, limits: { '*': 3 } };
  const made = await rig.ask('POST', '/v1/paths', { key: rig.operatorKey, body });
  await rig.context.store.paths.changeHealth(body.name, () => ({
    health: 'credentials_refused',
    untilMs: rig.clock.now() + 900_000,
    strikes: 3,
    detail: 'auth failed',
  }));
  const change = { state: 'paused', limits: { '*': 9, 'kling-v3-omni': 2 } };
  const paused = await rig.ask('PATCH', `/v1/paths/${body.name}`, { key: rig.operatorKey, body: change });
  expect(paused.body).toMatchObject({
    state: 'paused',
    health: 'credentials_refused',
    base_url: made.body.base_url,
  });
  const configured = Object.fromEntries(
    paused.body.limits.map((limit: { family: string; configured: number }) => [
      limit.family,
      limit.configured,
    ]),
  );
  expect(configured['kling-v3-omni']).toBe(2);
  expect(configured['kling-v3']).toBe(9);
  const resumed = await rig.ask('PATCH', `/v1/paths/${body.name}`, {
    key: rig.operatorKey,
    body: { state: 'active' },
  });
  expect(resumed.body).toMatchObject({ state: 'active', health: 'ok', health_detail: null });
  const credential = { api_key: 'another-vendor-key-1' };
  await rig.ask('PATCH', `/v1/paths/${body.name}`, { key: rig.operatorKey, body: { credential } });
  const path = rig.context.paths.byName(body.name);
  expect(path?.context(0).credential).toEqual(credential);
});

test('a check asks the vendor with the stored credential and keeps the wallet', async () => {
  const rig = use();
  const body = { ...named(), check: false };
  await rig.ask('POST', '/v1/paths', { key: rig.operatorKey, body });
  const asked = vendorAnswers(rig, 200, wallet('Video-100Units'));
  const checked = await rig.ask('POST', `/v1/paths/${body.name}/check`, { key: rig.operatorKey });
  expect(checked.body).toMatchObject({ ok: true });
  expect(asked).toHaveLength(1);
  const shown = await rig.ask('GET', `/v1/paths/${body.name}`, { key: rig.operatorKey });
  expect(shown.body.wallet).toEqual(checked.body.wallet);
  vendorAnswers(rig, 401, { code: 1002, message: 'Authorization is invalid' });
  const failed = await rig.ask('POST', `/v1/paths/${body.name}/check`, { key: rig.operatorKey });
  expect(failed.body).toMatchObject({ ok: false, wallet: null });
  expect((await rig.ask('POST', '/v1/paths/nobody/check', { key: rig.operatorKey })).status).toBe(404);
});

test('slots that are taken are shown, with the age of the oldest', async () => {
  const rig = use();
  await addPath(rig);
  const { key } = await rig.account();
  await orderOne(rig, key);
  const [sent] = await admitAll(rig);
  await acceptUpstream(rig, sent?.attemptId ?? '');
  rig.clock.advance(42_000);
  const listed = await rig.ask('GET', '/v1/paths', { key: rig.operatorKey });
  const taken = listed.body.data
    .flatMap((path: { limits: { occupied: number; oldest_seconds: number }[] }) => path.limits)
    .filter((limit: { occupied: number }) => limit.occupied > 0);
  expect(taken).toMatchObject([{ occupied: 1, unknown: 0, oldest_seconds: 42 }]);
});

test('a star stands for every family that is not named, whatever the order of the names', async () => {
  const { ask, operatorKey: key } = use();
  const created = await ask('POST', '/v1/paths', { key, body: { ...named(), check: false } });
  const url = `/v1/paths/${created.body.name}`;
  const limitsOf = (body: { limits: { family: string; configured: number | null }[] }) =>
    Object.fromEntries(body.limits.map(({ family, configured }) => [family, configured]));
  const all = await ask('PATCH', url, { key, body: { limits: { '*': 3 } } });
  expect(new Set(Object.values(limitsOf(all.body)))).toEqual(new Set([3]));
  const some = await ask('PATCH', url, { key, body: { limits: { 'kling-v3-omni': 7, '*': 4 } } });
  const { 'kling-v3-omni': named7, ...others } = limitsOf(some.body);
  expect(named7).toBe(7);
  expect(new Set(Object.values(others))).toEqual(new Set([4]));
  const learned = await ask('PATCH', url, { key, body: { limits: { '*': 5, 'kling-v3-omni': null } } });
  expect(limitsOf(learned.body)['kling-v3-omni']).toBeNull();
  for (const limit of [0, 2.5, 3_000_000_000]) {
    const refused = await ask('PATCH', url, { key, body: { limits: { '*': limit } } });
    expect([refused.status, refused.body.error.field]).toEqual([422, 'limits.*']);
  }
  const strange = await ask('PATCH', url, { key, body: { limits: { veo: 3 } } });
  expect([strange.status, strange.body.error.field]).toEqual([422, 'limits.veo']);
});

test('a statement lays what the upstream says of each ended attempt beside our books', async () => {
  const rig = use();
  await addPath(rig);
  const { key } = await rig.account();
  for (const seconds of [5, 6]) await orderOne(rig, key, { duration: seconds, path: 'kling-test' });
  const attempts = (await admitAll(rig)).map(({ attemptId }) => attemptId).sort();
  for (const attempt of attempts) {
    await acceptUpstream(rig, attempt);
    await endUpstream(rig, attempt);
  }
  const units = ['3', '4'];
  const tasks = attempts.map((attempt, index) => ({
    id: `up_${attempt}`,
    external_id: attempt,
    status: 'succeeded',
    update_time: 1,
    outputs: [{ type: 'video', url: 'https://v15-kling.klingai.com/c.mp4', duration: '5.04' }],
    billing: [{ charge_type: 'unit', package_type: 'video', amount: units[index] }],
  }));
  vendorAnswers(rig, 200, { code: 0, message: 'SUCCEED', data: tasks });
  const { status, body, text } = await rig.ask('GET', '/v1/paths/kling-test/statement', {
    key: rig.operatorKey,
  });
  expect(status, text).toBe(200);
  expect(body).toMatchObject({
    path: 'kling-test',
    checked: 2,
    different: 1,
    complete: true,
    next_cursor: null,
  });
  expect(body.data.map((line: { finding: string }) => line.finding).sort()).toEqual(['different', 'equal']);
  expect(body.data).toContainEqual(
    expect.objectContaining({ finding: 'different', unit: 'unit', recorded: '3.00', stated: '4.00' }),
  );
  vendorAnswers(rig, 500, 'down');
  const silent = await rig.ask('GET', '/v1/paths/kling-test/statement?limit=1', { key: rig.operatorKey });
  expect(silent.body).toMatchObject({ checked: 0, complete: false });
  expect(silent.body.next_cursor).not.toBeNull();
  expect((await rig.ask('GET', '/v1/paths/none/statement', { key: rig.operatorKey })).status).toBe(404);
});

test('whoever adds a path is told what each provider asks for', async () => {
  const { ask, operatorKey, account } = use();
  const { body } = await ask('GET', '/v1/providers', { key: operatorKey });
  const kling = body.data.find((each: { id: string }) => each.id === 'kling');
  expect(kling.base_url).toMatch(/^https:/);
  expect(kling.credential.map((field: { name: string }) => field.name)).toContain('api_key');
  for (const provider of body.data) expect(provider.credential.length, provider.id).toBeGreaterThan(0);
  const { key } = await account({ topUp: '0' });
  expect((await ask('GET', '/v1/providers', { key })).status).toBe(403);
});
