/**
 * No price, deposit, limit or retention of a vendor lives in code. Every such figure of the shipped data is changed,
 * and whatever builds on it is seen to change by exactly that: what is compared and quoted, who is chosen, what is
 * admitted at once, until when a clip must be fetched. Then the same by what an operator enters over it.
 */
import { factDefinitions } from '@sluice/contract';
import { expect, test } from 'vitest';
import { askUpstream, claimQuestions } from '../../../lifecycle/4-track.ts';
import { acceptUpstream, addPath, admitAll, admitOne, orderOne } from '../../testing/life.ts';
import { type Rig, useRig } from '../../testing/rig.ts';

type Fact = { fact: keyof typeof factDefinitions; value: unknown };
type Shown = Fact & { standing: { value: unknown; origin: string } | null };
type Candidate = { name: string; price: { total: string | null }; checks: { facts: Shown[] }[] };

const FIGURES = ['number', 'amount'];
const PRICE_FACTS = ['price_unit'];

const shipped = useRig();
/** Every price line is three times as much, every figure in a dossier is twice as large and one more. */
const changed = useRig({
  catalogue: (files) => files.map(({ name, text }) => ({ name, text: changedFile(name, text) })),
});

function changedFile(name: string, text: string): string {
  const data = JSON.parse(text);
  if (name.startsWith('prices/')) {
    for (const entry of data.entries) entry.amount = threefold(entry.amount);
  } else if (name.startsWith('dossiers/')) {
    for (const fact of data.facts) fact.value = altered(fact);
  }
  return JSON.stringify(data);
}

function altered({ fact, value }: Fact): unknown {
  if (!FIGURES.includes(factDefinitions[fact].kind) || value === null) return value;
  if (typeof value === 'number') return value * 2 + 1;
  return typeof value === 'string' ? threefold(value) : value;
}

function threefold(amount: string): string {
  const [whole = '', fraction = ''] = amount.split('.');
  const digits = (BigInt(whole + fraction) * 3n).toString().padStart(fraction.length + 1, '0');
  const point = digits.length - fraction.length;
  return fraction === '' ? digits : `${digits.slice(0, point)}.${digits.slice(point)}`;
}

const mix = [{ model: 'kling-3.0', seconds: 5, count: 1000 }];

async function compared({ ask, operatorKey: key }: Rig): Promise<Map<string, Candidate>> {
  const { body } = await ask('POST', '/v1/comparisons', { key, body: { mix, vendors: true } });
  return new Map(body.candidates.map((each: Candidate) => [each.name, each]));
}

test('a comparison says what the data say: all of its prices and figures follow them', async () => {
  const [before, after] = [await compared(shipped()), await compared(changed())];
  let prices = 0;
  let figures = 0;
  for (const [name, { price, checks }] of before) {
    const now = after.get(name);
    if (price.total !== null) {
      prices += 1;
      expect(Number(now?.price.total), name).toBeCloseTo(Number(price.total) * 3, 1);
    }
    const facts = new Map(
      now?.checks.flatMap((check) => check.facts).map((each) => [each.fact, each.standing]),
    );
    for (const { fact, standing } of checks.flatMap((check) => check.facts)) {
      if (!FIGURES.includes(factDefinitions[fact].kind) || PRICE_FACTS.includes(fact) || !standing) continue;
      if (standing.value === null) continue;
      figures += 1;
      expect(facts.get(fact)?.value, `${name}: ${fact}`).toEqual(altered({ fact, value: standing.value }));
    }
  }
  expect(prices).toBeGreaterThanOrEqual(4);
  expect(figures).toBeGreaterThanOrEqual(12);
});

/** Renders what was just admitted on this path; answers for how long its link is believed to live. */
async function linkLife(rig: Rig, path: string, key: string): Promise<number> {
  const { attemptId } = await admitOne(rig, await orderOne(rig, key, { path }));
  await acceptUpstream(rig, attemptId);
  const endedAtMs = rig.clock.now() + 60_000;
  rig.clock.advance(300_000);
  const done = { id: `up_${attemptId}`, status: 'succeeded', external_id: attemptId, update_time: endedAtMs };
  const outputs = [{ type: 'video', url: 'https://v15-kling.klingai.com/a.mp4' }];
  const body = Buffer.from(JSON.stringify({ code: 0, data: [{ ...done, outputs }] }));
  rig.upstream.answer = ({ url }) => ({ kind: 'answered', status: 200, headers: {}, body, finalUrl: url });
  await rig.context.paths.refresh(rig.clock.now(), true);
  for (const question of await claimQuestions(rig.context, () => 8)) await askUpstream(rig.context, question);
  const { rows } = await rig.database.query(
    { name: 'test_link_end', text: 'SELECT source_expires_at AS at FROM assets WHERE attempt_id = $1' },
    [attemptId],
  );
  return (Number((rows[0] as { at: number }).at) - endedAtMs) / 1000;
}

