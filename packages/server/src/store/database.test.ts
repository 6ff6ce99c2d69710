import { expect, onTestFinished, test } from 'vitest';
import { type Database, type DatabaseOptions, MAX_ATTEMPTS, timestampParameter } from './database.ts';
import {
  CommitUnknownError,
  databaseFailure,
  RolledBackError,
  violatedConstraint,
} from './database-failure.ts';
import { cuttingProxy } from './testing/cutting-proxy.ts';
import { dyingServer } from './testing/dying-server.ts';
import { openTestDatabase } from './testing/server.ts';
import { useTestDatabase } from './testing/test-database.ts';

const use = useTestDatabase();

const terminateOthers = {
  name: 'test_terminate_others',
  text: `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND pid <> pg_backend_pid()`,
};

function another(options: Partial<DatabaseOptions>, url = use().url): Database {
  const database = openTestDatabase(url, options);
  onTestFinished(() => database.close());
  return database;
}

async function one(database: Database, text: string): Promise<unknown> {
  return Object.values((await database.query({ name: '', text })).rows[0] ?? {})[0];
}

test('values arrive without losing digits', async () => {
  const { rows } = await use().database.query({
    name: 'test_types',
    text: `SELECT 9007199254740993::int8 AS big, array[1::int8, NULL] AS bigs, 1.10::numeric AS exact,
                  array[1.10, 2]::numeric[] AS exacts, date '2026-11-22' AS day,
                  '{"a": [1, null]}'::jsonb AS json,
                  timestamptz '2026-11-22 20:02:00.123456+05:30' AS at, timestamptz '-infinity' AS never,
                  array[timestamptz '1969-12-31 23:59:59.5Z', NULL] AS instants`,
  });
  expect(rows).toEqual([
    {
      big: 9007199254740993n,
      bigs: [1n, null],
      exact: '1.10',
      exacts: ['1.10', '2'],
      day: '2026-11-22',
      json: { a: [1, null] },
      at: Date.UTC(2026, 10, 22, 14, 32, 0, 123),
      never: Number.NEGATIVE_INFINITY,
      instants: [-500, null],
    },
  ]);
});

