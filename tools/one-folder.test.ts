/** A provider is one folder: whoever adds one touches that folder, one line of the registry, and its emulator. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { providers } from '@sluice/server/providers/registry.ts';
import { expect, test } from 'vitest';
import { subjectOf } from './subjects.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const ADAPTERS = 'packages/server/src/providers/';
/** Rooms of `providers/` that belong to no vendor. */
const SHARED = ['conformance', 'drive'];

const folders = readdirSync(join(ROOT, ADAPTERS), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !SHARED.includes(entry.name))
  .map(({ name }) => name);

const sources = ['packages', 'simulation', 'e2e', 'bench', 'tools'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter(
      (entry) =>
        entry.isFile() && /(?<!\.test)\.ts$/.test(entry.name) && !entry.parentPath.includes('node_modules'),
    )
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name))),
);

/** Whose source names a file of this folder in an import, from elsewhere; tests may use an adapter as their example. */
function importersOf(folder: string): string[] {
  const named = (file: string): RegExp => {
    const near = file.startsWith(ADAPTERS) ? '|\\.' : '';
    return new RegExp(`(?:from|import\\()\\s*'[^']*(?:providers${near})/${folder}/`);
  };
  return sources.filter(
    (file) =>
      !file.startsWith(`${ADAPTERS}${folder}/`) && named(file).test(readFileSync(join(ROOT, file), 'utf8')),
  );
}

test('there are folders to look at, and one of them is the template', () => {
  expect(folders).toContain('_template');
  expect(folders.length).toBeGreaterThan(5);
});

test.each(folders.filter((folder) => folder !== '_template'))(
  '%s is known to the registry alone',
  (folder) => {
    const known = importersOf(folder).filter(
      (file) => file.startsWith('packages/server/src/') || file.startsWith('tools/'),
    );
    expect(known).toEqual([`${ADAPTERS}registry.ts`]);
  },
);

test('the template is known to nobody', () => {
  expect(importersOf('_template')).toEqual([]);
});

test('every provider of the registry sits the exam without being named to it', () => {
  for (const provider of providers) expect(subjectOf(provider).provider.id).toBe(provider.id);
});