async function stated(rig: Rig, path: string, fact: object): Promise<void> {
  const body = { source: { name: 'our contract' }, reviewed_by: 'Ana', ...fact };
  const answer = await rig.ask('POST', `/v1/paths/${path}/facts`, { key: rig.operatorKey, body });
  expect(answer.status, answer.text).toBe(201);
}

test('until when a clip must be fetched follows the dossier, shipped or your own', async () => {
  const DAYS_30 = 30 * 24 * 3600;
  await addPath(shipped(), 'kept');
  const account = await shipped().account();
  expect(await linkLife(shipped(), 'kept', account.key)).toBe(DAYS_30);
  await addPath(changed(), 'kept');
  expect(await linkLife(changed(), 'kept', (await changed().account()).key)).toBe(DAYS_30 * 2 + 1);
  await stated(shipped(), 'kept', { fact: 'result_link_life', value: 777 });
  expect(await linkLife(shipped(), 'kept', account.key)).toBe(777);
});

test('a deposit, and how many at once, are told as you entered them', async () => {
  const rig = shipped();
  await addPath(rig, 'entered');
  await stated(rig, 'entered', { fact: 'deposit_minimum', value: '4321.00' });
  await stated(rig, 'entered', { fact: 'concurrency_limit', value: 3 });
  const asked = { mix, paths: ['entered'], peak_in_flight: 4 };
  const { body } = await rig.ask('POST', '/v1/comparisons', { key: rig.operatorKey, body: asked });
  const [candidate] = body.candidates;
  const facts = candidate.checks.flatMap((check: { facts: Shown[] }) => check.facts) as Shown[];
  const standing = (name: string) => facts.find(({ fact }) => fact === name)?.standing;
  expect(standing('deposit_minimum')).toMatchObject({ value: '4321.00', origin: 'yours' });
  expect(standing('concurrency_limit')).toMatchObject({ value: 3, origin: 'yours' });
  expect(candidate.concerns.join(' ')).toContain('your peak');
});

test('who is chosen and what it costs follow the price sheets', async () => {
  const rig = shipped();
  const key = rig.operatorKey;
  const add = (name: string, provider: string) =>
    rig.ask('POST', '/v1/paths', {
      key,
      body: { name, provider, credential: { api_key: 'key-0123456789' }, check: false },
    });
  await add('official', 'kling');
  await add('reseller', 'evolink');
  const account = await rig.account();
  const quoted = async () => {
    const body = { model: 'kling-3.0', prompt: 'a paper boat', duration: 5 };
    return (await rig.ask('POST', '/v1/quotes', { key: account.key, body })).body;
  };
  const before = await quoted();
  const other = before.path === 'official' ? 'reseller' : 'official';
  const sheets = { official: 'kling-units-2026-09-20', reseller: 'evolink-2026-10-10' } as const;
  const sheet = {
    id: 'nearly-free',
    based_on: sheets[other],
    unit_price: '0.000001',
    source: { name: 'a dream', reviewed_on: '2026-11-20' },
  };
  expect((await rig.ask('POST', '/v1/prices', { key, body: sheet })).status).toBe(201);
  await rig.ask('PATCH', `/v1/paths/${other}`, { key, body: { price_sheet: 'nearly-free' } });
  const after = await quoted();
  expect(after.path).toBe(other);
  expect(Number(after.price.maximum)).toBeLessThan(Number(before.price.maximum) / 100);
});

test('how many are admitted at once follows what is set, and what the wallet of the account says', async () => {
  const rig = shipped();
  const pack = {
    resource_pack_name: 'Video-1000Units-3Con-1Months',
    resource_pack_id: '1',
    resource_pack_type: 'decreasing_total',
    total_quantity: 1000,
    remaining_quantity: 1000,
    purchase_time: 1,
    effective_time: 1,
    invalid_time: Date.UTC(2027, 5, 1),
    status: 'online',
  };
  const told = { code: 0, message: 'SUCCEED', data: { code: 0, resource_pack_subscribe_infos: [pack] } };
  const bytes = Buffer.from(JSON.stringify(told));
  rig.upstream.answer = ({ url }) => ({
    kind: 'answered',
    status: 200,
    headers: {},
    body: bytes,
    finalUrl: url,
  });
  const body = { name: 'bounded', provider: 'kling', credential: { api_key: 'key-0123456789' } };
  expect((await rig.ask('POST', '/v1/paths', { key: rig.operatorKey, body })).status).toBe(201);
  const account = await rig.account();
  for (let n = 0; n < 6; n += 1) await orderOne(rig, account.key, { path: 'bounded' });
  const admitted = async () => (await admitAll(rig)).filter(({ pathName }) => pathName === 'bounded').length;
  expect(await admitted()).toBe(3);
  await rig.ask('PATCH', '/v1/paths/bounded', { key: rig.operatorKey, body: { limits: { '*': 5 } } });
  expect(await admitted()).toBe(2);
});
