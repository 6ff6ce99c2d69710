/**
 * Creates under an Idempotency-Key: whoever loses the answer asks again and gets it, secrets included, and nothing is
 * made twice. The first test knows every create of the API, so that one without the key does not pass.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import { type Operation, type OperationId, operations } from '@sluice/contract';
import { beforeAll, describe, expect, test } from 'vitest';
import { retainFiles } from '../lifecycle/expire.ts';
import { addPath, PATH } from './testing/life.ts';
import { type Rig, useRig } from './testing/rig.ts';

const use = useRig();

/** What makes something durable and takes no key, and why a repeat does no harm. */
const WITHOUT_KEY: Partial<Record<OperationId, string>> = {
  uploadFile: 'equal bytes are stored once, and an upload that nobody uses ends by itself',
  createPlan: 'costs the gateway time and nothing else; both are in the list',
  createCheckout: 'a second page to pay on; opening one costs nothing, and who pays pays on one',
  createComparison: 'nothing is stored',
  createQuote: 'nothing is stored',
  createSession: 'asked for by nobody yet; it ends by itself',
  createSignInLink: 'works once and ends within minutes',
  testEndpoint: 'sending a test is what is asked for',
  replayDelivery: 'sending again is what is asked for, under the same event id',
  cancelTask: 'sets a state',
  checkPath: 'asks a free question',
  resolveAttempt: 'decides once: the repeat is refused',
  stopVerification: 'sets a state',
  rotateSigningKey: 'a new key that waits to sign is given again',
  confirmSystem: 'sets a state',
};

type Sample = {
  path: string;
  body?: object;
  /** Another wish under the same key. */
  other?: { path?: string; body?: object };
  /** Rows that it makes are counted in these tables. */
  tables: string[];
};

const SOURCE = { name: 'our contract' };

/** What each create needs: an account, an endpoint, a planned verification. */
type Ground = { account: string; endpoint: string; verification: string; worstCase: string };

const samples: Partial<Record<OperationId, (ground: Ground) => Sample>> = {
  createKey: ({ account }) => ({
    path: '/v1/keys',
    body: { name: 'ci', account },
    other: { body: { name: 'cd', account } },
    tables: ['api_keys', 'operator_actions'],
  }),
  createAccount: () => ({
    path: '/v1/accounts',
    body: { name: 'Studio' },
    other: { body: { name: 'Atelier' } },
    tables: ['accounts', 'balances'],
  }),
  topUpAccount: ({ account }) => ({
    path: `/v1/accounts/${account}/topups`,
    body: { amount: '5', reference: 'invoice 1' },
    other: { body: { amount: '6', reference: 'invoice 2' } },
    tables: ['ledger_transactions'],
  }),
  adjustAccount: ({ account }) => ({
    path: `/v1/accounts/${account}/adjustments`,
    body: { amount: '1', reference: 'goodwill 1', note: 'a late clip' },
    other: { body: { amount: '2', reference: 'goodwill 2', note: 'a late clip' } },
    tables: ['ledger_transactions'],
  }),
  createPath: () => {
    const credential = { api_key: 'api-key-of-the-vendor-0123456789' };
    return {
      path: '/v1/paths',
      body: { name: 'second', provider: 'kling', credential, check: false, limits: { '*': 3 } },
      other: { body: { name: 'third', provider: 'kling', credential, check: false } },
      tables: ['paths', 'limits', 'operator_actions'],
    };
  },
  createPriceSheet: () => ({
    path: '/v1/prices',
    body: {
      id: 'ours-2026',
      based_on: 'kling-units-2026-09-20',
      source: { ...SOURCE, reviewed_on: '2026-11-01' },
    },
    other: {
      body: {
        id: 'ours-2027',
        based_on: 'kling-units-2026-09-20',
        source: { ...SOURCE, reviewed_on: '2026-11-01' },
      },
    },
    tables: ['price_sheets'],
  }),
  createMember: ({ account }) => ({
    path: '/v1/members',
    body: { name: 'Ada', email: 'ada@example.com', role: 'viewer', account },
    other: { body: { name: 'Ada', email: 'ada@example.com', role: 'owner', account } },
    tables: ['members', 'api_keys'],
  }),
  createPrompt: () => ({
    path: '/v1/prompts',
    body: { title: 'A boat', order: { model: 'kling-3.0', prompt: 'a boat' } },
    other: { body: { title: 'A ship', order: { model: 'kling-3.0', prompt: 'a ship' } } },
    tables: ['prompts'],
  }),
  createEndpoint: () => ({
    path: '/v1/webhooks',
    body: { url: 'https://hooks.example.com/a' },
    other: { body: { url: 'https://hooks.example.com/b' } },
    tables: ['endpoints'],
  }),
  rotateEndpointSecret: ({ endpoint }) => ({ path: `/v1/webhooks/${endpoint}/rotate`, tables: [] }),
  rotateCallbackSecret: () => ({ path: '/v1/callback-secret/rotate', tables: [] }),
  setFact: () => ({
    path: `/v1/paths/${PATH}/facts`,
    body: { fact: 'concurrency_limit', value: 9, source: SOURCE, reviewed_by: 'Ana' },
    other: { body: { fact: 'concurrency_limit', value: 8, source: SOURCE, reviewed_by: 'Ana' } },
    tables: ['path_facts'],
  }),
  planVerification: () => ({
    path: `/v1/paths/${PATH}/verifications`,
    body: { budget: '5' },
    other: { body: { budget: '6' } },
    tables: ['verifications'],
  }),
  startVerification: ({ verification, worstCase }) => ({
    path: `/v1/verifications/${verification}/start`,
    body: { confirmed_by: 'Ana', worst_case: worstCase },
    other: { body: { confirmed_by: 'Eva', worst_case: worstCase } },
    tables: ['accounts', 'api_keys', 'operator_actions'],
  }),
};

