/**
 * Creates that ask somebody outside first, under an Idempotency-Key: while they ask, no transaction is open, and they
 * are answered once all the same.
 */
import { expect, onTestFinished, test } from 'vitest';
import type { OutboundAnswer } from '../effects/outbound/outbound.ts';
import { type Rig, useRig } from './testing/rig.ts';

const use = useRig();

const WALLET = JSON.stringify({
  code: 0,
  message: 'SUCCEED',
  data: { code: 0, resource_pack_subscribe_infos: [] },
});

type Asked = { answer(answer: OutboundAnswer): void };

/** Each question of the gateway to its vendor, when it is asked, for the test to answer. */
function vendorOf(rig: Rig): { next(): Promise<Asked>; asked(): number } {
  const { outbound } = rig.context;
  const original = outbound.request;
  onTestFinished(() => void Object.assign(outbound, { request: original }));
  const asked: Asked[] = [];
  const waiting: ((question: Asked) => void)[] = [];
  let count = 0;
  outbound.request = () =>
    new Promise((answer) => {
      count += 1;
      const question = { answer };
      const wanted = waiting.shift();
      if (wanted) wanted(question);
      else asked.push(question);
    });
  return {
    next: () => {
      const question = asked.shift();
      return question ? Promise.resolve(question) : new Promise((resolve) => waiting.push(resolve));
    },
    asked: () => count,
  };
}

const works: OutboundAnswer = {
  kind: 'answered',
  status: 200,
  headers: {},
  body: Buffer.from(WALLET),
  finalUrl: 'https://api-singapore.klingai.com/account/costs',
};
const away: OutboundAnswer = { kind: 'not_sent', reason: 'connect_refused', detail: 'nobody is there' };

function wish(name: string) {
  const body = { name, provider: 'kling', credential: { api_key: 'vendor-key-0123456789' } };
  return { key: use().operatorKey, headers: { 'idempotency-key': name }, body };
}

const create = (name: string) => use().ask('POST', '/v1/paths', wish(name));

async function openTransactions(): Promise<number> {
  const text = `SELECT 1 FROM pg_stat_activity
                WHERE datname = current_database() AND state LIKE 'idle in transaction%'`;
  return (await use().database.query({ name: '', text })).count;
}

async function pathsNamed(name: string): Promise<number> {
  const text = `SELECT 1 FROM paths WHERE name = '${name}'`;
  return (await use().database.query({ name: '', text })).count;
}

test('while the vendor is asked about a credential, no transaction is open', async () => {
  const vendor = vendorOf(use());
  const creating = create('slow-vendor');
  const question = await vendor.next();
  expect(await openTransactions()).toBe(0);
  question.answer(works);
  expect((await creating).status).toBe(201);
});

test('while the name of an endpoint is looked up, no transaction is open', async () => {
  const rig = use();
  const { context } = rig;
  const original = context.addressRefusal;
  onTestFinished(() => void Object.assign(context, { addressRefusal: original }));
  const { key } = await rig.account();
  let open: number | null = null;
  context.addressRefusal = async (url) => {
    open = await openTransactions();
    return original(url);
  };
  const headers = { 'idempotency-key': 'slow-names' };
  const body = { url: 'https://hooks.example.com/slow' };
  expect((await rig.ask('POST', '/v1/webhooks', { key, headers, body })).status).toBe(201);
  expect(open).toBe(0);
});

test('of two at once that both ask, one makes it, and both get its answer', async () => {
  const vendor = vendorOf(use());
  const both = [create('twins'), create('twins')];
  const questions = [await vendor.next(), await vendor.next()];
  for (const { answer } of questions) answer(works);
  const [one, two] = await Promise.all(both);
  expect([one?.status, two?.text]).toEqual([201, one?.text]);
  const replayed = [one, two].map((answer) => answer?.headers['idempotent-replayed']);
  expect(replayed.filter((mark) => mark === 'true')).toHaveLength(1);
  expect(await pathsNamed('twins')).toBe(1);
});

test('who hears no from the vendor gets the answer of the twin that heard yes', async () => {
  const vendor = vendorOf(use());
  const lucky = create('unlike-twins');
  const heard = await vendor.next();
  const unlucky = create('unlike-twins');
  const silent = await vendor.next();
  heard.answer(works);
  const made = await lucky;
  silent.answer(away);
  expect((await unlucky).text).toBe(made.text);
});

test('a repeat gets its answer although the vendor is away by now, and does not ask again', async () => {
  const vendor = vendorOf(use());
  const creating = create('repeated');
  (await vendor.next()).answer(works);
  const made = await creating;
  expect((await create('repeated')).text).toBe(made.text);
  expect(vendor.asked()).toBe(1);
});

test('dying between the question and the transaction makes nothing, and the repeat makes it', async () => {
  const rig = use();
  const vendor = vendorOf(rig);
  const { answers } = rig.context.store;
  const original = answers.once;
  answers.once = () => Promise.reject(new Error('the process dies here'));
  const dying = create('dies-between');
  (await vendor.next()).answer(works);
  expect((await dying).status).toBe(500);
  answers.once = original;
  expect(await pathsNamed('dies-between')).toBe(0);
  const again = create('dies-between');
  (await vendor.next()).answer(works);
  const made = await again;
  expect([made.status, made.headers['idempotent-replayed']]).toEqual([201, undefined]);
});

test('another wish under the key is refused before anybody outside is asked', async () => {
  const rig = use();
  const vendor = vendorOf(rig);
  const creating = create('first-wish');
  (await vendor.next()).answer(works);
  await creating;
  const other = { ...wish('first-wish'), body: { ...wish('first-wish').body, name: 'other-wish' } };
  const answer = await rig.ask('POST', '/v1/paths', other);
  expect([answer.status, answer.body.error.code]).toEqual([422, 'idempotency_mismatch']);
  expect(vendor.asked()).toBe(1);
});
