/**
 * Our sources as one file for each entry, so that a process starts in a third of the time: these runs start
 * processes by the thousand. Packages stay outside, and files beside the sources (migrations, the catalogue) are
 * found where they are.
 */
import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type BuildOptions, build, type Plugin } from 'esbuild';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
/** Inside node_modules, where the few packages that stay outside are found. */
const FOLDER = join(PROJECT, 'node_modules', '.cache', 'e2e');

export type EntryName = 'gateway' | 'emulator' | 'receiver';

const ENTRIES = ['boot', 'gateway', 'emulator', 'receiver'] as const;
const HERE = fileURLToPath(new URL('.', import.meta.url));

/** Threads of the gateway are looked for from whoever starts them: bundled too, they need no loader. */
const SERVER = join(PROJECT, 'packages/server/src');
const THREADS = [
  { folder: join(SERVER, 'effects/media'), out: '' },
  { folder: join(SERVER, 'runtime'), out: 'runtime/' },
];
const THREAD_START = '-thread.mjs';

let built: Promise<string> | null = null;

/** What to run: a file and its arguments. Built once per process. */
export async function bundled(name: EntryName): Promise<{ script: string; args: string[] }> {
  built ??= buildAll();
  const folder = await built;
  return { script: join(folder, 'boot.cjs'), args: [join(folder, `${name}.cjs`)] };
}

async function buildAll(): Promise<string> {
  await mkdir(FOLDER, { recursive: true });
  await removeLeftOver();
  const outdir = await mkdtemp(join(FOLDER, `${process.pid}-`));
  process.once('exit', () => rmSync(outdir, { recursive: true, force: true }));
  const threads = (await Promise.all(THREADS.map(threadsIn))).flat();
  await Promise.all([
    build({
      ...COMMON,
      entryPoints: ENTRIES.map((name) => ({
        in: join(HERE, name === 'boot' ? 'boot.ts' : `${name}-main.ts`),
        out: name,
      })),
      format: 'cjs',
      define: { 'import.meta.url': 'bundleUrl' },
      banner: { js: "const bundleUrl = require('node:url').pathToFileURL(__filename).href;" },
      outdir,
      outExtension: { '.js': '.cjs' },
    }),
    build({
      ...COMMON,
      entryPoints: threads,
      format: 'esm',
      banner: { js: REQUIRE },
      outdir,
      outExtension: { '.js': '.mjs' },
    }),
  ]);
  return outdir;
}

async function threadsIn({ folder, out }: (typeof THREADS)[number]): Promise<{ in: string; out: string }[]> {
  const starts = (await readdir(folder)).filter((name) => name.endsWith(THREAD_START));
  return starts.map((name) => ({
    in: join(folder, name.replace('.mjs', '.ts')),
    out: `${out}${name.slice(0, -'.mjs'.length)}`,
  }));
}

/** Builds of processes that were killed. */
async function removeLeftOver(): Promise<void> {
  for (const name of await readdir(FOLDER)) {
    const pid = Number(name.split('-')[0]);
    if (!(pid > 0 && isAlive(pid))) await rm(join(FOLDER, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Old packages call `require`, which a module does not have by itself. */
const REQUIRE =
  "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);";

/** Tells each of our files where it really lies. */
const placed: Plugin = {
  name: 'placed',
  setup(esbuild) {
    esbuild.onLoad({ filter: /[\\/](packages|e2e)[\\/].*\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const here = text.includes(THREAD_START) ? 'import.meta.url' : JSON.stringify(pathToFileURL(path).href);
      return { contents: text.replaceAll('import.meta.url', here), loader: 'ts' };
    });
  },
};

const COMMON = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  // Optional, or wanted by few.
  external: ['pg-native', '@aws-sdk/*'],
  plugins: [placed],
  logLevel: 'error',
} satisfies BuildOptions;
