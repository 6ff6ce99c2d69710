import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createJournal, type JournalEntry } from '../../../lifecycle/operate/journal.ts';
import { useRig } from '../../testing/rig.ts';

const use = useRig();

/** The judges, where they are installed. */
const judges = ['ledger', 'hledger'].filter((program) => {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
});

const folder = mkdtempSync(join(tmpdir(), 'journal-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;

function fileOf(journal: string): string {
  files += 1;
  const file = join(folder, `${files}.journal`);
  writeFileSync(file, journal);
  return file;
}

/** In a plain locale, which is the strictest. */
function balance(program: string, file: string): string {
  const environment = { ...process.env, LC_ALL: 'C', LANG: 'C', LEDGER_FILE: '' };
  const flags =
    program === 'hledger' ? ['bal', '-N', '--flat', '-E'] : ['bal', '--flat', '--no-total', '--empty'];
  return execFileSync(program, ['-f', file, ...flags], { env: environment, encoding: 'utf8' });
}

const entry = (change: Partial<JournalEntry>): JournalEntry => ({
  id: 'ltx_1',
  kind: 'top_up',
  reference: 'top_up:acc_1:invoice',
  task_id: null,
  currency: 'USD',
  posting_accounts: ['assets:cash', 'liabilities:customers:acc_1:available'],
  posting_micros: [10_000_001n, -10_000_001n],
  note: null,
  at: Date.UTC(2026, 10, 22, 23, 59, 59),
  ...change,
});

const strange =
  'naïve (paid) [2026/99/99] :tag: key:: value; "quoted" % \n next line date:2026-77-77 \u202e 日本';

const book: JournalEntry[] = [
  entry({}),
  entry({ id: 'ltx_2', kind: 'adjustment', note: strange, reference: `adjustment:acc_1:${strange}` }),
  entry({
    id: 'ltx_3',
    kind: 'hold',
    task_id: 'task_1',
    posting_accounts: ['liabilities:customers:acc_1:available', 'liabilities:customers:acc_1:held'],
    posting_micros: [9_007_199_254_740_993n, -9_007_199_254_740_993n],
    // Booked a moment before its predecessor, on the day before.
    at: Date.UTC(2026, 10, 21, 1),
  }),
  entry({
    id: 'ltx_4',
    kind: 'settle',
    task_id: 'task_1',
    posting_accounts: [
      'liabilities:customers:acc_1:held',
      'income:video:kling-3.0',
      'liabilities:customers:acc_1:available',
    ],
    posting_micros: [9_007_199_254_740_993n, -375_000n, -9_007_199_254_365_993n],
  }),
  entry({ id: 'ltx_5', currency: 'EUR', posting_accounts: ['assets:cash', 'equity:corrections'] }),
];

function journalOf(entries: readonly JournalEntry[], assertEvery: number): string {
  const journal = createJournal({ assertEvery });
  return [journal.head(), ...entries.map((each) => journal.entry(each)), journal.end()].join('');
}

test.each(judges)('%s accepts the journal with an assertion at every posting', (program) => {
  const report = balance(program, fileOf(journalOf(book, 1)));
  expect(report).toMatch(/-0\.375000 USD +income:video:kling-3\.0/);
  expect(report).toMatch(/-19\.625002 USD +liabilities:customers:acc_1:available/);
  expect(report).toMatch(/20\.000002 USD/);
});

test.each(judges)('%s refuses a journal that is off by one micro', (program) => {
  const whole = journalOf(book, 2);
  const wrong = whole.replace('-0.375000 USD', '-0.375001 USD');
  expect(wrong).not.toBe(whole);
  const quiet = () => execFileSync(program, ['-f', fileOf(wrong), 'bal'], { stdio: 'pipe' });
  expect(quiet).toThrow();
});

test.each(judges)('%s refuses a running balance that is off by one micro', (program) => {
  const whole = journalOf(book, 1);
  const wrong = whole.replace('= 10.000001 USD', '= 10.000002 USD');
  expect(wrong).not.toBe(whole);
  const quiet = () => execFileSync(program, ['-f', fileOf(wrong), 'bal'], { stdio: 'pipe' });
  expect(quiet).toThrow();
});

test('the journal is plain ASCII, whatever people wrote', () => {
  expect(journalOf(book, 1)).toMatch(/^[\n -~]*$/);
});

test('dates never go back, and the true instant stays', () => {
  const journal = journalOf(book, 1000);
  expect(journal.match(/^\d{4}-\d\d-\d\d/gm)).toEqual(
    Array(journal.match(/^\d{4}/gm)?.length).fill('2026-11-22'),
  );
  expect(journal).toContain('; at: 2026-11-21T01:00:00.000Z');
});

test('the export is the whole book, and the programs agree with the balances of the API', async () => {
  const { ask, operatorKey: key, account } = use();
  const { id } = await account({ topUp: '12.345678' });
  await ask('POST', `/v1/accounts/${id}/adjustments`, {
    key,
    body: { amount: '-0.000001', reference: 'a', note: strange },
  });
  const exported = await ask('GET', '/v1/ledger/export', { key });
  expect(exported.status).toBe(200);
  expect(exported.headers['content-type']).toContain('text/plain');
  const { body } = await ask('GET', `/v1/accounts/${id}`, { key });
  expect(body.balance.available).toBe('12.345677');
  for (const program of judges) {
    expect(balance(program, fileOf(exported.text))).toContain(
      `-12.345677 USD  liabilities:customers:${id}:available`,
    );
  }
});

test('the export of a long book comes in pages and asserts on the way', async () => {
  const { ask, operatorKey: key, account, database } = use();
  const { id } = await account({ topUp: '1' });
  await database.query(
    {
      name: 'test_many_bookings',
      text: `INSERT INTO ledger_transactions (id, kind, reference, account_id, currency, posting_accounts,
               posting_micros, at)
             SELECT 'ltx_many_' || n, 'adjustment', 'many:' || n, $1, 'USD',
               ARRAY['equity:corrections', 'liabilities:customers:' || $1 || ':available'], ARRAY[n, -n]::bigint[], $2
             FROM generate_series(1, 5000) AS n`,
    },
    [id, new Date(Date.UTC(2026, 10, 22))],
  );
  const exported = await ask('GET', '/v1/ledger/export', { key });
  expect(exported.text.match(/^\d{4}-.*many/gm)).toHaveLength(5000);
  expect(exported.text.match(/ = .*USD$/gm)?.length).toBeGreaterThanOrEqual(10);
  for (const program of judges) balance(program, fileOf(exported.text));
});

test('an account sees its own book, and an operator everybody’s', async () => {
  const { ask, operatorKey, account } = use();
  const one = await account({ topUp: '1' });
  const two = await account({ topUp: '2' });
  const own = await ask('GET', '/v1/ledger', { key: one.key });
  expect(own.body.data).toHaveLength(1);
  expect(own.body.data[0].postings).toContainEqual({
    account: `liabilities:customers:${one.id}:available`,
    amount: '-1.00',
    currency: 'USD',
  });
  const others = await ask('GET', `/v1/ledger?account=${two.id}`, { key: one.key });
  expect(others.body.error).toMatchObject({ code: 'forbidden', field: 'account' });
  const chosen = await ask('GET', `/v1/ledger?account=${two.id}`, { key: operatorKey });
  expect(chosen.body.data).toHaveLength(1);
  const all = await ask('GET', '/v1/ledger?limit=1', { key: operatorKey });
  const next = await ask('GET', `/v1/ledger?limit=1&cursor=${all.body.next_cursor}`, { key: operatorKey });
  expect(next.body.data[0].id).not.toBe(all.body.data[0].id);
});

test('the book is read by kind and by time', async () => {
  const { ask, operatorKey, account, clock } = use();
  const { id, key } = await account({ topUp: '5' });
  clock.advance(60_000);
  const between = new Date(clock.now()).toISOString();
  clock.advance(60_000);
  await ask('POST', `/v1/accounts/${id}/adjustments`, {
    key: operatorKey,
    body: { amount: '1', reference: 'by hand', note: 'goodwill' },
  });
  const kinds = async (query: string) => {
    const { body } = await ask('GET', `/v1/ledger?${query}`, { key });
    return body.data.map((each: { kind: string }) => each.kind);
  };
  expect(await kinds('')).toEqual(['adjustment', 'top_up']);
  expect(await kinds('kind=top_up')).toEqual(['top_up']);
  expect(await kinds('kind=hold')).toEqual([]);
  expect(await kinds(`booked_after=${between}`)).toEqual(['adjustment']);
  expect(await kinds(`booked_before=${between}`)).toEqual(['top_up']);
  expect((await ask('GET', '/v1/ledger?kind=gift', { key })).body.error).toMatchObject({ field: 'kind' });
});

test('the balance is the account’s own; an operator key has none', async () => {
  const { ask, operatorKey, account } = use();
  const { key } = await account({ topUp: '7' });
  expect((await ask('GET', '/v1/balance', { key })).body).toMatchObject({ posted: '7.00', held: '0.00' });
  const answer = await ask('GET', '/v1/balance', { key: operatorKey });
  expect(answer.body.error.code).toBe('forbidden');
});
