/**
 * Which user the database runs as, and what happens when that user cannot reach things. Most of it needs
 * root.
 */
import {
  chmod,
  chown,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { prepareBinaries } from './binaries.ts';
import { firstClosedFolder } from './identity.ts';
import { DatabaseStartError } from './start-failure.ts';
import { ask, newRig, type Rig } from './testing/rig.ts';

const isRoot = process.getuid?.() === 0;
const NOBODY = { uid: 65534, gid: 65534, dropped: true };
/** A user that has an entry in /etc/passwd on every system, and one that has none. */
const NAMED_USER = 2;
const NAMELESS_USER = 54_321;

/** Other users must be able to read this checkout for the tests that become them. */
const sourceIsOpen = (await firstClosedFolder(fileURLToPath(new URL('.', import.meta.url)), NOBODY)) === null;

async function close(rig: Rig): Promise<void> {
  await mkdir(rig.dataDir, { recursive: true });
  await chmod(rig.dataDir, 0o700);
  await mkdir(rig.systemDir, { mode: 0o755 });
}

const failureOf = async (work: Promise<unknown>) => {
  const failed = await work.catch((error: unknown) => error);
  return failed instanceof DatabaseStartError ? failed : Promise.reject(failed);
};

test.runIf(isRoot)('root gives the database to an unprivileged user', async () => {
  const rig = await newRig();
  const database = await rig.start();
  expect(database.folder).toBe(join(rig.dataDir, 'postgres'));
  expect((await stat(join(database.folder, 'data'))).uid).toBe(NOBODY.uid);
  const pid = (await readFile(join(database.folder, 'data', 'postmaster.pid'), 'utf8')).split('\n')[0];
  expect((await stat(`/proc/${pid}`)).uid).toBe(NOBODY.uid);
});

test.runIf(isRoot)('root in a private home keeps the cluster where the database can reach it', async () => {
  const rig = await newRig();
  await close(rig);
  const first = await rig.start();
  await ask(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
  expect(first.folder.startsWith(`${rig.systemDir}/`)).toBe(true);
  expect(await readlink(join(rig.dataDir, 'postgres'))).toBe(first.folder);
  expect(await readFile(join(first.folder, 'ORIGIN'), 'utf8')).toBe(`${rig.dataDir}\n`);
  expect(rig.lines.filter((line) => line.includes('cannot reach'))).toEqual([
    `the database is kept in ${first.folder}: user 65534 cannot reach ${rig.dataDir}`,
  ]);
  await first.stop();
  const second = await rig.start();
  expect(second.folder).toBe(first.folder);
  expect(await ask(second.url, 'SELECT answer FROM kept')).toBe(42);
  await second.stop();

  await rm(join(rig.dataDir, 'postgres'));
  const afresh = await rig.start();
  expect(afresh.folder).not.toBe(first.folder);
  expect(rig.lines.join('\n')).toContain('no longer used');
  await afresh.stop();

  await rm(afresh.folder, { recursive: true });
  expect(await failureOf(rig.start())).toMatchObject({ code: 'cluster_missing' });
});

test.runIf(isRoot)('of two first starts in a private home one cluster remains', async () => {
  const rig = await newRig();
  await close(rig);
  const both = await Promise.allSettled([rig.start(), rig.start()]);
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  const clusters = (await readdir(rig.systemDir)).filter((name) => !name.startsWith('postgresql-'));
  expect(clusters).toHaveLength(1);
});

test.runIf(isRoot)('a folder that was closed later is named, with what to do', async () => {
  const rig = await newRig();
  await (await rig.start()).stop();
  await chmod(rig.dataDir, 0o700);
  const refused = await failureOf(rig.start());
  expect(refused.code).toBe('unreachable');
  expect(refused.message).toContain(`"chmod a+x ${rig.dataDir}"`);
});

test.runIf(isRoot && sourceIsOpen)(
  'a normal user runs it as themselves, and root follows later',
  async () => {
    const rig = await newRig();
    await chown(rig.folder, NAMED_USER, NAMED_USER);
    const holder = await rig.hold(NAMED_USER);
    expect(holder).toMatchObject({ outcome: 'started', adopted: false });
    console.log(`embedded PostgreSQL as user ${NAMED_USER}: first start ${holder.tookMs} ms`);
    expect((await stat(join(rig.dataDir, 'postgres', 'data'))).uid).toBe(NAMED_USER);
    expect(await ask(holder.url, 'SELECT 1')).toBe(1);
    await holder.kill();
    const again = await rig.hold(NAMED_USER);
    expect(again).toMatchObject({ outcome: 'started', adopted: true });
    await again.leave();
    const asRoot = await rig.start();
    expect(await ask(asRoot.url, 'SELECT 1')).toBe(1);
    expect((await stat(join(rig.dataDir, 'postgres', 'data'))).uid).toBe(NAMED_USER);
  },
);

test.runIf(isRoot && sourceIsOpen)('a user without a name starts, or is told what to do', async () => {
  const rig = await newRig();
  await chown(rig.folder, NAMELESS_USER, NAMELESS_USER);
  const holder = await rig.hold(NAMELESS_USER);
  // User namespaces, which make it possible, are forbidden on some machines and in most containers.
  expect(['started', 'no_user_entry']).toContain(holder.outcome);
  console.log(`embedded PostgreSQL as a user without an entry in /etc/passwd: ${holder.outcome}`);
  if (holder.outcome === 'started') expect(await ask(holder.url, 'SELECT 1')).toBe(1);
  else expect(holder.sentence).toContain('/etc/passwd');
});

/** As npm unpacks it when install scripts are not run: the links that the package lists are not there. */
async function fakePackage(root: string): Promise<void> {
  await mkdir(join(root, 'native', 'bin'), { recursive: true });
  await mkdir(join(root, 'native', 'lib'));
  await writeFile(join(root, 'package.json'), JSON.stringify({ version: '18.4.0-beta.17' }));
  await writeFile(join(root, 'native', 'bin', 'postgres'), '#!/bin/sh\n', { mode: 0o755 });
  await writeFile(join(root, 'native', 'lib', 'libpq.so.5.18'), 'library', { mode: 0o600 });
  await writeFile(
    join(root, 'native', 'pg-symlinks.json'),
    JSON.stringify([{ source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' }]),
  );
}

test('links that an install without scripts left out are restored in place', async () => {
  const rig = await newRig();
  const root = join(rig.folder, 'package');
  await fakePackage(root);
  const self = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0, dropped: false };
  const binaries = await prepareBinaries(self, rig, () => {}, root);
  expect(binaries).toMatchObject({ folder: join(root, 'native'), majorVersion: '18' });
  expect(await readlink(join(root, 'native', 'lib', 'libpq.so.5'))).toBe('libpq.so.5.18');
});

test.runIf(isRoot)(
  'programs in a private home are copied once to where the database can run them',
  async () => {
    const rig = await newRig();
    const root = join(rig.folder, 'home', 'package');
    await fakePackage(root);
    await chmod(join(rig.folder, 'home'), 0o700);
    const log = (line: string) => rig.lines.push(line);
    const several = await Promise.all([1, 2, 3].map(() => prepareBinaries(NOBODY, rig, log, root)));
    const [folder] = new Set(several.map((binaries) => binaries.folder));
    expect(folder).toMatch(new RegExp(`^${rig.systemDir}/postgresql-18\\.4\\.0-beta\\.17-[0-9a-f]{12}$`));
    expect(await readdir(rig.systemDir)).toHaveLength(1);
    expect(rig.lines).toHaveLength(1);
    expect((await stat(join(folder ?? '', 'lib', 'libpq.so.5'))).mode & 0o777).toBe(0o644);
    expect(await firstClosedFolder(join(folder ?? '', 'bin'), NOBODY)).toBeNull();
  },
);

test.runIf(isRoot)('a copy that somebody else could have changed is not run', async () => {
  const rig = await newRig();
  const root = join(rig.folder, 'home', 'package');
  await fakePackage(root);
  await chmod(join(rig.folder, 'home'), 0o700);
  const { folder } = await prepareBinaries(NOBODY, rig, () => {}, root);
  await chown(folder, NAMED_USER, NAMED_USER);
  const elsewhere = await prepareBinaries(NOBODY, rig, () => {}, root);
  expect(elsewhere.folder.startsWith(rig.dataDir)).toBe(true);
  expect((await lstat(elsewhere.folder)).uid).toBe(0);
});
