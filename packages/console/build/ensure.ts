/**
 * Brings the built console into being where it is missing or older than its sources; one function for `npm ci`,
 * `npm start`, the demo and the tests.
 *
 * A build has a folder of its own, named by the hash of what it was made from, and gets that name only when it
 * is whole.
 * If we die in the middle, a nameless folder is left and the next build sweeps it up. Two that build at once make
 * the same thing twice; the first one to finish gives it its name.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { compressAll } from './compress.ts';
import { BASE, ROOT } from './place.ts';

export type ConsoleBuild =
  | { ok: true; folder: string; built: boolean }
  /** Said in one sentence; the gateway runs all the same. */
  | { ok: false; reason: string };

export type EnsureOptions = {
  /** Hears that a build has begun, when one is needed. */
  onLine?: (line: string) => void;
  /** Where to build when the folder of the package cannot be written to. */
  elsewhere?: string;
};

const LEFT_BEHIND_MS = 10 * 60_000;
const SOURCES = ['index.html', 'package.json', 'public', 'src', 'build'];

export async function ensureConsole(options: EnsureOptions = {}): Promise<ConsoleBuild> {
  try {
    const name = await sourceHash();
    const homes = [join(ROOT, 'dist'), ...(options.elsewhere === undefined ? [] : [options.elsewhere])];
    const found = homes
      .map((home) => join(home, name))
      .find((folder) => existsSync(join(folder, 'index.html')));
    if (found !== undefined) return { ok: true, folder: found, built: false };
    const home = await firstWritable(homes);
    if (home === null)
      return { ok: false, reason: `the console is not built, and ${homes[0]} cannot be written to` };
    options.onLine?.('building the console, once');
    return { ok: true, folder: await build(home, name), built: true };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { ok: false, reason: `the console could not be built: ${message.split('\n')[0]}` };
  }
}

async function build(home: string, name: string): Promise<string> {
  await sweep(home);
  const unfinished = await mkdtemp(join(home, '.building-'));
  try {
    await bundleForUse(unfinished);
    await rm(join(unfinished, '.vite'), { recursive: true, force: true });
    await compressAll(unfinished);
    // Made private by mkdtemp; the gateway may run as somebody else.
    await chmod(unfinished, 0o755);
    const folder = join(home, name);
    await rename(unfinished, folder).catch((error: unknown) => {
      // Somebody else was quicker with the same sources.
      if (!existsSync(join(folder, 'index.html'))) throw error;
    });
    await dropOlder(home, name);
    return folder;
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

/**
 * As people use it, also where the process around it says `test` or `development`: the bundler believes that word, and
 * the page would be the slow one for those who write it.
 */
async function bundleForUse(folder: string): Promise<void> {
  // Loaded here only: a gateway starts many times and builds once.
  const [{ build: bundle }, { bundling }] = await Promise.all([import('vite'), import('./config.ts')]);
  const { NODE_ENV } = process.env;
  process.env.NODE_ENV = 'production';
  try {
    await bundle(bundling(folder));
  } finally {
    if (NODE_ENV === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = NODE_ENV;
  }
}

/** Builds of other sources; a gateway that serves one has it in memory. */
async function dropOlder(home: string, name: string): Promise<void> {
  for (const each of await readdir(home)) {
    if (each !== name && /^[0-9a-f]{16}$/.test(each))
      await rm(join(home, each), { recursive: true, force: true });
  }
}

async function sweep(home: string): Promise<void> {
  for (const each of await readdir(home)) {
    const folder = join(home, each);
    if (!each.startsWith('.building-')) continue;
    const { mtimeMs } = await stat(folder).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }));
    if (Date.now() - mtimeMs > LEFT_BEHIND_MS) await rm(folder, { recursive: true, force: true });
  }
}

async function firstWritable(homes: readonly string[]): Promise<string | null> {
  for (const home of homes) {
    try {
      await mkdir(home, { recursive: true });
      await rm(await mkdtemp(join(home, '.building-')), { recursive: true });
      return home;
    } catch {
      // The next one.
    }
  }
  return null;
}

/** Of everything that goes in, the SDK included. */
async function sourceHash(): Promise<string> {
  const hash = createHash('sha256').update(BASE);
  const sdk = dirname(createRequire(import.meta.url).resolve('@sluice/sdk'));
  for (const [root, names] of [
    [ROOT, SOURCES],
    [dirname(sdk), ['src']],
  ] as const) {
    for (const file of (await filesOf(root, names)).sort()) {
      hash.update(`${relative(root, file)}\0`).update(await readFile(file));
    }
  }
  return hash.digest('hex').slice(0, 16);
}

async function filesOf(root: string, names: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const name of names) {
    const path = join(root, name);
    if ((await stat(path)).isDirectory()) found.push(...(await filesOf(path, await readdir(path))));
    else if (!/\.test\.tsx?$/.test(name)) found.push(path);
  }
  return found;
}
