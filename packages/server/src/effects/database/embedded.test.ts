import { access, chmod, chown, mkdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readPidFile } from './postmaster.ts';
import { DatabaseStartError } from './start-failure.ts';
import { ask, newRig, type Rig } from './testing/rig.ts';

const dataOf = (rig: Rig) => join(rig.dataDir, 'postgres', 'data');

async function postmasterOf(rig: Rig): Promise<number> {
  const file = await readPidFile(dataOf(rig));
  if (!file) throw new Error('no postmaster is running');
  return file.pid;
}

const codeOf = (error: unknown) => (error instanceof DatabaseStartError ? error.code : String(error));

test('a first start makes a safe cluster, a later one finds it again', async () => {
  const rig = await newRig();
  const coldMs = performance.now();
  const first = await rig.start({ fsync: true });
  const warmMs = performance.now();
  await ask(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
  await first.stop();
  const stoppedMs = performance.now();
  const second = await rig.start({ fsync: true });
  const took = [warmMs - coldMs, performance.now() - stoppedMs].map(Math.round);
  console.log(`embedded PostgreSQL ${first.version}: first start ${took[0]} ms, warm start ${took[1]} ms`);
  expect([first.adopted, second.adopted]).toEqual([false, false]);
  expect(await ask(second.url, 'SELECT answer FROM kept')).toBe(42);

  const settings = [
    'fsync',
    'data_checksums',
    'listen_addresses',
    'unix_socket_permissions',
    'password_encryption',
  ];
  const shown = await Promise.all(settings.map((name) => ask(second.url, `SHOW ${name}`)));
  expect(shown).toEqual(['on', 'on', '', '0700', 'scram-sha-256']);
  expect(await ask(second.url, `SELECT rolsuper FROM pg_roles WHERE rolname = current_user`)).toBe(false);
  expect(
    await ask(
      second.url,
      `SELECT datlocprovider::text || datlocale FROM pg_database WHERE datname = 'sluice'`,
    ),
  ).toBe('bC.UTF-8');
  const wrong = second.url.replace(/:[0-9a-f]+@/, ':wrong@');
  await expect(ask(wrong, 'SELECT 1')).rejects.toThrow('password authentication failed');
  for (const path of ['data', 'socket']) {
    expect((await stat(join(second.folder, path))).mode & 0o777, path).toBe(0o700);
  }
  expect((await stat(join(dataOf(rig), 'sluice.password'))).mode & 0o777).toBe(0o600);
});

test('a server that outlived its killed gateway is adopted with everything that was committed', async () => {
  const rig = await newRig();
  const holder = await rig.hold();
  expect(holder.outcome).toBe('started');
  await ask(holder.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
  const before = await postmasterOf(rig);
  await holder.kill();
  const next = await rig.start();
  expect(next.adopted).toBe(true);
  expect(await postmasterOf(rig)).toBe(before);
  expect(await ask(next.url, 'SELECT answer FROM kept')).toBe(42);
});

test('a second gateway on the same data directory is refused, and the first does not notice', async () => {
  const rig = await newRig();
  const first = await rig.start();
  const second = await rig.hold();
  expect(second.outcome).toBe('already_running');
  expect(second.sentence).toMatch(
    new RegExp(`Another gateway \\(sluice process ${process.pid} on .*, since 20`),
  );
  expect(await ask(first.url, 'SELECT 1')).toBe(1);
  await first.stop();
  const third = await rig.hold();
  expect(third.outcome).toBe('started');
  await third.leave();
});

test('of gateways that start together exactly one wins, on an empty and on a full directory', async () => {
  const rig = await newRig();
  for (const round of ['first', 'later']) {
    const holders = await Promise.all([rig.hold(), rig.hold()]);
    const outcomes = holders.map(({ outcome }) => outcome).sort();
    expect(outcomes, round).toEqual(['already_running', 'started']);
    const winner = holders.find(({ outcome }) => outcome === 'started');
    expect(await ask(winner?.url ?? '', 'SELECT 1')).toBe(1);
    await winner?.leave();
    expect(await readPidFile(dataOf(rig))).toBeNull();
  }
});

test.each([
  ['nobody', 4_000_000],
  // Process numbers are given out again: after a container restart this is the usual case.
  ['somebody else', process.pid],
])('lock files left behind that name %s do not prevent a start', async (_whose, pid) => {
  const rig = await newRig();
  const first = await rig.start();
  const { uid, gid } = await stat(dataOf(rig));
  const locks = [join(dataOf(rig), 'postmaster.pid'), join(first.folder, 'socket', '.s.PGSQL.5432.lock')];
  const texts = await Promise.all(locks.map((lock) => readFile(lock, 'utf8')));
  await first.stop();
  for (const [index, lock] of locks.entries()) {
    await writeFile(lock, (texts[index] ?? '').replace(/^\d+/, String(pid)), { mode: 0o600 });
    await chown(lock, uid, gid);
  }
  const second = await rig.start();
  expect(second.adopted).toBe(false);
  expect(await ask(second.url, 'SELECT 1')).toBe(1);
});

test('a server that dies is started again, and the claim is taken again', async () => {
  const rig = await newRig();
  const gateway = await rig.start({ fsync: true });
  await ask(gateway.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
  const before = await postmasterOf(rig);
  process.kill(before, 'SIGKILL');
  await expect.poll(() => rig.lines, { timeout: 20_000 }).toContain('PostgreSQL was started again');
  expect(await postmasterOf(rig)).not.toBe(before);
  expect(await ask(gateway.url, 'SELECT answer FROM kept')).toBe(42);
  expect((await rig.hold()).outcome).toBe('already_running');
  await gateway.stop();
  expect(await readPidFile(dataOf(rig))).toBeNull();
});

test('a server that keeps dying is given up', async () => {
  const rig = await newRig();
  const lost: string[] = [];
  await rig.start({ maxRecoveries: 3, onLost: (error) => lost.push(error.message) });
  for (let death = 1; death <= 4; death += 1) {
    process.kill(await postmasterOf(rig), 'SIGKILL');
    await expect
      .poll(() => rig.lines.filter((line) => line === 'PostgreSQL was started again').length + lost.length, {
        timeout: 20_000,
      })
      .toBe(death);
  }
  expect(lost).toEqual([expect.stringContaining('PostgreSQL died 4 times within ten minutes')]);
});

test('tools work beside a gateway, and whoever leaves last stops the server', async () => {
  const rig = await newRig();
  const gateway = await rig.start();
  const tool = await rig.start({ claim: false });
  expect([gateway.adopted, tool.adopted]).toEqual([false, true]);
  await gateway.stop();
  expect(await ask(tool.url, 'SELECT 1')).toBe(1);
  const nextGateway = await rig.hold();
  expect(nextGateway).toMatchObject({ outcome: 'started', adopted: true });
  await tool.stop();
  expect(await ask(tool.url, 'SELECT 1')).toBe(1);
  await nextGateway.leave();
  expect(await readPidFile(dataOf(rig))).toBeNull();
});

test('an adopted server with other settings is restarted, but not while somebody uses it', async () => {
  const rig = await newRig();
  await (await rig.hold()).kill();
  const tool = await rig.start({ claim: false });
  const settings = { max_connections: '77' };
  const beside = await rig.start({ settings });
  expect(await ask(beside.url, 'SHOW max_connections')).toBe('200');
  await beside.stop();
  await (await rig.hold()).kill();
  await tool.stop();
  await (await rig.hold()).kill();
  const alone = await rig.start({ settings });
  expect([await ask(alone.url, 'SHOW max_connections'), alone.adopted]).toEqual(['77', false]);
});

test.runIf(process.platform === 'linux')('the server is out of reach of Ctrl-C on our terminal', async () => {
  const rig = await newRig();
  await rig.start();
  const session = async (pid: number | 'self') =>
    (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]?.split(' ')[3];
  const pid = await postmasterOf(rig);
  expect(await session(pid)).toBe(String(pid));
  expect(await session(pid)).not.toBe(await session('self'));
});

test('a data directory with a very long path gets a socket elsewhere', async () => {
  const rig = await newRig();
  const dataDir = join(rig.folder, 'x'.repeat(120));
  const database = await rig.start({ dataDir });
  const socketDir = new URLSearchParams(database.url.split('?')[1]).get('host') ?? '';
  try {
    expect(socketDir).not.toContain('xxx');
    expect((await stat(socketDir)).mode & 0o777).toBe(0o700);
    expect(await ask(database.url, 'SELECT 1')).toBe(1);
  } finally {
    await database.stop();
  }
  await expect(access(socketDir)).rejects.toThrow('ENOENT');
});

test('what a killed first start left is cleaned up, what a running one makes is not', async () => {
  const rig = await newRig();
  const home = join(rig.dataDir, 'postgres');
  await mkdir(join(home, 'draft-old', 'data'), { recursive: true });
  await mkdir(join(home, 'draft-new', 'data'), { recursive: true });
  await chmod(rig.dataDir, 0o755);
  await utimes(join(home, 'draft-old'), 1, 1);
  await rig.start();
  await expect(access(join(home, 'draft-old'))).rejects.toThrow('ENOENT');
  await access(join(home, 'draft-new'));
});

test('a cluster of another major version is refused with what to do', async () => {
  const rig = await newRig();
  await (await rig.start()).stop();
  await writeFile(join(dataOf(rig), 'PG_VERSION'), '17\n');
  const refused = await rig.start().catch((error: unknown) => error);
  expect(codeOf(refused)).toBe('version_mismatch');
  expect(String(refused)).toContain('made by PostgreSQL 17, and this release brings PostgreSQL 18');
});

test('a server that cannot start says why', async () => {
  const rig = await newRig();
  const refused = await rig.start({ settings: { shared_buffers: 'much' } }).catch((error: unknown) => error);
  expect(codeOf(refused)).toBe('start_failed');
  expect(String(refused)).toContain('invalid value for parameter "shared_buffers"');
});
