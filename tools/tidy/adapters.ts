/** Each adapter folder has the same files, so whoever has read one vendor can find their way in the next. */
import type { Tree, Violation } from './tree.ts';

const PROVIDERS = 'packages/server/src/providers';
const NOT_ADAPTERS = new Set(['conformance', '_template', 'contract', 'drive']);

const REQUIRED: Record<string, string> = {
  'adapter.ts': 'the mapping from our order to their requests, and from their answers to our outcomes',
  'models.ts': 'models, modes and limits as data',
  'wire.ts': 'tolerant schemas of what they answer, exact types of what we send',
  'errors.ts': 'their codes to our classes, as a table',
  'auth.ts': 'how a request is signed',
  'adapter.test.ts': 'the exam, then the oddities of this vendor',
  'README.md': 'the documents read and when, quirks, open doubts',
};

export function checkAdapters(tree: Tree): Violation[] {
  const folders = new Set<string>();
  for (const path of tree.paths) {
    const name = path.startsWith(`${PROVIDERS}/`) ? path.split('/')[4] : undefined;
    const isFolder = name !== undefined && path !== `${PROVIDERS}/${name}`;
    if (isFolder && !NOT_ADAPTERS.has(name)) folders.add(name);
  }
  return [...folders].sort().flatMap((name) =>
    Object.entries(REQUIRED)
      .filter(([file]) => !tree.paths.has(`${PROVIDERS}/${name}/${file}`))
      .map(([file, holds]) => ({
        check: 'adapters',
        file: `${PROVIDERS}/${name}/${file}`,
        line: 1,
        message: `the adapter ${name} has no ${file}`,
        fix: `write it: ${holds}. Copy the start from providers/_template/`,
      })),
  );
}
