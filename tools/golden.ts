/**
 * Goldens: files that are made from the code and kept beside it, so that a change of the API, the schema or
 * a catalogue shows up as a difference that a person reads.
 *
 *   npm run golden                     rewrite all
 *   npm run golden -- openapi errors   rewrite these
 *   npm run golden -- --check          compare, print the differences, exit 1 when there are any
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { differenceOf } from './golden/diff.ts';
import { errorsPage, metricsPage } from './golden/reference.ts';

type Module = Record<string, unknown>;

export type Golden = {
  name: string;
  /** The file that is kept. */
  path: string;
  /** The module that it is made from; a golden whose source does not exist yet is skipped. */
  source: string;
  /** Whether making it starts a database: then it is left out of the unit tests. */
  slow: boolean;
  make(module: Module): string | Promise<string>;
};

export const goldens: Golden[] = [
  {
    name: 'openapi',
    path: 'packages/contract/openapi.json',
    source: 'packages/contract/src/openapi.ts',
    slow: false,
    make: (module) => `${JSON.stringify(call(module, 'buildOpenApi'), null, 2)}\n`,
  },
  {
    name: 'schema',
    path: 'packages/server/src/store/schema.sql',
    source: 'tools/dump-schema.ts',
    slow: true,
    make: async (module) => {
      const text = await call(module, 'dumpSchema');
      if (typeof text !== 'string') throw new Error('dumpSchema gave no text');
      return text;
    },
  },
  {
    name: 'errors',
    path: 'docs/reference/errors.md',
    source: 'packages/contract/src/errors.ts',
    slow: false,
    make: errorsPage,
  },
  {
    name: 'metrics',
    path: 'docs/reference/metrics.md',
    source: 'packages/server/src/effects/telemetry/catalogue.ts',
    slow: false,
    make: metricsPage,
  },
  {
    name: 'exam',
    path: 'docs/reference/adapter-exam.md',
    source: 'tools/exam.ts',
    slow: false,
    make: (module) => String(call(module, 'examPage')),
  },
];

export type GoldenState =
  | { kind: 'absent' }
  | { kind: 'same' }
  | { kind: 'differs'; made: string; difference: string[] };

export async function compareGolden(root: string, golden: Golden): Promise<GoldenState> {
  const source = join(root, golden.source);
  if (!existsSync(source)) return { kind: 'absent' };
  const module: Module = await import(pathToFileURL(source).href);
  const made = await golden.make(module);
  const target = join(root, golden.path);
  const stored = existsSync(target) ? readFileSync(target, 'utf8') : '';
  if (stored === made) return { kind: 'same' };
  return { kind: 'differs', made, difference: differenceOf(stored, made) };
}

export function writeGolden(root: string, golden: Golden, made: string): void {
  const target = join(root, golden.path);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, made);
}

function call(module: Module, name: string): unknown {
  const exported = module[name];
  if (typeof exported !== 'function') throw new Error(`no exported function called ${name}`);
  return exported();
}

async function main(args: string[]): Promise<number> {
  const root = resolve(import.meta.dirname, '..');
  const check = args.includes('--check');
  const names = args.filter((arg) => !arg.startsWith('--'));
  const unknown = names.filter((name) => !goldens.some((golden) => golden.name === name));
  if (unknown.length > 0) {
    print(`no golden called ${unknown.join(', ')}; there are: ${goldens.map(({ name }) => name).join(', ')}`);
    return 2;
  }
  let differing = 0;
  for (const golden of goldens) {
    if (names.length > 0 && !names.includes(golden.name)) continue;
    const state = await compareGolden(root, golden);
    if (state.kind === 'absent') print(`${golden.path}: skipped, there is no ${golden.source} yet`);
    if (state.kind === 'same') print(`${golden.path}: up to date`);
    if (state.kind !== 'differs') continue;
    if (!check) {
      writeGolden(root, golden, state.made);
      print(`${golden.path}: rewritten`);
      continue;
    }
    differing += 1;
    print([`${golden.path}: differs from what the code makes`, ...state.difference].join('\n'));
  }
  if (differing > 0) print(`run \`npm run golden\`, read the difference, and commit it if you mean it`);
  return differing === 0 ? 0 : 1;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

const started = process.argv[1];
if (started && import.meta.url === pathToFileURL(started).href) {
  process.exitCode = await main(process.argv.slice(2));
}
