/**
 * Our sources as one file for each entry, so that a process starts in a third of the time: these runs start
 * processes by the thousand. Packages stay outside, and files beside the sources (migrations, the catalogue) are
 * found where they are.
 */
import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
/** Inside node_modules, where the few packages that stay outside are found. */
const FOLDER = join(PROJECT, 'node_modules', '.cache', 'e2e');

export type EntryName = 'gateway' | 'emulator' | 'receiver';

const ENTRIES: Record<EntryName, string> = {
  gateway: 'gateway-main.ts',
  emulator: 'emulator-main.ts',
  receiver: 'receiver-main.ts',
};

/** Threads of the gateway are looked for beside whoever starts them: bundled too, they need no loader. */
const THREADS = join(PROJECT, 'packages/server/src/effects/media');
const THREAD_START = '-thread.mjs';

let built: Promise<string> | null = null;

/** The file to run; built once per process. */
export async function bundled(name: EntryName): Promise<string> {
  built ??= buildAll();
  return join(await built, `${name}.mjs`);
}

async function buildAll(): Promise<string> {
  await mkdir(FOLDER, { recursive: true });
  const outdir = await mkdtemp(join(FOLDER, 'build-'));
  process.once('exit', () => rmSync(outdir, { recursive: true, force: true }));
  const here = fileURLToPath(new URL('.', import.meta.url));
  const threads = (await readdir(THREADS)).filter((name) => name.endsWith(THREAD_START));
  await build({
    entryPoints: [
      ...Object.entries(ENTRIES).map(([out, file]) => ({ in: join(here, file), out })),
      ...threads.map((name) => ({ in: join(THREADS, name.replace('.mjs', '.ts')), out: name.slice(0, -4) })),
    ],
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    // What is loaded only when needed stays so.
    splitting: true,
    chunkNames: 'chunk-[hash]',
    banner: { js: REQUIRE },
    // Optional, or wanted by few.
    external: ['pg-native', '@aws-sdk/*'],
    sourcemap: 'linked',
    outdir,
    outExtension: { '.js': '.mjs' },
    plugins: [placed],
    logLevel: 'error',
  });
  return outdir;
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