test('an instant comes back as it went in', async () => {
  const statement = { name: 'test_instant', text: 'SELECT $1::timestamptz AS at, $2::int8 AS big' };
  for (const ms of [0, 1, -1, 1_795_357_920_123, -62_135_596_800_000, Number.POSITIVE_INFINITY]) {
    const { rows } = await use().database.query(statement, [timestampParameter(ms), 2n ** 62n]);
    expect(rows[0]).toEqual({ at: ms, big: 2n ** 62n });
  }
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

test('any other error is not repeated, and nothing remains', async () => {
  const { database } = use();
  await one(database, 'CREATE TABLE once (id int PRIMARY KEY)');
  let runs = 0;
  const failed: unknown = await database
    .transaction(async (transaction) => {
      runs += 1;
      await transaction.run('INSERT INTO once VALUES (1)');
      await transaction.run('INSERT INTO once VALUES (1)');
    })
    .catch((error: unknown) => error);
  expect([runs, databaseFailure(failed), violatedConstraint(failed)]).toEqual([1, 'constraint', 'once_pkey']);
  expect(await one(database, 'SELECT count(*) FROM once')).toBe(0n);
});

test.each([
  ['awaited one by one', false],
  ['together with BEGIN and COMMIT', true],
] as const)(
  'concurrent transfers, %s, lose no money and show no conflict to the caller',
  async (_how, eager) => {
    const database = another({ max: 8 });
    await one(database, 'DROP TABLE IF EXISTS purse');
    await one(database, 'CREATE TABLE purse AS SELECT n AS id, 100 AS amount FROM generate_series(1, 5) n');
    const hold = { name: 'test_hold', text: 'SELECT FROM purse WHERE id IN ($1, $2) ORDER BY id FOR UPDATE' };
    const move = { name: 'test_move', text: 'UPDATE purse SET amount = amount + $2 WHERE id = $1' };
    const transfers = Array.from({ length: 200 }, (_, index) =>
      database.transaction(
        async (transaction) => {
          const [from, to] = [1 + (index % 5), 1 + ((index + 1 + (index % 3)) % 5)];
          await transaction.query(hold, [from, to]);
          if (!eager) await transaction.query(move, [from, -1]);
          else transaction.send(move, [from, -1]);
          if (!eager) await transaction.query(move, [to, 1]);
          else transaction.send(move, [to, 1]);
        },
        { eager },
      ),
    );
    await Promise.all(transfers);
    expect(await one(database, 'SELECT sum(amount) FROM purse')).toBe(500n);
  },
);

test.each([
  ['a deadlock', 'read committed', [1, 2], [2, 1]],
  ['a conflict of snapshots', 'serializable', [1, 1], [1, 1]],
] as const)('of two transactions in %s both end well', async (_what, isolation, first, second) => {
  const database = another({ max: 2 });
  await one(
    database,
    'CREATE TABLE IF NOT EXISTS pair AS SELECT n AS id, 0 AS touched FROM generate_series(1, 2) n',
  );
  await one(database, 'UPDATE pair SET touched = 0');
  const look = { name: 'test_look', text: 'SELECT touched FROM pair WHERE id = $1' };
  const touch = { name: 'test_touch', text: 'UPDATE pair SET touched = touched + 1 WHERE id = $1' };
  const meet = meetingOf(2);
  let runs = 0;
  const body = ([begin, end]: readonly [number, number]) =>
    database.transaction(
      async (transaction) => {
        runs += 1;
        await transaction.query(begin === end ? look : touch, [begin]);
        await meet();
        await transaction.query(touch, [end]);
      },
      { isolation },
    );
  await Promise.all([body(first), body(second)]);
  expect(runs).toBe(3);
  expect(await one(database, 'SELECT sum(touched) FROM pair')).toBe(isolation === 'serializable' ? 2n : 4n);
});

/** Each caller goes on when `count` have come; later ones at once. */
function meetingOf(count: number): () => Promise<void> {
  let come = 0;
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return () => {
    come += 1;
    if (come === count) open();
    return opened;
  };
}

test('a swallowed error does not pass for a commit', async () => {
  const swallowing = use().database.transaction(async (transaction) => {
    await transaction.run('SELECT 1 / 0').catch(() => {});
  });
  await expect(swallowing).rejects.toThrow(RolledBackError);
});

test('a statement that left with COMMIT and failed fails the transaction with its own error', async () => {
  const { database } = use();
  await one(database, 'CREATE TABLE sent (id int PRIMARY KEY)');
  const insert = { name: 'test_sent', text: 'INSERT INTO sent VALUES ($1)' };
  let runs = 0;
  const failed: unknown = await database
    .transaction(async (transaction) => {
      runs += 1;
      transaction.send(insert, [1]);
      transaction.send(insert, [1]);
    })
    .catch((error: unknown) => error);
  expect([runs, databaseFailure(failed), violatedConstraint(failed)]).toEqual([1, 'constraint', 'sent_pkey']);
  expect(await one(database, 'SELECT count(*) FROM sent')).toBe(0n);
});

test('a statement that left with COMMIT and lost against another is repeated', async () => {
  const fine = { name: 'test_fine', text: 'SELECT 1' };
  const conflict = {
    name: 'test_conflict',
    text: `DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$`,
  };
  let runs = 0;
  await use().database.transaction(async (transaction) => {
    runs += 1;
    transaction.send(runs === 1 ? conflict : fine);
  });
  expect(runs).toBe(2);
});

test('a connection cut before what left with COMMIT arrived is reported as unknown', async () => {
  const { database, url } = use();
  await one(database, 'CREATE TABLE IF NOT EXISTS cut (at text)');
  await one(database, 'TRUNCATE cut');
  const proxy = await cuttingProxy(url, 'COMMIT', 'before');
  onTestFinished(proxy.close);
  const through = another({}, proxy.url);
  const body = through.transaction(async (transaction) => {
    transaction.send({ name: 'test_cut', text: `INSERT INTO cut VALUES ('x')` });
  });
  await expect(body).rejects.toThrow(CommitUnknownError);
  expect(await one(database, 'SELECT count(*) FROM cut')).toBe(0n);
  expect(await one(through, 'SELECT 1')).toBe(1);
});

test.each([
  ['before', 0n],
  ['after', 1n],
] as const)(
  'a connection cut %s COMMIT reached the server is reported as unknown, and not run again',
  async (when, committed) => {
    const { database, url } = use();
    await one(database, 'CREATE TABLE IF NOT EXISTS cut (at text)');
    await one(database, 'TRUNCATE cut');
    const proxy = await cuttingProxy(url, 'COMMIT', when);
    onTestFinished(proxy.close);
    const through = another({}, proxy.url);
    let runs = 0;
    const body = through.transaction(async (transaction) => {
      runs += 1;
      await transaction.run(`INSERT INTO cut VALUES ('x')`);
    });
    const failed: unknown = await body.catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(CommitUnknownError);
    expect([runs, databaseFailure(failed)]).toEqual([1, 'commit_unknown']);
    expect(await one(database, 'SELECT count(*) FROM cut')).toBe(committed);
    expect(await one(through, 'SELECT 1')).toBe(1);
  },
);

test('read-only and isolation are what was asked for', async () => {
  const { database } = use();
  const modes = await database.transaction(
    async (transaction) =>
      (
        await transaction.query({
          name: 'test_modes',
          text: `SELECT current_setting('transaction_isolation') AS isolation,
                        current_setting('transaction_read_only') AS only`,
        })
      ).rows[0],
    { isolation: 'serializable', readOnly: true },
  );
  expect(modes).toEqual({ isolation: 'serializable', only: 'on' });
});

test('statements are prepared under their names, and reported', async () => {
  const seen: string[] = [];
  const database = another({ max: 1, onStatement: (name) => seen.push(name) });
  const statement = { name: 'test_named', text: 'SELECT $1::int AS n' };
  await database.query(statement, [1]);
  await database.transaction((transaction) => transaction.query(statement, [2]));
  expect(await one(database, `SELECT count(*) FROM pg_prepared_statements WHERE name = 'test_named'`)).toBe(
    1n,
  );
  expect(seen).toEqual(['test_named', 'begin', 'test_named', 'commit', '']);
});

test('behind a transaction pooler nothing is left on the connection', async () => {
  const database = another({ max: 1, pooler: true, statementTimeoutMs: 1234, lockTimeoutMs: 567 });
  await database.query({ name: 'test_unnamed', text: 'SELECT $1::int AS n' }, [1]);
  expect(await one(database, 'SELECT count(*) FROM pg_prepared_statements')).toBe(0n);
  const show = {
    name: 'test_show',
    text: `SELECT current_setting('statement_timeout') || ' ' || current_setting('lock_timeout') AS shown`,
  };
  const inside = await database.transaction(
    async (transaction) => (await transaction.query(show)).rows[0]?.shown,
  );
  expect(inside).toBe('1234ms 567ms');
  expect((await database.query(show)).rows[0]?.shown).toBe('0 0');
  await (await database.listen('nothing', () => {})).close();
});

test('slow statements and lost connections are told apart from bugs', async () => {
  const database = another({ max: 1, statementTimeoutMs: 50 });
  const failures: string[] = [];
  for (const text of [
    'SELECT pg_sleep(5)',
    'SELECT pg_terminate_backend(pg_backend_pid())',
    'SELECT nonsense',
  ]) {
    failures.push(databaseFailure(await database.query({ name: '', text }).catch((error: unknown) => error)));
  }
  expect(failures).toEqual(['unavailable', 'unavailable', 'other']);
  expect(await database.health()).toMatchObject({ ok: true });
});

test('a database that is not there is reported within the connect time-out', async () => {
  const nowhere = another({ connectTimeoutMs: 300 }, 'postgresql://a:b@127.0.0.1:1/none');
  const failed: unknown = await one(nowhere, 'SELECT 1').catch((error: unknown) => error);
  expect(databaseFailure(failed)).toBe('unavailable');
  expect(await nowhere.health()).toMatchObject({ ok: false });
});

test('when all connections are busy, the next caller is turned away', async () => {
  const database = another({ max: 1, connectTimeoutMs: 100 });
  const outcome = await database.transaction(() => one(database, 'SELECT 1').catch(databaseFailure));
  expect(outcome).toBe('unavailable');
});

test('idle connections that break are replaced without an error to anybody', async () => {
  const troubles: string[] = [];
  const database = another({ max: 3, onTrouble: (error) => troubles.push(error.message) });
  await Promise.all([1, 2, 3].map((n) => one(database, `SELECT ${n}`)));
  const supervisor = another({ max: 1 });
  await supervisor.query(terminateOthers);
  await expect.poll(() => troubles.length).toBe(3);
  expect(await one(database, 'SELECT 4')).toBe(4);
});

test('notifications arrive, and a break is announced after the connection is back', async () => {
  const heard: (string | null)[] = [];
  const database = another({});
  const subscription = await database.listen('Odd "channel"', (payload) => heard.push(payload));
  const second = await database.listen('other', (payload) => heard.push(payload));
  const notify = (channel: string, payload: string) =>
    use().database.query({ name: 'test_notify', text: 'SELECT pg_notify($1, $2)' }, [channel, payload]);
  await notify('Odd "channel"', 'first');
  await expect.poll(() => heard).toEqual(['first']);
  await another({ max: 1 }).query(terminateOthers);
  await expect.poll(() => heard).toEqual(['first', null, null]);
  await notify('other', 'second');
  await expect.poll(() => heard).toEqual(['first', null, null, 'second']);
  await subscription.close();
  await notify('Odd "channel"', 'nobody hears this');
  await notify('other', 'third');
  await expect.poll(() => heard).toEqual(['first', null, null, 'second', 'third']);
  await second.close();
});

// Unheard, the error would end this process: nobody has the connection yet, and the pool has let go of it.
test('a database that dies on the way to whoever asked for a connection fails his query alone', async () => {
  const server = await dyingServer();
  onTestFinished(server.close);
  const database = another({}, server.url);
  const statement = { name: '', text: 'SELECT 1' };
  await expect(database.query(statement)).rejects.toThrow();
  await expect(database.transaction((tx) => tx.query(statement))).rejects.toThrow();
  expect(server.connections()).toBeGreaterThanOrEqual(2);
});
