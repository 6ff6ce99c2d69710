import { expect, test } from 'vitest';
import { MAX_ATTEMPTS } from './database.ts';
import { useTestDatabase } from './testing/test-database.ts';

const use = useTestDatabase();

test('values arrive without losing digits', async () => {
  const { rows } = await use().database.query({
    name: 'test_types',
    text: `SELECT 9007199254740993::int8 AS big, array[1::int8, NULL] AS bigs, 1.10::numeric AS exact,
                  timestamptz '2026-11-22 20:02:00.123456+05:30' AS at, date '2026-11-22' AS day,
                  '{"a": [1, null]}'::jsonb AS json`,
  });
  expect(rows).toEqual([
    {
      big: 9007199254740993n,
      bigs: [1n, null],
      exact: '1.10',
      at: Date.UTC(2026, 10, 22, 14, 32, 0, 123),
      day: '2026-11-22',
      json: { a: [1, null] },
    },
  ]);
});

test('a transaction is repeated on a serialization failure, and only so often', async () => {
  let runs = 0;
  const body = use().database.transaction(async (transaction) => {
    runs += 1;
    await transaction.run(`DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$`);
  });
  await expect(body).rejects.toThrow('again');
  expect(runs).toBe(MAX_ATTEMPTS);
});
