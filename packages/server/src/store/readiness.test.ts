import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, connect as dial, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { realClock } from '../effects/clock/real.ts';
import { virtualClock } from '../effects/clock/virtual.ts';
import type { Database } from './database.ts';
import { awaitDatabase, DatabaseAwayError } from './readiness.ts';
import { openTestDatabase } from './testing/server.ts';
import { useTestDatabase } from './testing/test-database.ts';

const use = useTestDatabase();
const SOCKET_FILE = '.s.PGSQL.5432';

/** A way to the database that lets nothing through until told. */
async function gate(url: string): Promise<{ url: string; knocks: Promise<void>; open(): void }> {
  const target = new URLSearchParams(url.split('?')[1]).get('host') ?? '';
  const folder = await mkdtemp(join(tmpdir(), 'gate-'));
  const sockets = new Set<Socket>();
  let open: () => void = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  let knock: () => void = () => {};
  const knocks = new Promise<void>((resolve) => {
    knock = resolve;
  });
  const server = createServer(async (client) => {
    sockets.add(client.on('error', () => {}));
    knock();
    await opened;
    const upstream = dial(join(target, SOCKET_FILE));
    sockets.add(upstream.on('error', () => {}));
    client.pipe(upstream).pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(join(folder, SOCKET_FILE), resolve));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true, force: true });
  });
  return { url: url.replace(/host=[^&]*/, `host=${encodeURIComponent(folder)}`), knocks, open };
}

/** A database that fails so often, then answers. */
function failing(times: number, error: Error): { db: Database; asked: () => number } {
  let asked = 0;
  const query: Database['query'] = async () => {
    asked += 1;
    if (asked <= times) throw error;
    return { rows: [{ version: '18.0' }], count: 1 };
  };
  return { db: { ...use().database, query }, asked: () => asked };
}

/** Time that passes as soon as somebody waits for it. */
function eagerClock() {
  const clock = virtualClock(0);
  // What may be broken off lasts until it is.
  const sleep = (ms: number, signal?: AbortSignal) =>
    signal ? clock.sleep(ms, signal) : Promise.resolve(clock.advance(ms));
  return { ...clock, sleep };
}

const starting = Object.assign(new Error('the database system is starting up'), { code: '57P03' });

test('a start waits for a database that is still starting, and says so once', async () => {
  const lines: string[] = [];
  const { db, asked } = failing(6, starting);
  expect(await awaitDatabase(db, eagerClock(), (line) => lines.push(line))).toBe('18.0');
  expect(asked()).toBe(7);
  expect(lines).toEqual(['waiting for the database, up to 60 s: the database system is starting up']);
});

test('a start gives up when its patience ends', async () => {
  const { db, asked } = failing(Number.POSITIVE_INFINITY, starting);
  const clock = eagerClock();
  await expect(awaitDatabase(db, clock, () => {})).rejects.toThrow(DatabaseAwayError);
  expect(clock.monotonic()).toBeGreaterThan(50_000);
  expect(clock.monotonic()).toBeLessThanOrEqual(60_000);
  expect(asked()).toBeGreaterThan(20);
});

test('what waiting cannot mend ends a start at once', async () => {
  const refused = Object.assign(new Error('password authentication failed'), { code: '28P01' });
  const { db, asked } = failing(1, refused);
  await expect(awaitDatabase(db, eagerClock(), () => {})).rejects.toThrow('password');
  expect(asked()).toBe(1);
});

test('a connection that takes longer than a request waits serves the next request', async () => {
  const slow = await gate(use().url);
  const db = openTestDatabase(slow.url, { max: 1, connectTimeoutMs: 50 });
  onTestFinished(() => db.close());
  const impatient = awaitDatabase(db, realClock, () => {}, 0);
  await slow.knocks;
  await expect(impatient).rejects.toThrow(DatabaseAwayError);
  slow.open();
  db.limitConnectTime(10_000);
  expect(await awaitDatabase(db, realClock, () => {}, 0)).toMatch(/^1\d/);
  expect(db.connections().total).toBe(1);
});