const creates = (Object.entries(operations) as [OperationId, Operation][]).filter(
  ([, { idempotent }]) => idempotent === 'answer',
);

let ground: Ground;

beforeAll(async () => {
  const rig = use();
  const { ask, operatorKey: key } = rig;
  await addPath(rig);
  const { id: account } = await rig.account();
  const asAccount = { key, headers: { 'sluice-account': account } };
  const url = 'https://hooks.example.com/ground';
  const endpoint = await ask('POST', '/v1/webhooks', { ...asAccount, body: { url } });
  const plan = await ask('POST', `/v1/paths/${PATH}/verifications`, { key, body: { budget: '5' } });
  const { id: verification, worst_case: worstCase } = plan.body;
  ground = { account, endpoint: endpoint.body.id, verification, worstCase };
});

async function rowsIn(rig: Rig, tables: readonly string[]): Promise<string[]> {
  const counted = await Promise.all(
    tables.map(async (name) => {
      const { rows } = await rig.database.query({
        name: '',
        text: `SELECT count(*)::text AS n FROM ${name}`,
      });
      return `${name} ${rows[0]?.n}`;
    }),
  );
  return counted;
}

function asked(sample: Sample, requestKey: string) {
  const { operatorKey: key } = use();
  const headers = { 'idempotency-key': requestKey, 'sluice-account': ground.account };
  return { key, headers, ...(sample.body === undefined ? {} : { body: sample.body }) };
}

test('every operation that makes something takes a key, or says why not', () => {
  const posts = (Object.entries(operations) as [OperationId, Operation][]).filter(
    ([, { method }]) => method === 'post',
  );
  const silent = posts.filter(([id, { idempotent }]) => !idempotent && WITHOUT_KEY[id] === undefined);
  expect(silent.map(([id]) => id)).toEqual([]);
  const both = posts.filter(([id, { idempotent }]) => idempotent && WITHOUT_KEY[id] !== undefined);
  expect(both.map(([id]) => id)).toEqual([]);
});

describe.each(creates)('%s', (id, { path }) => {
  function sample(): Sample {
    const made = samples[id]?.(ground);
    if (!made) throw new Error(`no sample of ${path}: add one, so that its repeat is tested`);
    return made;
  }

  test('answers a repeat with the same, and makes nothing more', async () => {
    const rig = use();
    const given = sample();
    const first = await rig.ask('POST', given.path, asked(given, `once-${id}`));
    expect(first.text).not.toContain('"error"');
    const before = await rowsIn(rig, given.tables);
    rig.clock.advance(60_000);
    const again = await rig.ask('POST', given.path, asked(given, `once-${id}`));
    expect(again.text).toBe(first.text);
    expect(again.status).toBe(first.status);
    expect([first, again].map(({ headers }) => headers['idempotent-replayed'])).toEqual([undefined, 'true']);
    expect(await rowsIn(rig, given.tables)).toEqual(before);
  });

  test('refuses another wish under the same key', async () => {
    const rig = use();
    const given = sample();
    const other = {
      ...given,
      ...(given.other ?? { path: '/v1/prompts', ...samples.createPrompt?.(ground) }),
    };
    const before = await rowsIn(rig, other.tables);
    const answer = await rig.ask('POST', other.path, asked(other, `once-${id}`));
    expect(answer.status).toBe(422);
    expect(answer.body.error).toMatchObject({ code: 'idempotency_mismatch', field: 'Idempotency-Key' });
    expect(await rowsIn(rig, other.tables)).toEqual(before);
  });
});

const keyFor = (account: string, name: string) => ({ name, account });

test('of twenty at once one makes it, and all get its answer', async () => {
  const rig = use();
  const { operatorKey: key } = rig;
  const headers = { 'idempotency-key': 'at-once' };
  const body = keyFor(ground.account, 'at once');
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => rig.ask('POST', '/v1/keys', { key, headers, body })),
  );
  expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  expect(answers.filter(({ headers: said }) => said['idempotent-replayed'] === undefined)).toHaveLength(1);
  const { rows } = await rig.database.query({
    name: '',
    text: `SELECT id FROM api_keys WHERE name = 'at once'`,
  });
  expect(rows).toHaveLength(1);
});

test('while the first is at it for long, the second is told so', async () => {
  const rig = use();
  const { operatorKey: key } = rig;
  const { answers } = rig.context.store;
  const original = answers.once;
  let begun: () => void = () => {};
  const underWay = new Promise<void>((resolve) => {
    begun = resolve;
  });
  let goOn: () => void = () => {};
  const held = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  answers.once = (request, times, make) =>
    original(request, times, async (store) => {
      begun();
      await held;
      return await make(store);
    });
  const wish = { key, headers: { 'idempotency-key': 'slow' }, body: keyFor(ground.account, 'slow') };
  const first = rig.ask('POST', '/v1/keys', wish);
  await underWay;
  answers.once = original;
  const second = await rig.ask('POST', '/v1/keys', wish);
  goOn();
  expect(second.status).toBe(409);
  expect(second.body.error).toMatchObject({ code: 'idempotency_in_progress', retryable: true });
  expect((await first).status).toBe(201);
});

test('a refusal is not kept: under the same key the wish that was put right is granted', async () => {
  const { ask, operatorKey: key } = use();
  const headers = { 'idempotency-key': 'put right' };
  const refused = await ask('POST', '/v1/keys', { key, headers, body: keyFor('acc_0', 'x') });
  expect(refused.body.error).toMatchObject({ code: 'invalid_input', field: 'account' });
  const granted = await ask('POST', '/v1/keys', { key, headers, body: keyFor(ground.account, 'x') });
  expect(granted.status).toBe(201);
});

test('the same key of two callers, or for two accounts, is two wishes', async () => {
  const rig = use();
  const [one, two] = [await rig.account(), await rig.account()];
  const headers = { 'idempotency-key': 'mine' };
  const body = { url: 'https://hooks.example.com/mine' };
  const first = await rig.ask('POST', '/v1/webhooks', { key: one.key, headers, body });
  const second = await rig.ask('POST', '/v1/webhooks', { key: two.key, headers, body });
  expect(second.body.id).not.toBe(first.body.id);
  const acting = (account: string) =>
    rig.ask('POST', '/v1/webhooks', {
      key: rig.operatorKey,
      headers: { ...headers, 'sluice-account': account },
      body,
    });
  expect((await acting(one.id)).status).toBe(201);
  expect((await acting(two.id)).body.error.code).toBe('idempotency_mismatch');
});

test('an answer is kept for a day, and nothing of it can be read in the database', async () => {
  const rig = use();
  const { operatorKey: key } = rig;
  const wish = { key, headers: { 'idempotency-key': 'daily' }, body: keyFor(ground.account, 'daily') };
  const first = await rig.ask('POST', '/v1/keys', wish);
  const { rows } = await rig.database.query({ name: '', text: 'SELECT answers::text AS row FROM answers' });
  const stored = JSON.stringify(rows);
  expect(stored).toContain('daily');
  expect(stored).not.toContain(first.body.id);
  expect(stored).not.toContain(first.body.key.slice(20));
  rig.clock.advance(24 * 3_600_000 - 1);
  expect((await rig.ask('POST', '/v1/keys', wish)).text).toBe(first.text);
  rig.clock.advance(1);
  const later = await rig.ask('POST', '/v1/keys', wish);
  expect(later.body.id).not.toBe(first.body.id);
  rig.clock.advance(24 * 3_600_000);
  await retainFiles(rig.context);
  const left = await rig.database.query({ name: '', text: 'SELECT request_key FROM answers' });
  expect(left.rows).toEqual([]);
});

test('an answer that never reached its client is given again over the next connection', async () => {
  const rig = use();
  const { app, operatorKey } = rig;
  await app.listen({ port: 0, host: '127.0.0.1' });
  const address = app.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const { answers } = rig.context.store;
  const original = answers.once;
  const arriving = once(app.server, 'connection');
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  const [farEnd] = await arriving;
  const gone = once(farEnd, 'close');
  answers.once = async (...values) => {
    const made = await original(...values);
    // Committed; now the client goes away.
    socket.destroy();
    await gone;
    return made;
  };
  const body = JSON.stringify(keyFor(ground.account, 'lost'));
  const headers = {
    authorization: `Bearer ${operatorKey}`,
    'content-type': 'application/json',
    'idempotency-key': 'lost',
  };
  const lines = Object.entries({ host: 'sluice.test', 'content-length': body.length, ...headers });
  const head = lines.map(([name, value]) => `${name}: ${value}`).join('\r\n');
  socket.write(`POST /v1/keys HTTP/1.1\r\n${head}\r\n\r\n${body}`);
  await gone;
  answers.once = original;
  const answer = await fetch(`http://127.0.0.1:${port}/v1/keys`, { method: 'POST', headers, body });
  expect(answer.status).toBe(201);
  expect(answer.headers.get('idempotent-replayed')).toBe('true');
  const { key } = (await answer.json()) as { key: string };
  expect((await rig.ask('GET', '/v1/balance', { key })).status).toBe(200);
  const { rows } = await rig.database.query({
    name: '',
    text: `SELECT id FROM api_keys WHERE name = 'lost'`,
  });
  expect(rows).toHaveLength(1);
});
